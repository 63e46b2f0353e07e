"""What the policy asks of a request, whose it is, and what becomes of it (R50, R60, R86-R89, D10)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from kernel.actor import Actor, Role
from kernel.decision import Decision, Reason
from kernel.kinds import Kind

from intake_svc.model.case import Priority
from intake_svc.model.request import OVER, Channel, Need, Part, RequestFacts, RequestState, Team
from intake_svc.rules import POLICY

_MET_BY: dict[Need, frozenset[Part]] = {
    Need.ACTION: frozenset({Part.GROUNDS}),
    Need.SUMMARY: frozenset({Part.SUMMARY}),
    Need.LOCAL_ATTEMPTS: frozenset({Part.LOCAL_ATTEMPTS, Part.LOCAL_ATTEMPTS_WAIVER}),
    Need.SUBJECT: frozenset({Part.SUBJECTS}),
    Need.ADDRESS: frozenset({Part.ADDRESSES}),
    Need.PAGE: frozenset({Part.PAGES}),
    Need.GROUND: frozenset({Part.GROUNDS}),
    Need.EVIDENCE: frozenset({Part.EVIDENCE}),
    Need.WHEREABOUTS: frozenset({Part.EVIDENCE, Part.PAGES, Part.SUBJECTS}),
    Need.LETTER: frozenset({Part.SUMMARY, Part.EVIDENCE}),
}

MISSING: dict[Need, Reason] = {
    Need.ACTION: Reason("action_missing", "Say under `grounds` which action you ask for.", "R88"),
    Need.SUMMARY: Reason("summary_missing", "Give a short summary of your reasons.", "R88"),
    Need.LOCAL_ATTEMPTS: Reason(
        "local_attempts_missing",
        "Show by links what was tried to resolve it locally, or say in `local_attempts_waiver` why that was not applicable or possible.",
        "R88",
    ),
    Need.SUBJECT: Reason("subject_missing", "Name the user or the address that it is about.", "R88"),
    Need.ADDRESS: Reason("address_missing", "Name the address or range that it is about, as `ip`.", "R88"),
    Need.PAGE: Reason("page_missing", "Name the page that it is about.", "R88"),
    Need.GROUND: Reason("ground_missing", "Name at least one ground for the action.", "R88"),
    Need.EVIDENCE: Reason("evidence_missing", "Give the crucial evidence, as links or in words.", "R88"),
    Need.WHEREABOUTS: Reason("whereabouts_missing", "Say where it is: name an account or a page, or describe it in words.", "R88"),
    Need.LETTER: Reason("letter_missing", "Send the words of the letter, as the summary or as evidence.", "R88"),
}
"""What is said of each need that is not met."""

_URGENT_KINDS = frozenset({Kind.CHILD_PROTECTION, Kind.THREAT_OF_HARM})
_OVER = Reason("request_over", "This request is over; for a new matter, or for more about this one, file a new request.", "R88")


def is_complete(kind: Kind, channel: Channel, parts: frozenset[Part], *, on: date) -> Decision:
    """A request states the action, gives a summary, shows local attempts or says why there are none, and brings the crucial evidence of
    its kind; all that is missing is said at once (R88, R89).

    `on` is the day of first receipt, whose demands count.
    """  # noqa: D205 - the rule is one sentence
    asks = POLICY.value(kind, on=on)
    needs = [Need(name) for name in asks["needs"]]
    if asks["local"] and channel not in POLICY.value("waiving_channels", on=on):
        needs.append(Need.LOCAL_ATTEMPTS)
    return Decision.of(*((not _MET_BY[need] & parts, MISSING[need]) for need in needs))


def owner_of(kind: Kind, *, on: date) -> Team:
    """A request goes to the team in whose purview the action falls: Trust & Safety or Legal (R86)."""
    return Team(POLICY.value(kind, on=on)["team"])


def case_kind(kind: Kind, channel: Channel, named: Kind | None = None) -> Kind | None:
    """A request opens a case of its own kind; one at the emergency address opens a threat of harm, unless it is about minors, one of the
    kind `other` what its grounds name, and a DMCA notice opens none, since dmca-svc alone clocks it (R50, R96, R120, R123, D5).
    """  # noqa: D205 - the rule is one sentence
    if kind is Kind.DMCA:
        return None
    if channel is Channel.EMERGENCY and kind is not Kind.CHILD_PROTECTION:
        return Kind.THREAT_OF_HARM
    return named if named is not None and kind is Kind.OTHER else kind


def named_by(grounds: Collection[str], *, on: date) -> Kind | None:
    """What only a case is about is named among the grounds of a request, a threat to life before all others (R50, R123)."""
    return next((Kind(name) for name in POLICY.value("kinds_by_ground", on=on) if name in grounds), None)


def asked_as(kind: Kind, channel: Channel, opens: Kind | None) -> Kind:
    """A request of the kind `other` brings what the kind of case asks that its grounds name (R88)."""
    named = kind is Kind.OTHER and opens is not None and channel is not Channel.EMERGENCY
    return opens if named and opens is not None else kind


def priority_of(kind: Kind | None) -> Priority:
    """Minors at risk and threats to life are reviewed and acted on as priority (R50)."""
    return Priority.URGENT if kind in _URGENT_KINDS else Priority.NORMAL


def waits_for_parts(kind: Kind, channel: Channel, complete: Decision, named: Kind | None = None) -> bool:
    """Missing parts wait for completion, but child protection and threats to life get a case and clock at once whatever is missing
    (R50, R88).
    """  # noqa: D205 - the rule is one sentence
    return not complete and priority_of(case_kind(kind, channel, named)) is not Priority.URGENT


def is_linked(kind: Kind) -> bool:
    """Requests that ask the same are linked for a person to judge, but of child protection no mark is kept of who or where it is about:
    that lies in the sealed record alone (R88, D20).
    """  # noqa: D205 - the rule is one sentence
    return kind is not Kind.CHILD_PROTECTION


def received_by_agent_at(channel: Channel, *, letter_at: datetime, forwarded_at: datetime) -> datetime:
    """A letter reaches the designated agent when it is received at legal@, any other at the moment it is passed on (D10)."""
    return letter_at if channel is Channel.LEGAL else forwarded_at


def remarks(kind: Kind, channel: Channel, *, on: date) -> tuple[Reason, ...]:
    """A direct request for a secondary action is generally left to the community, which a person decides (R60), and one sent to the other
    team is passed on with its receipt date (R87), and whoever reports a breach helps of their own will and is protected (R121): all is
    noted and nothing of it stops it.
    """  # noqa: D205 - the rule is one sentence
    asks = POLICY.value(kind, on=on)
    read_by = Team.LEGAL if channel in POLICY.value("channels_of_legal", on=on) else Team.TRUST_AND_SAFETY
    elsewhere = asks["team"] != read_by and (read_by is Team.LEGAL or channel is Channel.CA)
    return Decision.of(
        (asks["secondary"], Reason("secondary_action_requested", "Requests for this are generally left to the community.", "R60")),
        (elsewhere, Reason("sent_to_other_team", "It was sent to the other team and passed on; its receipt date is kept.", "R87")),
        (
            kind in {Kind.BREACH_REPORT, Kind.ENFORCEMENT_INTERFERENCE},
            Reason("reporter_protected", "Nobody needs to help enforce, and nobody who does is punished for it.", "R121"),
        ),
    ).reasons


def may_complete(request: RequestFacts, added: frozenset[Part]) -> Decision:
    """What is missing may be sent later by the desk that filed it, and the first receipt counts (R87, R88)."""
    over = request.state in OVER
    return Decision.of(
        (over, _OVER),
        (
            not over and request.state is not RequestState.INCOMPLETE,
            Reason("nothing_missing", "Nothing is missing from this request any more; file a new one for a new matter.", "R88"),
        ),
        (not added, Reason("nothing_added", "Send at least one of the parts that are missing.", "R88")),
    )


def may_read_request(request: RequestFacts, reader: Actor) -> Decision:
    """A desk sees what it filed, staff see requests, of child protection only the named group does beside the desk, and of complaints
    about staff only Legal and the auditor until the case is open to others (R95, R123, D20).
    """  # noqa: D205 - the rule is one sentence
    desk = reader.holds(Role.REQUESTER_DESK) and reader.sub == request.filed_by
    named_group = reader.holds(Role.CHILD_PROTECTION)
    looks_after = _HEARS_COMPLAINTS if request.case_kind is Kind.STAFF_COMPLAINT else STAFF
    staff = bool(reader.roles & looks_after) and request.kind is not Kind.CHILD_PROTECTION
    service = reader.holds(Role.SERVICE)
    return Decision.of(
        (
            not (desk or named_group or staff or service),
            Reason("not_yours", "You may see the requests that you filed, or that your role looks after.", "R95"),
        )
    )


STAFF = frozenset({Role.EVALUATOR, Role.TEAM_MANAGER, Role.LEGAL, Role.AUDITOR})
"""Who looks after requests: who evaluates and leads, Legal, and the auditor."""
_HEARS_COMPLAINTS = frozenset({Role.LEGAL, Role.AUDITOR})
