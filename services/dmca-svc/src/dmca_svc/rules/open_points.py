"""What is still to be done about a notice, told to whoever reads it; none of it blocks anything (R43, R49, D10, D20)."""

from collections.abc import Sequence

from kernel.decision import Decision, Reason

from dmca_svc.model import UNDECIDED, CounterFacts, NoticeFacts, PageFacts
from dmca_svc.model.uploader import UploaderFacts

_FAILED = frozenset({"failed", "uncertain", "suppressed"})


def after_takedown(pages: Sequence[PageFacts], given: Sequence[bool], uploaders: Sequence[UploaderFacts]) -> Decision:
    """After a takedown somebody finds out who gave each page and sees that they were provably told (R49, 17 U.S.C. 512(g)(2)(A)); what was
    put back in error comes down again (D10).

    `given` tells of each page whether it is known who gave it.
    """  # noqa: D205 - the rule is one sentence
    theirs = [one for one in uploaders if one.pages]
    return Decision.of(
        (not all(given), Reason("uploader_unknown", "It is not recorded who gave every page, so nobody was told of its removal.", "R49")),
        (
            any(one.letter in _FAILED and not one.informed for one in theirs),
            Reason("uploader_not_reached", "The letter to somebody who gave material was not delivered; a person delivers it.", "R49"),
        ),
        (
            any(page.wrongly_restored for page in pages),
            Reason("down_again", "A page was put back though an action had been filed in time: it comes down again, by our error.", "D10"),
        ),
    )


def before_decision(notice: NoticeFacts, *, attachments: int, files: int) -> Decision:
    """Files that came with a letter are looked at by nobody until a person has judged it; whoever then needs one adds it (D20).

    `attachments` were counted when the letter came, `files` were added since.
    """
    return Decision.of(
        (
            notice.state in UNDECIDED and notice.verdict is not None and attachments > 0 and files == 0,
            Reason("attachments_not_added", "Files came with the letter; whoever judges it adds those that matter.", "D20"),
        )
    )


def of_counter_notice(counter: CounterFacts, *, with_agent: bool) -> Decision:
    """Legal decides when a hold has ended, and a text at another address is passed on to the agent (D10)."""
    return Decision.of(
        (counter.awaits_legal, Reason("legal_decides", "An action has ended: Legal decides whether its material goes back.", "D10")),
        (not with_agent, Reason("not_with_agent", "The text has not reached the designated agent; nothing counts before it has.", "D10")),
    )


def of_court_action(*, holding: bool, docket_known: bool) -> Decision:
    """No docket number is needed for a hold; Legal asks for it (D10)."""
    return Decision.of((holding and not docket_known, Reason("docket_asked", "Legal asks the complainant for the docket number.", "D10")))
