"""The law of what is on record besides a decision: receipts, reversals, results of checks, old bans (R8, R15, R84, R92, R93, D19)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from ban_svc import rules
from ban_svc.model import BanFacts, BeforeFacts, CheckResultFacts, ImportedBan, Matter, State
from ban_svc.rules import check_result as law
from hypothesis import given
from hypothesis import strategies as st
from kernel.cases import Case, load_cases
from kernel.kinds import ACTION_KINDS, Kind
from kernel.review import Course

CASES = Path(__file__).parent / "cases"
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
ENACTED = datetime(2026, 8, 1, 9, tzinfo=UTC)
TODAY = NOW.date()
RAN_IT = frozenset({"eva", "enno", "ella"})


@pytest.mark.parametrize("case", load_cases(CASES / "receipts.toml"), ids=str)
def test_receipts(case: Case) -> None:
    told = dict(case.given)
    effect, bars, marked = told.get("effect", "global_block"), told.get("bars"), told.get("marked")
    if told["ask"] == "receipt":
        decision, remarks = rules.bars_enough(effect, bars, on=TODAY), rules.seen_in_receipt(effect, bars, marked, on=TODAY)
    else:
        decision = rules.may_name_reversal(stands=told["stands"], undone_by=told.get("undone_by"))
        remarks = rules.is_marked(marked)
        remarks = remarks if told["stands"] else remarks & rules.follows_a_reversal()
    assert [reason.code for reason in decision.reasons] == case.expect["refused"]
    assert [reason.code for reason in remarks.reasons] == case.expect["remarks"]
    assert all(reason.cite for reason in decision.reasons + remarks.reasons)


@pytest.mark.parametrize("case", load_cases(CASES / "imports.toml"), ids=str)
def test_imports(case: Case) -> None:
    told = {"kind": "global_ban", "enacted_at": "2019-06-10T12:00:00Z", **case.given}
    banned, ban = told.pop("banned_already", False), told.pop("ban", None)
    if told["kind"] != "range_block":
        told.setdefault("accounts", [{"name": "Old visitor"}])
    row = ImportedBan.model_validate({"ref": "a row", **told})
    enforced, facts = None, None
    if ban is not None:
        ends = datetime.fromisoformat(ban["end"]) if "end" in ban else None
        enforced = BeforeFacts(datetime.fromisoformat(ban.get("enacted_at", "2019-06-10T12:00:00Z")), ends)
        # A block that is over is judged by what its ban was while it held.
        state = State.ENFORCED if row.ended else State(ban.get("state", "enforced"))
        facts = BanFacts(Kind(ban.get("kind", "global_ban")), state, None if row.ended else ends)
    before = BeforeFacts(
        row.enacted_at, row.expires_at, row.ended, row.ended_at, row.bars, names_ban=row.enforces is not None, ban=enforced
    )
    matter = Matter(course=Course.ACT, now=NOW, banned_already=banned, enforces=facts)
    decision = rules.may_import(row.spec(enforces=uuid4() if ban is not None else None), before, matter)
    assert [reason.code for reason in decision.reasons] == case.expect["refused"]
    assert all(reason.cite for reason in decision.reasons)
    remarks = rules.seen_in_import(Kind(row.kind), before).reasons
    assert [reason.code for reason in remarks] == case.expect.get("remarks", [])


def ask(told: dict[str, Any]) -> Any:
    facts = CheckResultFacts(
        told.get("kept_by", "ella"),
        datetime.fromisoformat(told.get("until", "2027-01-31T09:00:00Z")),
        held=told.get("held", False),
        destroyed=told.get("destroyed", False),
    )
    by = told.get("by", "lena" if told["ask"] == "hold" else "eva")
    return {
        "keep": lambda: law.may_keep_result(
            Kind(told.get("kind", "checkuser")),
            State(told.get("state", "enacted")),
            by=by,
            ran_it=RAN_IT,
            collected_at=datetime.fromisoformat(told.get("collected_at", NOW.isoformat())),
            enacted_at=None if told.get("state") == "approved" else ENACTED,
            now=NOW,
        ),
        "read": lambda: law.may_read_results(by, of_the_case=RAN_IT | {"paul"}),
        "hold": lambda: law.may_hold_result(facts, by=by, now=NOW),
        "release": lambda: law.may_release_result(facts),
    }[told["ask"]]()


@pytest.mark.parametrize("case", load_cases(CASES / "check_results.toml"), ids=str)
def test_check_results(case: Case) -> None:
    decision = ask(dict(case.given))
    assert [reason.code for reason in decision.reasons] == case.expect["refused"]
    assert all(reason.cite for reason in decision.reasons)


MOMENTS = st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  # the zone is given beside


@given(collected=MOMENTS, now=MOMENTS, held=st.booleans())
def test_what_a_check_found_is_over_after_ninety_days_exactly_unless_it_is_held(collected: datetime, now: datetime, held: bool) -> None:
    facts = CheckResultFacts("ella", law.result_until(collected), held=held)
    assert law.is_over(facts, now) is (not held and now - collected >= timedelta(days=90))
    kept = law.may_keep_result(Kind.CHECKUSER, State.ENACTED, by="eva", ran_it=RAN_IT, collected_at=collected, enacted_at=None, now=now)
    assert bool(kept) is (timedelta() <= now - collected < timedelta(days=90))


@given(kind=st.sampled_from(sorted(ACTION_KINDS)), state=st.sampled_from(list(State)), by=st.sampled_from(["eva", "ella", "paul"]))
def test_only_a_check_in_force_has_results_and_only_from_who_ran_it(kind: Kind, state: State, by: str) -> None:
    kept = law.may_keep_result(kind, state, by=by, ran_it=RAN_IT, collected_at=NOW, enacted_at=ENACTED, now=NOW)
    assert bool(kept) is (kind is Kind.CHECKUSER and state in (State.ENACTED, State.ENFORCED) and by != "paul")


@given(bars=st.sets(st.sampled_from(["createaccount", "edit", "sendemail", "upload", "move"])))
def test_a_block_is_enough_exactly_when_it_bars_all_three(bars: set[str]) -> None:
    assert bool(rules.bars_enough("global_block", bars, on=TODAY)) is ({"createaccount", "edit", "sendemail"} <= bars)


def test_the_mark_says_office_action() -> None:
    assert "Office action" in rules.mark_of(on=TODAY)
