"""The same letter twice is one matter: the second is linked to the first, and a person can part them (D8, R113)."""

import unicodedata

from kernel.decision import Decision, Reason

from dmca_svc.model import NoticeFacts, State
from dmca_svc.model.notice import UNDECIDED

OPEN = UNDECIDED | {State.ACCEPTED}
"""What a second letter of the same words is linked to by itself: a notice that is still to be answered."""


def same_words(text: str) -> str:
    """Two letters are the same when they have the same words: case, spacing, marks of quotation and forms of a character do not count."""
    lines = (line.lstrip("> \t") for line in unicodedata.normalize("NFKC", text).casefold().splitlines())
    return " ".join(" ".join(lines).split())


def may_link(notice: NoticeFacts, first: NoticeFacts, *, itself: bool, first_is_linked: bool) -> Decision:
    """A letter that nobody has judged is linked to another notice, which is not linked itself and was not taken back (R113, D10)."""
    return Decision.of(
        (
            notice.state is not State.RECEIVED or notice.verdict is not None,
            Reason("handled_already", "This notice is being handled by itself; it is no mere copy any more.", "R113"),
        ),
        (itself, Reason("links_to_itself", "A notice is no copy of itself.", "R113")),
        (first_is_linked, Reason("links_to_copy", "The other one is a copy itself; link to the notice that it points to.", "R113")),
        (
            first.state is State.WITHDRAWN,
            Reason("first_withdrawn", "The other one was taken back; a letter that comes after that stands by itself.", "D10"),
        ),
    )
