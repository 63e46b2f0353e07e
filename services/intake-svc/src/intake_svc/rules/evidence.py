"""Files, links and words that a person adds to a case: when they may be kept, seen and removed (D20, D27)."""

from datetime import date

from kernel.decision import Decision, Reason
from kernel.kinds import Kind

from intake_svc.model.case import CaseFacts, CaseState
from intake_svc.model.evidence import NewEvidence, RemovedAs
from intake_svc.rules import POLICY

EVALUATED = frozenset({CaseState.OPEN, CaseState.EVALUATING})
"""While a case stands here nobody has relied on its evidence but its evaluator."""


def takes_evidence(kind: Kind) -> Decision:
    """A case of child protection never takes a file: send the words alone (D20)."""
    says = "A case of child protection takes no file, link or hash of material; send the words alone, as a note."
    return Decision.of((kind is Kind.CHILD_PROTECTION, Reason("attachment_not_accepted", says, "D20")))


def may_add(case: CaseFacts, new: NewEvidence, *, on: date) -> Decision:
    """Once a person has taken a case on, and so found it a matter of its kind, evidence is added to it until it is closed, within a size
    and a number, the same bytes once (D20).
    """  # noqa: D205 - the rule is one sentence
    size, files = POLICY.value("evidence_bytes", on=on), POLICY.value("evidence_files", on=on)
    return Decision.of(
        (
            case.state is CaseState.OPEN,
            Reason("not_triaged", "Nobody has taken this case on yet: until then only count and media types of files are noted.", "D20"),
        ),
        (case.state is CaseState.CLOSED, Reason("case_closed", "The case is closed; open it again, or add it to another.", "R113")),
        (new.size > size, Reason("evidence_too_large", f"A file may have at most {size:,} bytes.", "D20")),
        (new.files >= files, Reason("evidence_enough", f"A case takes at most {files} files; removed ones count.", "D20")),
        (new.known, Reason("evidence_known", "The case has these very bytes already; they are not kept twice.", "D20")),
    )


def may_open(removed_as: RemovedAs | None) -> Decision:
    """Evidence is given out as its bare bytes, and only while it is kept (D20)."""
    return Decision.of(
        (
            removed_as is not None,
            Reason("evidence_removed", "It was removed; that it was there stays on record, its bytes do not.", "D20"),
        )
    )


def may_remove(case: CaseFacts, removed_as: RemovedAs | None, why: RemovedAs, *, by_legal: bool, held: bool) -> Decision:
    """What was added by mistake whoever evaluates removes until a recommendation relied on it, and Legal at any time, unless it is held;
    what seems to be reported material goes at once by whoever may see it, held or not, also what is left of it (D20, D27).
    """  # noqa: D205 - the rule is one sentence
    mistake = why is RemovedAs.ADDED_BY_MISTAKE
    relied_on = case.state not in EVALUATED or case.recommended_by is not None
    return Decision.of(
        (
            removed_as is RemovedAs.REPORTED_MATERIAL or (mistake and removed_as is not None),
            Reason("removed_already", "It was removed already.", "D20"),
        ),
        (
            mistake and relied_on and not by_legal,
            Reason("removal_is_legals", "Others have relied on it since: Legal removes what was added by mistake.", "D27"),
        ),
        (mistake and held, Reason("held", "A legal hold lies on it: release the hold first.", "D27")),
    )


def what_follows(why: RemovedAs) -> Decision:
    """Reported material is reported by a person, in words alone, to the lane that alone keeps it (D20)."""
    return Decision.of(
        (
            why is RemovedAs.REPORTED_MATERIAL,
            Reason(
                "report_it",
                "File it now as child_protection, in words alone: reported material and where it came from. The original in the mail"
                " system is put on hold. Say nothing of it elsewhere.",
                "D20",
            ),
        )
    )
