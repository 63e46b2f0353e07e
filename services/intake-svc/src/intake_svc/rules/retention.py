"""How long things are kept, what keeps them longer, and who may have them erased (R102, R113, D7, D20, D27)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from kernel.decision import Decision, Reason
from kernel.months import months_after

from intake_svc.model.mail import SettledAs
from intake_svc.model.request import RequestState
from intake_svc.model.retention import Asked, Kept, Measure
from intake_svc.rules import POLICY

NO_ACTION = "no_action"


def last_appeal_at(kept: Kept) -> datetime | None:
    """Whoever is involved may appeal until six months after a decision was issued, or they were told of it if later (R102, D7)."""
    told = [kept.over_at, kept.informed_at]
    told += [at for one in kept.measures for at in (one.issued_at, one.informed_at)]
    dates = [months_after(at) for at in told if at is not None]
    return None if kept.over_at is None else max(dates)


def contact_until(kept: Kept, *, on: date) -> datetime | None:
    """The contact of who asked is kept until thirty days after the last date on which anybody may appeal, or the end of the last appeal
    (D27).
    """  # noqa: D205 - the rule is one sentence
    last = last_appeal_at(kept)
    if last is None:
        return None
    return max(last, kept.appeal_ended_at or last) + timedelta(days=POLICY.value("keeps_contact_days", on=on))


def is_reviewed(kept: Kept) -> bool:
    """What was gathered for a decision not to act is kept, and reviewed each year (D27, step 13 of the procedure)."""
    return kept.outcome == NO_ACTION and not any(one.acts for one in kept.measures)


def ended_at(kept: Kept, *, on: date) -> datetime | None:
    """A matter has ended when its last action has: by lifting, overturning or its date; a warning or a check is over when it is done, and
    what ended without an action ended then (D27).
    """  # noqa: D205 - the rule is one sentence
    acting = [one for one in kept.measures if one.acts]
    ends = [_end_of(one, on=on) for one in acting]
    # An action that nobody told of may be in force.
    unknown = kept.outcome == "act" and not acting
    if kept.over_at is None or unknown or None in ends:
        return None
    return max([kept.over_at, *(end for end in ends if end is not None)])


def kept_until(kept: Kept, *, on: date) -> datetime | None:
    """What a case gathered is kept for a year after the end of its action, and never a shorter time than the contact of who asked; while
    the action is in force, or where it is reviewed each year instead, no date ends it (D27).
    """  # noqa: D205 - the rule is one sentence
    ended, contact = ended_at(kept, on=on), contact_until(kept, on=on)
    if ended is None or contact is None or is_reviewed(kept):
        return None
    months: dict[str, int] = POLICY.value("keeps_case_months", on=on)
    return max(months_after(ended, months.get(kept.kind, months["default"])), contact)


def request_until(state: RequestState, kept: Kept, *, on: date) -> datetime | None:
    """What came with a request that ended without a case is kept for a time by how it ended; a deferral or a refusal for as long as its
    requester may appeal, and thirty days (D14, D27).
    """  # noqa: D205 - the rule is one sentence
    days: dict[str, int] = POLICY.value("keeps_request_days", on=on)
    if kept.over_at is not None and state in days:
        return kept.over_at + timedelta(days=days[state])
    return contact_until(kept, on=on)


def mail_until(settled_as: SettledAs, settled_at: datetime, *, on: date) -> datetime:
    """What a mail says that became no request is kept for a time after a person settled it; before that it waits for them (R87, D27)."""
    days: dict[str, int] = POLICY.value("keeps_mail_days", on=on)
    return settled_at + timedelta(days=days[settled_as])


def next_review(after: datetime, *, on: date) -> datetime:
    """A year after the decision, and after each review, somebody asks again whether the notes of a decision not to act are kept (D27)."""
    return months_after(after, POLICY.value("reviews_no_action_months", on=on))


def standing_until(counts: Collection[datetime], *, now: datetime, on: date) -> datetime:
    """What is on record of a sender is kept as long as conduct, a warning or a lock-out of theirs may count, and no longer (R118, D27)."""
    return max(counts, default=now) + timedelta(days=POLICY.value("keeps_standing_days", on=on))


def may_destroy(kept: Kept, *, on: date) -> Decision:
    """What a case gathered is destroyed when nothing needs it: no hold, no open matter, review or appeal, no action in force, and no duty
    to preserve (D20, D27).
    """  # noqa: D205 - the rule is one sentence
    over = kept.over_at is not None
    in_force = over and not is_reviewed(kept) and ended_at(kept, on=on) is None
    return _nothing_needs_it(kept) & Decision.of(
        (in_force, Reason("action_in_force", "Its action is in force, and rests on what was gathered.", "D27"))
    )


def may_erase_contact(kept: Kept) -> Decision:
    """Who asked goes when their time is over, and no open matter, review, appeal, hold or duty to preserve needs them (D20, D27)."""
    return _nothing_needs_it(kept)


def may_erase(kept: Kept, asked: Asked, *, on: date) -> Decision:
    """Who asked is erased at their own wish, once they were shown to be who they are, when nothing needs who asked: the record of the
    decision needs no name (D27).
    """  # noqa: D205 - the rule is one sentence
    return Decision.of(
        (
            asked.ground not in POLICY.value("erasure_grounds", on=on),
            Reason("erasure_ground_unknown", "Say on which of the known grounds it is asked for.", "D27"),
        ),
        (
            asked.verified not in POLICY.value("verified_by", on=on),
            Reason("not_verified", "Nobody's words are erased on a stranger's word: say how who asks was shown to be who asked.", "D14"),
        ),
    ) & _nothing_needs_it(kept)


def may_confirm(proposed_by: str | None, *, by: str) -> Decision:
    """What cannot be undone is done by two persons (R113, D27)."""
    return Decision.of(
        (proposed_by is None, Reason("no_erasure_proposed", "No erasure waits for a second person here.", "D27")),
        (proposed_by == by, Reason("own_erasure", "Another person confirms it than who proposed it.", "R113")),
    )


def may_review(kept: Kept, review_at: datetime | None, *, now: datetime) -> Decision:
    """A review says whether the notes of a decision not to act are kept for another year, when its day has come (D27)."""
    due = is_reviewed(kept) and review_at is not None and review_at <= now and not kept.erased
    return Decision.of((not due, Reason("no_review_due", "No review of what is kept here is due.", "D27")))


def _end_of(measure: Measure, *, on: date) -> datetime | None:
    done = measure.kind in POLICY.value("over_when_done", on=on)
    return measure.ended_at or (measure.issued_at if done else None)


def _nothing_needs_it(kept: Kept) -> Decision:
    return Decision.of(
        (kept.erased, Reason("erased_already", "It was erased already.", "D27")),
        (kept.over_at is None, Reason("matter_goes_on", "The matter is not decided or ended; it needs what came with it.", "D27")),
        (
            kept.preserved,
            Reason(
                "preserved_by_law",
                "What concerns a minor is preserved for the time of the statute, and destroyed by the named group.",
                "D20",
            ),
        ),
        (kept.held, Reason("held", "A legal hold lies on it; it is released first.", "D27")),
        (kept.in_review, Reason("action_in_review", "An action on it is in review.", "R113")),
        (kept.appealed, Reason("appeal_open", "An appeal about it is not decided.", "D7")),
    )
