"""What enacting would bring, said before anybody signs: letters, the register, the clocks (R112, R114, D7, D14, D17, D25)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from kernel.decision import Decision, Reason
from kernel.kinds import Kind
from kernel.months import months_after
from kernel.review import Course

from ban_svc.model import ActionSpec
from ban_svc.rules.effect import address_until, disclosure_of
from ban_svc.rules.numbers import POLICY

Register = Literal["listed", "restricted_list", "half_year_totals", "not_listed"]


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that notify-svc would send: to whom, by which template, with which facts as that template takes them."""

    party: str
    template: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ClockEntry:
    """A date that begins to run, and by which rule (UTC)."""

    what: str
    at: datetime
    cite: str


def brings_something(course: Course, *, told: bool) -> Decision:
    """A decision not to act brings nothing but its own record (D2)."""
    return Decision.of(
        (
            course == Course.NO_ACTION or not told,
            Reason("nothing_follows", "It is a decision not to act; nothing would follow from it.", "D2"),
        )
    )


def letters_of(spec: ActionSpec, at: datetime, *, reference: str) -> tuple[Letter, ...]:
    """The requester is told that it was decided and nothing more; the subject is told the measure where it is about a person (D25)."""
    on = at.date()
    decided = {"reference": reference, "decided_on": on.isoformat()}
    told = [Letter(one["party"], one["template"], decided) for one in POLICY.value("letters", on=on)]
    template = POLICY.value("letters_subject", on=on).get(spec.kind)
    if template is not None:
        told.insert(0, Letter("subject", template, _facts(spec, on, reference)))
    return tuple(told)


def register_of(spec: ActionSpec) -> Register:
    """A global ban is listed by the one name decided, an event ban on the restricted list alone, and what is confidential nowhere (D17)."""
    disclosure = disclosure_of(spec)
    if spec.kind is Kind.EVENT_BAN:
        return "restricted_list" if disclosure != "confidential" else "not_listed"
    if disclosure == "confidential":
        return "half_year_totals"
    return "listed" if disclosure == "public" and spec.kind is Kind.GLOBAL_BAN else "not_listed"


def clocks_of(spec: ActionSpec, at: datetime, ends_at: datetime | None) -> tuple[ClockEntry, ...]:
    """From the enactment run the end of the decision, that of the addresses it names, and the time to appeal (R29, R102, D7, D23)."""
    found = [ClockEntry("appeal_until", months_after(at), "D7")]
    if ends_at is not None:
        found.append(ClockEntry("expires", ends_at, "R29"))
    if spec.addresses and spec.kind is Kind.GLOBAL_BAN:
        found.append(ClockEntry("addresses_forgotten", address_until(at, ends_at), "D23"))
    if spec.no_rights_until is not None:
        found.append(ClockEntry("may_apply_again", spec.no_rights_until, "R72"))
    return tuple(sorted(found, key=lambda entry: (entry.at, entry.what)))


def _facts(spec: ActionSpec, on: date, reference: str) -> dict[str, Any]:
    """Give the facts of the subject's letter under the names that notify-svc has for them."""
    account = {"account": spec.accounts[0].name} if spec.accounts else {}
    if spec.kind is Kind.CONDUCT_WARNING:
        return {"reference": reference, **account, "warned_on": on.isoformat(), "warning": spec.warning}
    if spec.kind is Kind.CHILD_PROTECTION:
        # The neutral notice says that there is a measure, and nothing that would tell why (D20).
        return {"reference": reference, **account, "since": on.isoformat()}
    given: dict[str, Any] = {"reference": reference, **account, "since": on.isoformat(), "irrevocable": bool(spec.irrevocable)}
    given |= {"expires_on": spec.expires_at.date().isoformat()} if spec.expires_at else {}
    given |= {"no_rights_until": spec.no_rights_until.date().isoformat()} if spec.no_rights_until else {}
    return given | ({"reapply_criteria": list(spec.reapply_criteria)} if spec.reapply_criteria else {})
