"""The policy clocks: targets from first receipt, at risk, breach, extensions; the window to restore (R96-R98, D5, D10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from importlib.resources import files

from kernel.decision import Decision, Reason
from kernel.kinds import Kind
from kernel.policy import Policy
from kernel.workdays import HOUSE, add_business_days, calendar_day, end_of_day, is_business_day, start_of_day

CLOCKS = Policy.load(files("kernel").joinpath("clocks.toml"))


class ExtensionCause(StrEnum):
    """The causes of delay that the policy accepts (R98)."""

    NEW_INFORMATION = "new_information"
    REQUEST_EXPANDED = "request_expanded"
    UNFORESEEN = "unforeseen"


class ClockState(StrEnum):
    """Where a clock stands; none of them closes or blocks a case (R97)."""

    RUNNING = "running"
    AT_RISK = "at_risk"
    BREACHED = "breached"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Target:
    """When a matter should be decided and from when it is at risk of being late; both UTC."""

    target_at: datetime
    at_risk_at: datetime


@dataclass(frozen=True, slots=True)
class Extension:
    """A later date with one of the accepted causes, its author and when it was made."""

    until: datetime
    cause: ExtensionCause
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """A running clock; the original target stays on record beside every extension (D5)."""

    received_at: datetime
    target: Target
    extensions: tuple[Extension, ...] = ()
    stopped_at: datetime | None = None

    @property
    def effective(self) -> Target:
        """Return the target that counts now: the latest extension's, or the original."""
        if not self.extensions:
            return self.target
        until = self.extensions[-1].until
        return Target(until, at_risk_at(self.received_at, until, on=calendar_day(self.received_at)))


@dataclass(frozen=True, slots=True)
class Window:
    """When removed material may go back: not before `opens`, by `target`, late after `closes`; all UTC."""

    opens: datetime
    target: datetime
    closes: datetime


def target(kind: Kind, received_at: datetime, on: date | None = None) -> Target | None:
    """A global or event ban takes 28 days, a DMCA notice 7 business days, a matter of child protection or a threat of harm 24 hours,
    from first receipt; other kinds have no clock (R96, D5).

    `on` is the date whose numbers count, the day of receipt unless told otherwise.

    Raises:
        ValueError: a time without its zone.
    """  # noqa: D205 - the rule is one sentence
    day = calendar_day(received_at)
    on = on or day
    if kind not in CLOCKS.names():
        return None
    period = CLOCKS.value(kind, on=on)
    if "business_days" in period:
        until = end_of_day(add_business_days(day, period["business_days"]))
    else:
        until = received_at.astimezone(UTC) + timedelta(**period)
    return Target(until, at_risk_at(received_at, until, on=on))


def at_risk_at(received_at: datetime, until: datetime, *, on: date) -> datetime:
    """A clock is at risk once three quarters of the time between first receipt and target have passed (D5)."""
    received = received_at.astimezone(UTC)
    percent: int = CLOCKS.value("at_risk_percent", on=on)
    return received + (until - received) * percent / 100


def state_of(clock: Clock, now: datetime) -> ClockState:
    """A clock runs, is at risk, or is breached from the moment of its target on; a decision stops it (D5, R97)."""
    if clock.stopped_at is not None:
        return ClockState.STOPPED
    effective = clock.effective
    if now >= effective.target_at:
        return ClockState.BREACHED
    return ClockState.AT_RISK if now >= effective.at_risk_at else ClockState.RUNNING


def may_extend(clock: Clock | None, *, until: datetime, cause: str, by: str, now: datetime) -> Decision:
    """A clock that runs may be extended to a later date by a named author for new information, a request that grew, or another
    unforeseen circumstance (R98, D5).
    """  # noqa: D205 - the rule is one sentence
    if clock is None:
        return Decision.of((True, Reason("no_clock", "This kind of matter has no clock to extend.", "R96")))
    current = clock.effective.target_at
    return Decision.of(
        (clock.stopped_at is not None, Reason("clock_stopped", "The matter is decided and its clock has stopped.", "D5")),
        (
            cause not in set(ExtensionCause),
            Reason("cause_not_accepted", f"An extension names one of the causes {', '.join(ExtensionCause)}.", "R98"),
        ),
        (not by.strip(), Reason("author_missing", "An extension names its author.", "D5")),
        (until <= current, Reason("not_later", f"An extension must end after the present target, {current.isoformat()}.", "R98")),
        (until <= now, Reason("in_the_past", "An extension must end in the future.", "R98")),
    )


def restore_window(received_by_agent_at: datetime) -> Window:
    """Material goes back not before the tenth and not after the fourteenth business day after the designated agent received a
    complete counter-notice; the target is the end of the twelfth (17 U.S.C. 512(g)(2)(C), D10).

    Raises:
        ValueError: a time without its zone.
    """  # noqa: D205 - the rule is one sentence
    return Window(
        opens=start_of_day(_business_day("restore_opens", received_by_agent_at)),
        target=end_of_day(_business_day("restore_target", received_by_agent_at)),
        closes=end_of_day(_business_day("restore_closes", received_by_agent_at)),
    )


def enforcer_may_restore_from(received_by_agent_at: datetime) -> datetime:
    """On the tenth business day restoring needs Legal's signature; from the start of the eleventh the enforcer may (D10)."""
    return start_of_day(_business_day("restore_by_enforcer", received_by_agent_at))


def _business_day(name: str, received_at: datetime) -> date:
    """Return the business day after receipt that the number in force on the day of receipt names."""
    day = calendar_day(received_at)
    return add_business_days(day, CLOCKS.value(name, on=day))


def in_office_hours(at: datetime) -> datetime:
    """No reminder goes to a person outside business hours: it waits for the next that there are (D6)."""
    day = calendar_day(at)
    if not is_business_day(day):
        return _opening(add_business_days(day, 1))
    opens, closes = _hours(day)
    local = at.astimezone(HOUSE).time()
    if local < opens:
        return _opening(day)
    return at if local < closes else _opening(add_business_days(day, 1))


def _hours(day: date) -> tuple[time, time]:
    hours = CLOCKS.value("office_hours", on=day)
    return time.fromisoformat(hours["opens"]), time.fromisoformat(hours["closes"])


def _opening(day: date) -> datetime:
    return datetime.combine(day, _hours(day)[0], tzinfo=HOUSE).astimezone(UTC)
