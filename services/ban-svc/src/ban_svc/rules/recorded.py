"""What is put on record and was never decided here: bans of others, and bans from before this system (R8, R26, R36)."""

from collections.abc import Collection
from datetime import date, datetime

from kernel.decision import Decision, Reason
from kernel.kinds import Kind
from kernel.review import Course

from ban_svc.model import BY_OTHERS, ActionSpec, BeforeFacts, Matter
from ban_svc.rules.aim import is_aimed
from ban_svc.rules.kind import says_what_its_kind_takes
from ban_svc.rules.proposal import rests_on_a_complaint
from ban_svc.rules.receipt import must_bar
from ban_svc.rules.scope import has_its_scope
from ban_svc.rules.term import lasts_as_it_may

OF_OTHERS = frozenset({Kind.GLOBAL_BAN, Kind.EVENT_BAN, Kind.INTERACTION_BAN})
_BLOCK = "global_block"


def is_of_others(spec: ActionSpec | None) -> bool:
    """A ban that a community or an affiliate imposed is theirs, and labelled so (R8, R26)."""
    return spec is not None and spec.imposed_by in BY_OTHERS


def was_decided_here(origin: str) -> Decision:
    """What was not decided here has no chain here, so nobody signs it (R8, D1)."""
    return Decision.of(
        (origin != "decided", Reason("decided_elsewhere", "It was not decided here and has no chain here; nothing is signed.", "R8"))
    )


def may_record(spec: ActionSpec, matter: Matter) -> Decision:
    """A ban of a community or an affiliate is put on record on a case, names whom it is against, and is never enacted (R8, R26)."""
    whole = Decision.of(
        (
            spec.kind not in OF_OTHERS,
            Reason("not_a_ban", "Of a community or an affiliate a ban is recorded, and nothing else.", "R8"),
        ),
        (
            matter.course is Course.NO_ACTION,
            Reason("not_a_ban", "What others did not decide is nothing to record.", "R8"),
        ),
    )
    return whole & rests_on_a_complaint(spec.kind, matter) & is_aimed(spec, matter)


def may_import(spec: ActionSpec, before: BeforeFacts, matter: Matter) -> Decision:
    """A ban or range block from before this system is put on record once, as far as it still holds or as it ended; a ban names one person,
    who is not banned here, and a block the ranges that it keeps out (R8, R17, R29, R36, R83).
    """  # noqa: D205 - the rule is one sentence
    over = before.ended is not None or before.ended_at is not None
    return (
        Decision.of(
            (
                before.enacted_at > matter.now,
                Reason("not_before", "It is not from before: it was decided later than now.", "R8"),
            ),
            (
                not over and matter.banned_already,
                Reason("already_banned", "One of the accounts is under a global ban in force already.", "R17"),
            ),
        )
        & is_aimed(spec, matter)
        & has_its_scope(spec, matter)
        & (ended_as_told(before, matter.now) if over else lasts_as_it_may(spec, matter))
        & keeps_no_address(spec, over=over)
        & enforced_while_it_held(before)
        & says_what_its_kind_takes(spec)
        & barred_enough(spec.kind, before.bars, on=matter.now.date())
    )


def ended_as_told(before: BeforeFacts, now: datetime) -> Decision:
    """What is over expired at its end date or was lifted before it, after it began and not later than now (R29, R30)."""
    how, end, expires = before.ended, before.end(), before.expires_at
    lifted = how == "lifted"
    return Decision.of(
        (
            how is None,
            Reason("ending_unsaid", "It says when it ended and not how; say in `ended` whether it expired or was lifted.", "R29"),
        ),
        (
            how is not None and end is None,
            Reason("end_unsaid", "It is over, so say when: `ended_at` of what was lifted, `expires_at` of what expired.", "R29"),
        ),
        (
            how == "expired" and before.ended_at not in (None, expires),
            Reason("ends_twice", "What expires ends at its end date; leave `ended_at` out, or say that it was lifted.", "R29"),
        ),
        (
            lifted and end is not None and expires is not None and expires < end,
            Reason("ends_twice", "It had expired before the moment at which it was lifted.", "R30"),
        ),
        (
            end is not None and end > now,
            Reason("not_over", "Its end lies ahead, so that it holds; leave `ended` and `ended_at` out.", "R29"),
        ),
        (
            end is not None and end <= before.enacted_at,
            Reason("ends_before_it_starts", "The end must lie after the start.", "R28"),
        ),
    )


def keeps_no_address(spec: ActionSpec, *, over: bool) -> Decision:
    """An address is a person's only while a ban in force names it; of one that is over none is kept (R18, D23)."""
    return Decision.of(
        (
            over and spec.kind is not Kind.RANGE_BLOCK and bool(spec.addresses),
            Reason("address_over", "The ban is over, and its addresses are nobody's any more; leave them out.", "D23"),
        )
    )


def enforced_while_it_held(before: BeforeFacts) -> Decision:
    """A range block that enforced a global ban began with it or later, and was over with it at the latest (R83, D15)."""
    ban = before.ban
    if ban is None:
        return Decision.of(
            (
                before.names_ban,
                Reason("ban_not_on_record", "No ban with this `ref` is on record; put its row before that of the block.", "D15"),
            )
        )
    ends, latest = before.end(), ban.end()
    over = before.ended is not None
    return Decision.of(
        (
            before.enacted_at < ban.enacted_at,
            Reason("before_its_ban", "The block is older than the ban that it is said to enforce.", "D15"),
        ),
        (
            over and ends is not None and latest is not None and ends > latest,
            Reason("outlives_its_ban", "A range block ends at the latest with the ban that it enforces.", "D15"),
        ),
    )


def barred_enough(kind: Kind, bars: Collection[str] | None, *, on: date) -> Decision:
    """From a blocked range no account is created, nothing edited and nobody written to; a ban is no block and bars nothing so (R84)."""
    missing = [right for right in must_bar(_BLOCK, on=on) if right not in (bars or ())]
    return Decision.of(
        (
            bars is not None and kind is not Kind.RANGE_BLOCK,
            Reason("field_not_of_kind", f"The field bars means nothing for the kind {kind}; leave it out.", "D1"),
        ),
        (
            bars is not None and kind is Kind.RANGE_BLOCK and bool(missing),
            Reason("bars_too_little", f"The block must bar {', '.join(missing)} too; set it so on the wikis, then import it.", "R84"),
        ),
    )


def seen_in_import(kind: Kind, before: BeforeFacts) -> Decision:
    """A block of which nobody says what it bars is recorded; that it is unsaid stays on record with it (R84)."""
    unsaid = kind is Kind.RANGE_BLOCK and before.bars is None and before.ended is None
    return Decision.of((unsaid, Reason("bars_unsaid", "The file does not say what the block bars; somebody looks.", "R84")))


def is_same_row(*, same: bool) -> Decision:
    """What is on record under a name of the source is changed by a modification or a lift, never by another row of that name (R8, D26)."""
    other = "Another row of this `ref` is on record; what has changed since is modified or lifted here, with its own signatures."
    return Decision.of((not same, Reason("another_row", other, "D26")))
