"""Notes of a case (R113)."""

from kernel.decision import Decision, Reason


def may_correct(*, known: bool, corrected_already: bool) -> Decision:
    """A note is never changed: a correction is a new note that names the one it corrects, and the latest correction is corrected next
    (R113).
    """  # noqa: D205 - the rule is one sentence
    return Decision.of(
        (not known, Reason("no_such_note", "This case has no such note to correct.", "R113")),
        (
            corrected_already,
            Reason("corrected_already", "This note was corrected already; correct the latest one, so that they follow each other.", "R113"),
        ),
    )
