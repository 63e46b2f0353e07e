"""The complainant takes a notice back, whole or for some pages (D10)."""

from collections.abc import Collection, Sequence

from kernel.decision import Decision, Reason

from dmca_svc.model import NoticeFacts, PageFacts, PageState, State
from dmca_svc.rules.restoration import KEPT_BY_NOTICE, KEPT_BY_ORDER

_OVER = frozenset({State.REJECTED, State.WITHDRAWN})


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
    """What the complainant took back goes back at once, by an enforcer who evaluated nothing of it, unless an action, another notice or an
    order keeps it down (D10, D1).
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
        (by in evaluators, Reason("evaluator_enforces", "Whoever evaluated the matter does not carry it out.", "D1")),
    )


def is_withdrawn(pages: Collection[PageFacts], *, whole: bool) -> bool:
    """A notice is withdrawn when it was taken back for all it names and nothing of it is down any more (D10).

    `whole` tells that it was taken back altogether, which is all there is to know before its pages were named.
    """
    return whole and all(page.state is not PageState.REMOVED and not page.wrongly_restored for page in pages)
