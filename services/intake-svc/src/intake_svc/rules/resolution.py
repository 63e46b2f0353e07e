"""How a matter may end without an action, who confirms it, and when it is opened again (R5, R6, R50, R60, R111, R115, R116, D2)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from kernel.decision import Decision, Reason
from kernel.kinds import Kind

from intake_svc.model.case import UNDECIDED, CaseFacts, CaseState, Priority
from intake_svc.model.request import RequestFacts, RequestState
from intake_svc.model.resolution import OTHER, Ending, How, ResolutionFacts, ResolutionState
from intake_svc.rules import POLICY
from intake_svc.rules.request import priority_of

_GROUNDS_OF = {
    How.DEFERRED: "deferral_grounds",
    How.REFUSED: "refusal_grounds",
    How.RESOLVED_BEFORE_ACTION: "settled_grounds",
    How.WITHDRAWN: "withdrawal_grounds",
}
DEFAULT = frozenset({"community_can_solve"})
"""On what a deferral rests that names no ground: what the community can solve is left to it (R6)."""


def grounds_of(how: How, given: Collection[str]) -> frozenset[str]:
    """A matter that the community can solve is left to it without more being said (R6)."""
    return frozenset(given) or (DEFAULT if how is How.DEFERRED else frozenset())


SAYS = {
    "breaches_terms": "the request itself breaches the Terms of Use or a policy on conduct",
    "preferential_treatment": "it came with a demand for preferential treatment",
    "personal_grudge": "it rests on a personal grudge and on no conduct in a project",
    "bad_faith": "it was not made in good faith",
}
"""The grounds of a refusal in words, as its requester is told them (R114); a text of its own goes by no letter."""


def pointers_for(kind: Kind, *, on: date) -> list[str]:
    """Whoever is left to the community is told which of its processes fits the kind of their request (R6, R39)."""
    among: dict[str, list[str]] = POLICY.value("pointers", on=on)
    return among.get(kind, among["default"])


def told_because(grounds: Collection[str]) -> list[str]:
    """Whoever is refused is told on which grounds (R114, R116)."""
    return [SAYS[one] for one in grounds if one in SAYS]


def may_end(kind: Kind, ending: Ending, *, on: date) -> Decision:
    """What the community can solve is left to it, a refusal names its ground, and a matter about minors or a threat to life goes on until
    it is settled (R6, R50, R115, R116).
    """  # noqa: D205 - the rule is one sentence
    urgent = priority_of(kind) is Priority.URGENT
    known = {*POLICY.value(_GROUNDS_OF[ending.how], on=on), OTHER}
    left = ending.how is How.DEFERRED
    return Decision.of(
        (
            urgent and ending.how is not How.RESOLVED_BEFORE_ACTION,
            Reason("urgent_goes_on", "A matter about minors or a threat to life is neither deferred, refused nor withdrawn.", "R50"),
        ),
        (
            left and not urgent and kind in POLICY.value("not_for_the_community", on=on),
            Reason("not_for_the_community", "No process of the community can solve a matter of this kind.", "R5"),
        ),
        (
            ending.how is How.REFUSED and not ending.grounds,
            Reason("refusal_without_ground", "A refusal names at least one of its grounds.", "R116"),
        ),
        (
            not ending.grounds <= known,
            Reason("ground_unknown", f"A ground is one of {', '.join(sorted(known - {OTHER}))}, or `other: TEXT`.", "R116"),
        ),
    )


def may_resolve(case: CaseFacts, ending: Ending, *, requests: Collection[RequestState], by: str, now: datetime, on: date) -> Decision:
    """Whoever has the case, or any evaluator while nobody has it, proposes how an undecided case ends that is not in review; it is
    withdrawn when each of its requesters took the request back (R60, R111, D2).
    """  # noqa: D205 - the rule is one sentence
    holder = case.held_by(now)
    return Decision.of(
        (case.state not in UNDECIDED, Reason("case_decided", "The case is decided; there is nothing left to end.", "R106")),
        (holder is not None and holder != by, Reason("not_assignee", "Somebody has this case; they say how it ends.", "R113")),
        (
            case.state is CaseState.IN_REVIEW or bool(case.open_actions) or case.awaits_action,
            Reason("in_review", "A recommendation is in review; it is decided, returned or withdrawn first.", "R113"),
        ),
        (
            ending.how is How.WITHDRAWN and any(one is not RequestState.WITHDRAWN for one in requests),
            Reason("not_withdrawn", "Not every requester of the case took the request back.", "R111"),
        ),
    ) & may_end(case.kind, ending, on=on)


def may_resolve_request(request: RequestFacts, ending: Ending, *, on: date) -> Decision:
    """A request that waits for its parts ends as a case would, but a notice is dmca-svc's to judge and its sender alone takes a request
    back (R39, R60, R116).
    """  # noqa: D205 - the rule is one sentence
    return Decision.of(
        (not request.waits, Reason("not_waiting", "Only a request that waits for its parts ends without its case.", "R88")),
        (
            request.kind is Kind.DMCA,
            Reason("notice_is_judged_elsewhere", "A notice is never sent away here: dmca-svc judges what it lacks.", "R40"),
        ),
        (ending.how is How.WITHDRAWN, Reason("not_withdrawn", "Its sender takes a request back, at the desk that filed it.", "R111")),
    ) & may_end(request.case_kind or request.kind, ending, on=on)


def may_confirm(resolution: ResolutionFacts | None, *, by: str, holder: str | None) -> Decision:
    """A team peer confirms how a matter ends, another person than who proposed it and than who has the case (D2, R115)."""
    if resolution is None or resolution.state is not ResolutionState.PROPOSED:
        return Decision.of((True, Reason("nothing_proposed", "Nothing waits for a confirmation here.", "D2")))
    return Decision.of(
        (
            by in {resolution.by, holder},
            Reason("own_resolution", "Another person confirms it than who proposed it or has the case.", "D2"),
        )
    )


def may_reopen(case: CaseFacts) -> Decision:
    """A case that a resolution closed is opened again by a person who says why; one that its action decided is appealed (R101, R106)."""
    return Decision.of(
        (
            case.state is not CaseState.CLOSED or not case.resolution,
            Reason("not_closed", "Only a case that a resolution closed is opened again; a decision is appealed.", "R101"),
        )
    )
