"""Repeat infringers and reversed takedowns: what counts, when a person looks, what is proposed (R48, R49, D11, 17 U.S.C. 512(i))."""

from datetime import date, datetime

from kernel.decision import Decision, Reason

from dmca_svc.model import DOWN, NoticeFacts, PageState
from dmca_svc.model.infringer import Counted, GivenPage, Ground, ReversalFacts, TakedownFacts, Task
from dmca_svc.rules.numbers import POLICY

_MISREPRESENTS = Reason("misrepresented", "Legal found that the notice misrepresents that the material infringes.", "17 U.S.C. 512(f)")


def is_strike(takedown: TakedownFacts) -> Decision:
    """An upheld takedown of a person's material is one strike, however many pages it had: not a notice that misrepresents, and not while
    every page of theirs is restored, withdrawn, inside an open window or held (R48, D11).
    """  # noqa: D205 - the rule is one sentence
    if takedown.misrepresented:
        return Decision((_MISREPRESENTS,))
    judged = [is_upheld(page) for page in takedown.pages]
    if any(judged):
        return Decision()
    against = Decision.of((not judged, Reason("nothing_theirs", "No page of this notice is known to be theirs.", "D11")))
    for one in judged:
        against &= one
    return against


def is_upheld(page: GivenPage) -> Decision:
    """The takedown of a page is upheld while the page is down, and neither withdrawn nor inside an open window or a hold; what was down
    already for an earlier notice was not taken down again (D11).
    """  # noqa: D205 - the rule is one sentence
    down = page.state is PageState.REMOVED
    return Decision.of(
        (page.state is PageState.UP, Reason("never_removed", "The material was not taken down.", "D11")),
        (page.state is PageState.RESTORED, Reason("restored", "The material is back.", "D11")),
        (down and page.withdrawn, Reason("withdrawn", "The complainant took the notice back for it.", "D10")),
        (down and page.asked_back and not page.held, Reason("window_open", "A counter-notice asks it back, and is not over.", "D11")),
        (down and page.held, Reason("held", "A court or Claims Board action about it is open.", "D11")),
        (down and page.counted_before, Reason("counted_before", "It was down already for an earlier notice, which counts.", "D11")),
    )


def is_reversal(reversal: ReversalFacts) -> Decision:
    """Whoever was provably told of the removal of their contribution, and then reverts the removal, reverses a takedown; nothing counts
    that the takedown itself does not carry (R49, D11).
    """  # noqa: D205 - the rule is one sentence
    told, removed = reversal.told_at, reversal.removed_at
    return Decision.of(
        (not reversal.theirs, Reason("not_theirs", "It was not this person who did it, or the page is not their contribution.", "R49")),
        (removed is None or reversal.at < removed, Reason("not_down_then", "The page was not down when it was edited.", "R49")),
        (told is None, Reason("not_notified", "No notification of the removal was provably delivered.", "R49")),
        (
            told is not None and reversal.at <= told,
            Reason("notified_later", "The notification was delivered only after the edit.", "R49"),
        ),
    ) & is_strike(reversal.takedown)


def grounds_of(counted: Counted, *, on: date) -> tuple[Ground, ...]:
    """Three upheld takedowns make a repeat infringer, one reversal is enough; what was decided on already opens nothing again (D11)."""
    strikes = strikes_needed(on)
    found = (
        (Ground.TAKEDOWN_REVERSED, bool(counted.reversals - counted.decided)),
        (Ground.REPEAT_INFRINGER, len(counted.strikes) >= strikes and bool(counted.strikes - counted.decided)),
    )
    return tuple(ground for ground, stands in found if stands)


def strikes_needed(on: date) -> int:
    """How many upheld takedowns make a repeat infringer is a number of the day (D11, 17 U.S.C. 512(i))."""
    strikes: int = POLICY.value("infringer_strikes", on=on)
    return strikes


def task_of(counted: Counted, *, on: date) -> Task:
    """On a ground that nobody has decided on a review task opens; never is anything terminated by itself (R48, R49, D11)."""
    if grounds_of(counted, on=on):
        return Task.OPEN
    return Task.DECIDED if counted.decided else Task.NONE


def proposes_termination(grounds: tuple[Ground, ...]) -> bool:
    """Termination is proposed for a reversal, and none for a repeat infringer; whoever decides says why either way (R48, R49, D11)."""
    return Ground.TAKEDOWN_REVERSED in grounds


def may_decide(task: Task) -> Decision:
    """Legal decides on a person while a review task is open (D11)."""
    return Decision.of(
        (
            task is not Task.OPEN,
            Reason("no_review_open", "Nothing counts against this person that is not decided on; there is nothing to decide.", "D11"),
        ),
    )


def may_record_reversal(*, removed_at: datetime | None, at: datetime, now: datetime) -> Decision:
    """A reversal is recorded of a page that was down, at a moment that has come (R47, R49)."""
    return Decision.of(
        (removed_at is None, Reason("page_not_taken_down", "This notice never took the page down.", "R49")),
        (at > now, Reason("reversed_in_future", "Nothing was reverted later than now.", "R49")),
        (
            removed_at is not None and at < removed_at,
            Reason("reversed_before_removal", "At that moment the page was not down yet.", "R49"),
        ),
    )


def may_find_misrepresentation(notice: NoticeFacts, *, found_already: bool) -> Decision:
    """Of a notice that was complied with Legal may find later, once, that it misrepresents; one still under review is rejected for it
    (D9, D11, 17 U.S.C. 512(f)).
    """  # noqa: D205 - the rule is one sentence
    return Decision.of(
        (
            notice.state not in DOWN,
            Reason("nothing_taken_down", "Nothing of this notice was taken down; reject it for misrepresentation instead.", "D9"),
        ),
        (found_already, Reason("found_already", "Legal has found this already.", "17 U.S.C. 512(f)")),
    )
