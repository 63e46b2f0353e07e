"""What keeps a page down beside a notice: an order, or a measure taken for another reason (D4, D10)."""

from collections.abc import Sequence

from kernel.decision import Decision, Reason


def may_lay(known: Sequence[bool]) -> Decision:
    """Legal records that an order or a measure keeps pages down which the notice names; they go back under no notice while it stands
    (D4, D10).

    `known` tells of each page that was said whether the notice names it.
    """  # noqa: D205 - the rule is one sentence
    return Decision.of((not all(known), Reason("no_such_page", "The notice names no such page; see `pages` of the notice.", "D10")))


def may_lift(*, ended: bool) -> Decision:
    """Legal records once that an order or a measure has ended (D10)."""
    return Decision.of((ended, Reason("ended_already", "This hold has ended already.", "D10")))
