"""The complainant takes a notice back, whole or for some pages (D10)."""

from collections.abc import Collection, Sequence

from kernel.decision import Decision, Reason

from dmca_svc.model import NoticeFacts, PageFacts, PageState, State
from dmca_svc.model.withdrawal import Sender, VerifiedBy
from dmca_svc.rules.restoration import KEPT_BY_MEASURE, KEPT_BY_NOTICE, KEPT_BY_ORDER

_OVER = frozenset({State.REJECTED, State.WITHDRAWN})
RESTS_ON = {
    VerifiedBy.CONFIRMED: Reason("complainant_confirmed", "A person confirmed that the complainant takes it back, and says how.", "D10"),
    VerifiedBy.SAME_SENDER: Reason("complainant_same_sender", "The retraction came from the address of the notice's sender.", "D10"),
    VerifiedBy.RECORDER: Reason("complainant_by_recorder", "That the complainant takes it back is the recorder's own word.", "D10"),
}
"""What the trail says of how the complainant was verified."""


def verified_by(*, confirmed: bool, sender: Sender | None) -> VerifiedBy:
    """A complainant who takes a notice back is verified by a person who says how; or else by the letter, when it came from an address of
    the notice's sender; or else it is the word of whoever records it, who answers for it (D10).

    `sender` is whose the letter is that arrived and joins the notice, None without one.
    """  # noqa: D205 - the rule is one sentence
    if confirmed:
        return VerifiedBy.CONFIRMED
    return VerifiedBy.SAME_SENDER if sender is Sender.SAME else VerifiedBy.RECORDER


def may_rest_on(verified: VerifiedBy, *, sender: Sender | None, down: bool) -> Decision:
    """What is down goes back at once when it is taken back, so a letter from another address than the notice's sender's is not believed for
    it before a person has confirmed it with the complainant (D10).

    `down` tells that something of what is taken back is down.
    """  # noqa: D205 - the rule is one sentence
    says = "The letter came from another address than the notice; ask the complainant there, and say in `complainant_verified` how."
    unsure = verified is VerifiedBy.RECORDER and sender is Sender.OTHER
    return Decision.of((unsure and down, Reason("complainant_not_verified", says, "D10")))


def may_withdraw(notice: NoticeFacts, pages: Sequence[PageFacts | None]) -> Decision:
    """As long as it is not rejected, a complainant may take a notice back for the pages it names, each once; no page means all of it (D10).

    `pages` are those named, None where the notice has no such page.
    """
    return Decision.of(
        (
            notice.state in _OVER,
            Reason("nothing_to_withdraw", f"The notice is {notice.state}; there is nothing left to take back.", "D10"),
        ),
        (
            None in pages,
            Reason("no_such_page", "The notice names no such page; see `pages` of the notice, and name none to take back all.", "D10"),
        ),
        (
            any(page is not None and page.withdrawn for page in pages),
            Reason("withdrawn_already", "For one of these pages it was taken back already.", "D10"),
        ),
    )


def may_restore_withdrawn(page: PageFacts, *, by: str, evaluators: Collection[str]) -> Decision:
    """What the complainant took back goes back at once, by an enforcer who evaluated nothing of it, unless an action, another notice, an
    order or a measure keeps it down (D4, D10, D1).
    """  # noqa: D205 - the rule is one sentence
    return Decision.of(
        (not page.withdrawn, Reason("not_withdrawn", "For this page the notice was not taken back.", "D10")),
        (page.state is not PageState.REMOVED, Reason("nothing_runs", "This page is not down, so it does not go back.", "R47")),
        (
            page.held,
            Reason("held", "A court or Claims Board action keeps this page down.", "17 U.S.C. 512(g)(2)(C)"),
        ),
        (page.kept, KEPT_BY_NOTICE),
        (page.ordered, KEPT_BY_ORDER),
        (page.measured, KEPT_BY_MEASURE),
        (by in evaluators, Reason("evaluator_enforces", "Whoever evaluated the matter does not carry it out.", "D1")),
    )


def is_withdrawn(pages: Collection[PageFacts], *, whole: bool) -> bool:
    """A notice is withdrawn when it was taken back for all it names and nothing of it is down any more (D10).

    `whole` tells that it was taken back altogether, which is all there is to know before its pages were named.
    """
    return whole and all(page.state is not PageState.REMOVED and not page.wrongly_restored for page in pages)
