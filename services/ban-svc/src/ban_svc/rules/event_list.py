"""The list of those banned from an event: who may have it, and how a copy says whose it is (R36-R38, D18)."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from kernel.decision import Decision, Reason

from ban_svc.model.event import EventFacts, Grant, ListState
from ban_svc.rules.numbers import POLICY

MARK_BYTES = 8
_BEGINNINGS = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n"}
_BITS = ("\u200e", "\u200f")  # direction marks: nobody sees them, and MediaWiki drops them from names, so that a marked name still compares
_MARK = re.compile(f"[{''.join(_BITS)}]{{{MARK_BYTES * 8}}}")


def may_hold_event(event: EventFacts, *, now: datetime) -> Decision:
    """An event that is entered ends on or after the day it starts, and has not ended (R25, R28)."""
    return Decision.of(
        (event.ends < event.starts, Reason("event_ends_first", "The event ends before it starts.", "R28")),
        (event.over <= now, Reason("event_over", "The event is over.", "D18")),
    )


def may_grant(grant: Grant, *, now: datetime) -> Decision:
    """A grant names who may read the list of an event that is not over, and ends with the event at the latest (R37, D18)."""
    return Decision.of(
        (not grant.recipients, Reason("recipients_missing", "Name the persons who may read the list.", "R37")),
        (grant.event.over <= now, Reason("event_over", "The event is over; its list is gone.", "D18")),
        (grant.until <= now, Reason("ends_in_the_past", "The end of the grant lies in the past.", "D18")),
        (grant.until > grant.event.over, Reason("grant_outlives_event", "A grant ends with its event at the latest.", "D18")),
    )


def may_confirm_grant(grant: Grant, *, by: str, now: datetime) -> Decision:
    """A grant is confirmed once, by the manager, who neither proposed it nor reads by it, while there is still something to read (D18)."""
    return Decision.of(
        (grant.state is not ListState.PROPOSED, Reason("nothing_to_confirm", "Nothing of this waits for a confirmation.", "D18")),
        (by == grant.proposed_by, Reason("confirms_own", "Another person confirms what you proposed.", "D18")),
        (by in grant.recipients, Reason("confirms_for_oneself", "Whoever reads by the grant does not confirm it.", "D18")),
        (ends_at(grant) <= now, Reason("list_over", "The grant is over.", "D18")),
    )


def may_read_list(grant: Grant, *, by: str, now: datetime) -> Decision:
    """A copy goes to a person whom a confirmed grant names, until the grant or the event ends (R37, D18)."""
    return Decision.of(
        (by not in grant.recipients, Reason("not_a_recipient", "The grant does not name you.", "R37")),
        (grant.state is ListState.PROPOSED, Reason("grant_not_confirmed", "The manager has not confirmed this grant yet.", "D18")),
        (
            grant.state is ListState.ENDED or ends_at(grant) <= now,
            Reason("list_over", "The grant is over; the list of an event is gone when it ends.", "D18"),
        ),
    )


def may_keep_photograph(media_type: str, content: bytes, *, kept: int, on: date) -> Decision:
    """A photograph is an image of its kind and of some size, and a person has a few (R38)."""
    most: Mapping[str, int] = POLICY.value("photographs", on=on)
    return Decision.of(
        (
            not content.startswith(_BEGINNINGS[media_type]),
            Reason("not_an_image", "The content is no image of the kind that it says; send a JPEG or PNG in base64.", "R38"),
        ),
        (len(content) > most["bytes"], Reason("photograph_too_large", f"A photograph has at most {most['bytes']:,} bytes.", "R38")),
        (kept >= most["each"], Reason("photographs_enough", f"A person has at most {most['each']} photographs; remove one.", "R38")),
    )


def may_see_photograph(grant: Grant, *, by: str, now: datetime, listed: bool) -> Decision:
    """A photograph goes to whom a copy of the list would go, and only of a person who is on it (R38, D18)."""
    return may_read_list(grant, by=by, now=now) & Decision.of(
        (
            not listed,
            Reason("photograph_not_covered", "The person is not on the list of this event; no grant covers the photograph.", "R38"),
        )
    )


def may_leave_out(*, globally: bool, left_out: bool) -> Decision:
    """Only a global ban is left out of an event's list, once, by Legal's recorded reason (R36, D18)."""
    return Decision.of(
        (not globally, Reason("not_left_out", "Only a global ban in force can be left out of a list.", "D18")),
        (left_out, Reason("left_out_already", "It is left out of this event's list already.", "D18")),
    )


def ends_at(grant: Grant) -> datetime:
    """A grant ends at its date, and with the event at the latest (D18)."""
    return min(grant.until, grant.event.over)


def marked(texts: Sequence[str], mark: bytes) -> list[str]:
    """Every name of a copy carries the copy's mark in its bytes, so that a single line of it tells whose copy it was (D18)."""
    bits = "".join(_BITS[byte >> place & 1] for byte in mark for place in range(7, -1, -1))
    return [text + bits for text in texts]


def marks_in(text: str) -> list[bytes]:
    """A text that came from a copy tells its marks, each once, in their order (D18)."""
    found = (int("".join(str(_BITS.index(bit)) for bit in one), 2).to_bytes(MARK_BYTES, "big") for one in _MARK.findall(text))
    return list(dict.fromkeys(found))
