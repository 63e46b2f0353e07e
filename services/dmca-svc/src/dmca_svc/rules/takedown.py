"""Taking down: nothing before Legal signed, page by page, each with its receipt (R40, R42, R90, D1, D15)."""

from collections.abc import Sequence

from kernel.decision import Decision, Reason
from kernel.review import Review, may_enact_on

from dmca_svc.model import CounterFacts, NoticeFacts, PageFacts, PageState, State
from dmca_svc.model.uploader import ActingAccount
from dmca_svc.rules.restoration import KEPT_BY_MEASURE, KEPT_BY_NOTICE, KEPT_BY_ORDER

BY_STAFF = Reason("by_staff_account", "Removals under the DMCA and what undoes them are done by a staff account, not by WMFOffice.", "R42")
DOWN_ALREADY = Reason("down_already", "Another notice had this page taken down before, and nothing is removed twice.", "R42")
WHO_GAVE_IT = Reason("who_gave_it", "A person recorded who gave the material, so that they are told of its removal.", "R49")
_EVALUATOR = Reason("evaluator_enforces", "Whoever evaluated the matter does not carry it out.", "D1")


def acting_account() -> tuple[ActingAccount, Reason]:
    """Pages come down, and go back, by the staff account, never by WMFOffice (R42, D15)."""
    return ActingAccount.STAFF, BY_STAFF


def may_record_uploaders(notice: NoticeFacts, known: Sequence[bool]) -> Decision:
    """Whoever gave a page that the notice names is recorded by a person, before the takedown or after, so that they can be told of it
    (R49, 17 U.S.C. 512(g)(2)(A)).

    `known` tells of each page that was said whether the notice names it.
    """  # noqa: D205 - the rule is one sentence
    return Decision.of(
        (
            notice.state in {State.REJECTED, State.WITHDRAWN},
            Reason("nothing_to_tell", f"The notice is {notice.state}: nothing comes down by it, and nobody is told.", "R49"),
        ),
        (not all(known), Reason("no_such_page", "The notice names no such page; see `pages` of the notice.", "R42")),
    )


def is_down_already(page: PageState, elsewhere: PageState | None) -> bool:
    """A page that is still up for this notice and that another notice has down needs no second removal, only the record of it (R42)."""
    return page is PageState.UP and elsewhere is PageState.REMOVED


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


def may_take_receipt(
    notice: NoticeFacts, page: PageFacts | None, restoring: CounterFacts | None, *, by: str, down_before: bool = False
) -> Decision:
    """A receipt removes a page while the takedown runs and restores it while the restoration of its counter-notice does; an enforcer
    gives it, never whoever evaluated the notice; for a page that was down before, one may be given too (R42, R47, R113, D1).

    `restoring` is the counter-notice whose restoration runs and that the page belongs to; `down_before` tells that another notice's page
    is all that shows the removal.
    """  # noqa: D205 - the rule is one sentence
    up = page is not None and (page.state is PageState.UP or page.wrongly_restored or (down_before and restoring is None))
    removing = notice.taking_down and up
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
        (back and page is not None and page.kept, KEPT_BY_NOTICE),
        (back and page is not None and page.ordered, KEPT_BY_ORDER),
        (back and page is not None and page.measured, KEPT_BY_MEASURE),
        (by in notice.evaluators, _EVALUATOR),
        (bool(back and restoring and by == restoring.assessed_by), _EVALUATOR),
    )
