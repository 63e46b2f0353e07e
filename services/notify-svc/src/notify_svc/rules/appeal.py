"""Until when, and where, the reader of a letter may appeal (R32, R33, R102, R105, R107, D7, D14)."""

from datetime import date, datetime, timedelta
from importlib.resources import files

from kernel.months import months_after
from kernel.policy import Policy

from notify_svc.model import AppealRight, Party

POLICY = Policy.load(files("notify_svc") / "policy.toml")
"""The numbers and addresses of letters, dated."""


def appeal_right(
    *,
    party: Party,
    matter: str,
    issued_at: datetime,
    told_at: datetime,
    course: str = "act",
    expires: bool = False,
    irrevocable: bool = False,
    part_of_global_ban: bool = False,
) -> tuple[AppealRight, ...]:
    """Requester and subject may each appeal a final decision by mail with reasons within six calendar months; an event ban without an end
    that is not irrevocable also at the safety team without limit; one that is part of a global ban not at all; a check that was run
    decides nothing (R32, R33, R75, R101, R102, R105, R107, D14).

    The months are counted from issuance or from the letter, whichever is later, to the end of that day UTC: the date told is the last
    day. A decision not to act burdens its requester alone.
    """  # noqa: D205 - one thought
    on = told_at.date()
    if matter == "checkuser" and course == "act":
        return ()
    if matter == "event_ban" and part_of_global_ban:
        return ()
    if course == "no_action" and party is Party.SUBJECT:
        return ()
    months: int = POLICY.value("appeal_months", on=on)
    rights = [AppealRight(POLICY.value("appeals_address", on=on), last_day(max(issued_at, told_at), months))]
    if matter == "event_ban" and course == "act" and party is Party.SUBJECT and not expires and not irrevocable:
        rights.append(AppealRight(POLICY.value("safety_address", on=on), None))
    return tuple(rights)


def last_day(moment: datetime, months: int) -> date:
    """The last day to appeal is the one before the first moment that is too late (D7)."""
    return (months_after(moment, months) - timedelta(days=1)).date()
