"""What a receipt says beside its proof: what a block bars, how the act is marked; and what follows when others undo it (R84, R92, R93)."""

from collections.abc import Collection
from datetime import date

from kernel.decision import Decision, Reason

from ban_svc.rules.numbers import POLICY


def must_bar(effect: str, *, on: date) -> tuple[str, ...]:
    """From a blocked address or range no account is created, nothing edited, and nobody written to through the wiki (R84)."""
    return tuple(POLICY.value("block_bars", on=on).get(effect.partition(":")[0], ()))


def bars_enough(effect: str, bars: Collection[str] | None, *, on: date) -> Decision:
    """A receipt that says what a block bars names all that it must; a narrower block is not what is owed, and what is no block bars
    nothing (R84).
    """  # noqa: D205 - the rule is one sentence
    wanted = must_bar(effect, on=on)
    missing = [right for right in wanted if right not in (bars or ())]
    return Decision.of(
        (
            bars is not None and not wanted,
            Reason("bars_nothing", "This effect is no block; leave out of its receipt what it bars.", "R84"),
        ),
        (
            bars is not None and bool(missing),
            Reason("bars_too_little", f"The block must bar {', '.join(missing)} too; set it so, then enter the receipt.", "R84"),
        ),
    )


def mark_of(*, on: date) -> str:
    """Whatever is done on a wiki is marked as an office action where it is logged, by either account (R92)."""
    return str(POLICY.value("mark", on=on))


def seen_in_receipt(effect: str, bars: Collection[str] | None, marked: bool | None, *, on: date) -> Decision:
    """A receipt that does not say how a block is set, or that the act is marked as an office action, is taken; it stays an open point for
    the second look (R84, R92).
    """  # noqa: D205 - the rule is one sentence
    return Decision.of(
        (
            bars is None and bool(must_bar(effect, on=on)),
            Reason("bars_unsaid", "The receipt does not say what the block bars; the second look does.", "R84"),
        ),
        (
            marked is None,
            Reason("mark_unsaid", "The receipt does not say that it is marked as an office action; the second look does.", "R92"),
        ),
    ) & is_marked(marked)


def is_marked(marked: bool | None) -> Decision:
    """An office action is clearly marked as one, during and after: the receipt says whether it was, the second look whether it still is
    (R92).
    """  # noqa: D205 - the rule is one sentence
    unmarked = "It is not marked as an office action on the wiki; have the log entry or page say so."
    return Decision.of((marked is False, Reason("unmarked", unmarked, "R92")))


def follows_a_reversal() -> Decision:
    """What others undid without authority is done again by a person with a receipt of its own; the reversal stays on record as ground for a
    sanction, which is an action of its own (R21, R93).
    """  # noqa: D205 - the rule is one sentence
    follows = "It is owed again. The reversal is on record as ground for a sanction; propose that as an action of its own."
    return Decision.of((True, Reason("undone_by_others", follows, "R93")))


def may_name_reversal(*, stands: bool, undone_by: str | None) -> Decision:
    """Who undid it is named where something was undone (R93)."""
    named = stands and undone_by is not None
    return Decision.of((named, Reason("nothing_undone", "It stands, so nobody undid it; leave `undone_by` out.", "R93")))
