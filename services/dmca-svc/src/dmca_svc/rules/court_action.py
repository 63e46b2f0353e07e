"""What keeps material down: an action of the complainant's against this subscriber about this material (D10, 17 U.S.C. 512(g)(2)(C))."""

from datetime import datetime

from kernel.decision import Decision, Reason

from dmca_svc.model import ActionState, CourtActionFacts, NoticeFacts, PageFacts, PageState, ToldBy

_STATUTE = "17 U.S.C. 512(g)(2)(C)"


def may_record(notice: NoticeFacts, action: CourtActionFacts, *, now: datetime) -> Decision:
    """Legal records what the agent was told about a takedown, with the moment of its receipt (D10)."""
    return Decision.of(
        (
            not set(notice.pages) - {PageState.UP},
            Reason("nothing_taken_down", "Nothing of this notice was taken down, so no action keeps it down.", _STATUTE),
        ),
        (action.received_at > now, Reason("received_in_future", "It cannot have been received later than now.", "D10")),
    )


def may_end(state: ActionState) -> Decision:
    """Legal records that an action which holds has ended; then Legal decides what follows (D10)."""
    return Decision.of(
        (state is ActionState.NOT_HOLDING, Reason("nothing_held", "This action holds nothing, so no hold of it ends.", _STATUTE)),
        (state is ActionState.ENDED, Reason("ended_already", "This action has ended already.", "D10")),
    )


def may_hold(action: CourtActionFacts, page: PageFacts, *, about_it: bool) -> Decision:
    """An action holds a page when the complainant or its agent told, before the page was restored, that it has filed to restrain this
    subscriber about this material, in court or before the Claims Board; a threat, a stranger's suit, other material and news that came
    too late do not; it is compared by receipt, not by entry (D10, 17 U.S.C. 512(g)(2)(C), 1507(d)).
    """  # noqa: D205 - the rule is one sentence
    return Decision.of(
        (
            action.told_by is ToldBy.OTHER,
            Reason("told_by_stranger", "Only notice from the complainant or its agent holds; a third party's suit does not.", _STATUTE),
        ),
        (
            action.filed_at is not None and action.filed_at > action.received_at,
            Reason("only_a_threat", "When the agent was told, nothing was filed yet: a threat of an action does not hold.", _STATUTE),
        ),
        (not about_it, Reason("other_material", "The action is about other material than this page.", _STATUTE)),
        (
            page.restored_at is not None and action.received_at >= page.restored_at,
            Reason("received_after_restoration", "The agent was told after the page was restored; that does not undo it.", "D10"),
        ),
    )
