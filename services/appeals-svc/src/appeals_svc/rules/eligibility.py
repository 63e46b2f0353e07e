"""Who may appeal what: directly involved, a final decision, not taken in by a global ban, in time, once (R33, R101-R109, D14)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kernel.decision import Decision, Reason
from kernel.kinds import Kind

from appeals_svc.model import AppellantRole, DecisionFacts, DecisionKind, Route, Standing, Term, Window
from appeals_svc.rules.route import routes_of
from appeals_svc.rules.window import ca_is_open, in_time, issuance_at, rests_on_claim, window_of

NO_FINAL_DECISION = Reason("no_final_decision", "No decision was taken under this id; an open case has no appeal.", "R106")
NOT_INVOLVED = Reason(
    "not_directly_involved",
    "Only who asked for the case or was investigated in it may appeal; the file does not name this person.",
    "R105",
)
NOT_VERIFIED = Reason("appellant_not_verified", "Nothing is answered before it is verified who appeals: say how it was.", "D14")
REASONS_MISSING = Reason("reasons_missing", "An appeal sets out why the decision was inappropriate; no reasons came in time.", "R107")
ALREADY_APPEALED = Reason("already_appealed", "This person has appealed this issuance of the decision already.", "D14")

NO_DECISION_ABOUT_A_PERSON = Reason(
    "no_decision_about_a_person", "A CheckUser decides nothing about a person; a complaint about its use goes to ca@wikimedia.org.", "R75"
)
COUNTER_NOTICE_ONLY = Reason(
    "counter_notice_only",
    "Material removed under the DMCA comes back by a counter-notice, not by an appeal.",
    "D14",
)
NOTHING_REFUSED = Reason("nothing_refused", "The notice was complied with; only a rejected one can be appealed by its sender.", "D14")
ONLY_REQUESTER = Reason("only_the_requester", "A decision not to act, a refusal or a deferral is appealed by who made the request.", "D14")
TAKEN_IN = Reason(
    "part_of_global_ban", "An event ban that is part of a global ban, or led to one, has no appeal while that ban stands.", "R33"
)
UNDONE = Reason("already_undone", "The decision was lifted or overturned, so that nothing is left to appeal.", "R101")


@dataclass(frozen=True, slots=True)
class Claim:
    """Who files: verified or not, whether the owner of the file calls them a party, whether they have filed before.

    `party` is None when the owner was not asked, because there was nothing yet to ask about or nobody keeps such a list.
    """

    verified: bool
    party: bool | None
    earlier: bool = False
    claimed_informed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Whether a decision can be appealed, with its dates; `window` is None where no appeal has a date, `limitless` where ca@ is open.

    `routes` are who would answer, the address appeals@ first; empty where nobody would.
    """

    decision: Decision
    window: Window | None = None
    limitless: bool = False
    routes: tuple[Route, ...] = ()


def standing_of(*, state: str, enacted: bool, emergency: bool, chain_approved: bool) -> Standing:
    """There is a decision once an action is enacted or declined, at the end of the investigation; an emergency measure is
    provisional until its chain approves it, and a lifted or overturned action is none any more (R106, D4).
    """  # noqa: D205 - the rule is one sentence
    if state in {"lifted", "overturned"}:
        return Standing.UNDONE
    if state == "declined":
        return Standing.FINAL
    return Standing.FINAL if enacted and (chain_approved or not emergency) else Standing.OPEN


def is_taken_in(facts: DecisionFacts) -> bool:
    """An event ban has no appeal while it is part of a global ban that stands, or is named by one as having led to it (R33)."""
    return facts.matter is Kind.EVENT_BAN and any(ban.in_force for ban in facts.taken_in_by)


def still_stands(facts: DecisionFacts) -> Decision:
    """An appeal ends moot when its decision was lifted or overturned, or a global ban took the event ban in (R33, D14)."""
    return Decision.of((facts.standing is Standing.UNDONE, UNDONE), (is_taken_in(facts), TAKEN_IN))


def final_issuance(facts: DecisionFacts | None, at: datetime) -> Term | None:
    """Only a decision that has been taken can be appealed, counted from the issuance then in force (R106)."""
    if facts is None or facts.standing is Standing.OPEN:
        return None
    return issuance_at(facts.terms, at)


def has_appeal(facts: DecisionFacts, role: AppellantRole) -> Decision:
    """The requester appeals what was done and what was not, the subject what was done; but a CheckUser that was run decides nothing
    about a person, and removed material comes back by a counter-notice only (R75, R101, D10, D14).
    """  # noqa: D205 - the rule is one sentence
    notice, subject = facts.kind is DecisionKind.NOTICE, role is AppellantRole.SUBJECT
    return Decision.of(
        (facts.matter is Kind.CHECKUSER and facts.acts, NO_DECISION_ABOUT_A_PERSON),
        (notice and facts.acts and subject, COUNTER_NOTICE_ONLY),
        (notice and facts.acts and not subject, NOTHING_REFUSED),
        (not facts.acts and subject, ONLY_REQUESTER),
    )


def may_appeal(facts: DecisionFacts | None, role: AppellantRole, at: datetime, claimed_informed_at: datetime | None = None) -> Decision:
    """Every action and every decision not to act can be appealed, once it is final, in time, by the role it concerns, unless the
    law gives another way or none (R32, R33, R101, R102, R105, R106, R109, D10, D14).

    `facts` is None for a decision that nobody here knows.
    """  # noqa: D205 - the rule is one sentence
    issuance = final_issuance(facts, at)
    if facts is None or issuance is None:
        return Decision((NO_FINAL_DECISION,))
    late = Decision.of(_lateness(facts, issuance, role, at, claimed_informed_at))
    return has_appeal(facts, role) & still_stands(facts) & late


def eligibility_of(facts: DecisionFacts | None, role: AppellantRole, at: datetime) -> Eligibility:
    """Whether it can be appealed is told with the dates, unless there is no appeal at any date (D7)."""
    decision, issuance = may_appeal(facts, role, at), final_issuance(facts, at)
    if facts is None or issuance is None or any(reason.code != "out_of_time" for reason in decision.reasons):
        return Eligibility(decision)
    routes = routes_of(facts, role, at) if decision else ()
    return Eligibility(decision, window_of(facts, issuance), limitless=ca_is_open(facts, role, at), routes=routes)


def may_file(facts: DecisionFacts | None, role: AppellantRole, at: datetime, claim: Claim) -> Decision:
    """Only a verified person who is directly involved learns more of a decision than that it is not theirs to appeal, and each
    appeals an issuance once; whoever is directly involved is heard though they are locked out (R105, D12, D14).
    """  # noqa: D205 - the rule is one sentence
    if not claim.verified:
        return Decision((NOT_VERIFIED,))
    if facts is not None and final_issuance(facts, at) is not None and not claim.party:
        # Where nobody keeps a list of those whom a request or notice is about, the role alone is answered, and nothing of the case.
        return has_appeal(facts, role) if claim.party is None else Decision((NOT_INVOLVED,))
    return may_appeal(facts, role, at, claim.claimed_informed_at) & Decision.of((claim.earlier, ALREADY_APPEALED))


def _lateness(facts: DecisionFacts, issuance: Term, role: AppellantRole, at: datetime, claimed: datetime | None) -> tuple[bool, Reason]:
    """Tell whether it comes too late, with the ground that names the last day."""
    window = window_of(facts, issuance)
    late = not (in_time(window, at) or ca_is_open(facts, role, at) or rests_on_claim(window, at, claimed))
    return late, Reason("out_of_time", f"It could be appealed until the end of {window.until.date().isoformat()}, UTC.", "R102")
