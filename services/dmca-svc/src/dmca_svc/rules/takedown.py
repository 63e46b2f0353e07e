"""Taking down: nothing before Legal signed, page by page, each with its receipt (R40, R42, R90, D1, D15)."""

from kernel.decision import Decision, Reason
from kernel.review import Review, may_enact_on

from dmca_svc.model import CounterFacts, NoticeFacts, PageFacts, PageState, State

_EVALUATOR = Reason("evaluator_enforces", "Whoever evaluated the matter does not carry it out.", "D1")


def may_take_down(notice: NoticeFacts, review: Review, *, by: str) -> Decision:
    """An enforcer takes down what the whole chain, Legal with it, approved; never whoever evaluated it (R40, R42, D1)."""
    return may_enact_on(review) & Decision.of(
        (
            notice.state is not State.ACCEPTED,
            Reason("not_accepted", f"The notice is {notice.state}; nothing comes down before Legal has signed, or twice.", "R40"),
        ),
        (notice.state is State.ACCEPTED and notice.taking_down, Reason("running_already", "The takedown is running already.", "R42")),
        (by in notice.evaluators, _EVALUATOR),
    )


def may_take_receipt(notice: NoticeFacts, page: PageFacts | None, restoring: CounterFacts | None, *, by: str) -> Decision:
    """A receipt removes a page while the takedown runs and restores it while the restoration of its counter-notice does; an enforcer
    gives it, never whoever evaluated the notice (R42, R47, R113, D1).

    `restoring` is the counter-notice whose restoration runs and that the page belongs to.
    """  # noqa: D205 - the rule is one sentence
    removing = notice.taking_down and page is not None and (page.state is PageState.UP or page.wrongly_restored)
    back = restoring is not None and restoring.restoring and page is not None and page.state is PageState.REMOVED
    return Decision.of(
        (page is None, Reason("no_such_page", "The notice names no such page; see `pages` of the notice.", "R42")),
        (
            page is not None and not removing and not back,
            Reason("nothing_runs", "For this page neither a takedown nor a restoration is running.", "R47"),
        ),
        (
            back and page is not None and page.held,
            Reason("held", "A court or Claims Board action keeps this page down.", "17 U.S.C. 512(g)(2)(C)"),
        ),
        (by in notice.evaluators, _EVALUATOR),
        (bool(back and restoring and by == restoring.assessed_by), _EVALUATOR),
    )
