"""Files that a person adds to a notice: when they may be kept, seen and removed (D20, D27)."""

from datetime import date

from kernel.decision import Decision, Reason

from dmca_svc.model import NoticeFacts
from dmca_svc.model.evidence import NewFile, RemovedAs
from dmca_svc.model.notice import EVALUATED
from dmca_svc.rules.numbers import POLICY


def may_add(notice: NoticeFacts, file: NewFile, *, on: date) -> Decision:
    """Once a person has judged the elements of a notice, and so found it a copyright matter, a person may add files to it, within a size
    and a number, the same bytes once. Of any other letter only the count and the media types of its attachments are noted (D20).
    """  # noqa: D205 - the rule is one sentence and its limit
    size, files = POLICY.value("evidence_bytes", on=on), POLICY.value("evidence_files", on=on)
    return Decision.of(
        (
            file.put_away,
            Reason("letter_put_away", "The letter was put away as no notice: of its attachments count and media types are noted.", "D20"),
        ),
        (
            not file.put_away and notice.verdict is None,
            Reason("not_triaged", "No person has judged the elements yet: until then only count and media types are noted.", "D20"),
        ),
        (file.size > size, Reason("evidence_too_large", f"A file may have at most {size:,} bytes.", "D20")),
        (file.files >= files, Reason("evidence_enough", f"A notice takes at most {files} files; removed ones count.", "D20")),
        (file.known, Reason("evidence_known", "The notice has these very bytes already; they are not kept twice.", "D20")),
    )


def may_open(removed_as: RemovedAs | None) -> Decision:
    """A file is given out as its bare bytes, and only while it is kept (D20)."""
    return Decision.of(
        (
            removed_as is not None,
            Reason("evidence_removed", "The file was removed; that it was there stays on record, its bytes do not.", "D20"),
        )
    )


def may_remove(
    notice: NoticeFacts, removed_as: RemovedAs | None, why: RemovedAs, *, by_legal: bool = False, by_evaluator: bool = False
) -> Decision:
    """What was added by mistake an evaluator removes until the notice goes into review, and Legal at any time, for others have relied on it
    since; whoever may see a file removes it at once when it seems to be reported material, also what is left of one (D20, D27).
    """  # noqa: D205 - the rule is one sentence
    mistake = why is RemovedAs.ADDED_BY_MISTAKE
    return Decision.of(
        (
            removed_as is RemovedAs.REPORTED_MATERIAL or (mistake and removed_as is not None),
            Reason("removed_already", "The file was removed already.", "D20"),
        ),
        (
            mistake and not by_legal and not (by_evaluator and notice.state in EVALUATED),
            Reason("removal_is_legals", "Once the notice went into review others rely on its files: Legal removes a mistaken one.", "D27"),
        ),
    )


def what_follows(why: RemovedAs) -> Decision:
    """Reported material is reported by a person, in words alone, to the lane that alone keeps it; no other table, event or letter names it
    (D20).
    """  # noqa: D205 - the rule is one sentence
    return Decision.of(
        (
            why is RemovedAs.REPORTED_MATERIAL,
            Reason(
                "report_it",
                "Write to legal-reports@ now, or file it with intake as child_protection: in words alone, reported material and where it"
                " came from. The original in the mail system is put on hold. Say nothing of it elsewhere.",
                "D20",
            ),
        )
    )
