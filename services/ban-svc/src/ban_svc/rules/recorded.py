"""What is put on record and was never decided here: bans of others, and bans from before this system (R8, R26, R36)."""

from datetime import datetime

from kernel.decision import Decision, Reason
from kernel.kinds import Kind
from kernel.review import Course

from ban_svc.model import BY_OTHERS, ActionSpec, Matter
from ban_svc.rules.aim import is_aimed
from ban_svc.rules.kind import says_what_its_kind_takes
from ban_svc.rules.proposal import rests_on_a_complaint
from ban_svc.rules.scope import has_its_scope
from ban_svc.rules.term import lasts_as_it_may

OF_OTHERS = frozenset({Kind.GLOBAL_BAN, Kind.EVENT_BAN, Kind.INTERACTION_BAN})


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


def may_import(spec: ActionSpec, enacted_at: datetime, matter: Matter) -> Decision:
    """A ban from before this system is put on record once, as far as it still holds, and names one person who is not banned here (R8, R17,
    R36).
    """  # noqa: D205 - the rule is one sentence
    return (
        Decision.of(
            (
                enacted_at > matter.now,
                Reason("not_before", "It is not from before: it was decided later than now.", "R8"),
            ),
            (matter.banned_already, Reason("already_banned", "One of the accounts is under a global ban in force already.", "R17")),
        )
        & is_aimed(spec, matter)
        & has_its_scope(spec, matter)
        & lasts_as_it_may(spec, matter)
        & says_what_its_kind_takes(spec)
    )
