"""What the staff directory takes (R94)."""

from dataclasses import dataclass
from datetime import datetime

from kernel.decision import Decision, Reason


@dataclass(frozen=True, slots=True)
class StaffFacts:
    """Somebody as the directory is to have them from `since` on (UTC); `last` is when their latest entry began, None for the first."""

    sub: str
    line_manager: str | None
    since: datetime
    last: datetime | None = None


def may_enter(person: StaffFacts, *, now: datetime) -> Decision:
    """The directory says of each member of staff who leads them, another person, from a day that has come, and in the order of the days
    (R94).
    """  # noqa: D205 - the rule is one sentence
    return Decision.of(
        (
            person.line_manager == person.sub,
            Reason("leads_oneself", "Nobody is their own line manager; leave it out for whoever has none.", "R94"),
        ),
        (person.since > now, Reason("since_in_future", "The directory says what is so, and not what will be.", "R94")),
        (
            person.last is not None and person.since <= person.last,
            Reason("since_before_last", "An entry of this person begins at that time or later; what was said stays.", "R94"),
        ),
    )
