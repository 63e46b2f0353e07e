"""The law of what a text names, one by one: what is added, what is wider, what is owed under which number (R17, R80, R83, R113, D26)."""

import json
from datetime import date
from typing import Any

import pytest
from ban_svc import rules
from ban_svc.model import ActionSpec, Effect
from ban_svc.rules.aimed import is_wider
from hypothesis import given
from hypothesis import strategies as st

ON = date(2026, 11, 2)


def spec_of(kind: str = "global_ban", **changes: Any) -> ActionSpec:
    text = {
        "kind": kind,
        "grounds": ["harassment_multiple_projects"],
        "tou_basis": "Terms of Use, section 4",
        "justification": {"why": "insufficient", "note": "Three communities asked."},
        "disclosure": "public",
        "disclosure_reason": "As the kind has it.",
        **changes,
    }
    return ActionSpec.model_validate_json(json.dumps(text))


def named(names: list[str]) -> ActionSpec:
    return spec_of(accounts=[{"name": name} for name in names])


NAMES = st.lists(st.sampled_from(["Ann", "Ben", "Cas", "Dov"]), min_size=1, max_size=4, unique=True)


@given(texts=st.lists(NAMES, min_size=1, max_size=5))
def test_a_number_is_one_accounts_for_good_whatever_comes_and_goes(texts: list[list[str]]) -> None:
    numbers: dict[str, str] = {}
    for many in range(1, len(texts) + 1):
        given_now = rules.effects_by_aim([named(text) for text in texts[:many]], on=ON)
        found = {aim.name: effect.effect for aim, (effect,) in given_now.items()}
        assert numbers.items() <= found.items()
        assert len(set(found.values())) == len(found) == len({name for text in texts[:many] for name in text})
        numbers = found
    # What is signed first is numbered as those who sign it read it.
    assert [numbers[name] for name in texts[0]] == [effect.effect for effect in rules.effects_of(named(texts[0]), on=ON)]


@given(old=NAMES, new=NAMES)
def test_naming_more_is_wider_and_naming_fewer_never_is(old: list[str], new: list[str]) -> None:
    wider = bool(is_wider(named(old), named(new), on=ON).reasons)
    assert wider is not (set(new) <= set(old))
    assert {aim.name for aim in rules.added(named(old), named(new), on=ON)} == set(new) - set(old)


def test_what_can_be_no_name_or_address_is_told_apart_as_it_is_written() -> None:
    old = spec_of(accounts=[{"name": "a|b"}], addresses=["nowhere"])
    assert rules.added(old, old, on=ON) == ()
    fresh = rules.added(spec_of(), old, on=ON)
    assert [aim.name for aim in fresh] == ["a|b", "nowhere"]
    assert [reason.code for reason in is_wider(spec_of(), old, on=ON).reasons] == ["account_added", "range_added"]


def test_the_same_account_on_another_wiki_is_another_aim_where_something_is_done_on_that_wiki() -> None:
    one, other = ([{"name": "Ann", "wiki": wiki}] for wiki in ("awiki", "bwiki"))
    assert rules.added(spec_of(accounts=one), spec_of(accounts=other), on=ON) == ()
    (moved,) = rules.added(spec_of("other", accounts=one), spec_of("other", accounts=other), on=ON)
    assert moved.effects == (Effect("bwiki", "measure"),)


def test_material_is_an_aim_of_its_own_and_comes_with_a_ground() -> None:
    old = spec_of("child_protection", accounts=[{"name": "Ann"}], grounds=["grooming"])
    new = spec_of("child_protection", accounts=[{"name": "Ann"}], grounds=["grooming", "unlawful_material"])
    assert [(aim.sort, aim.effects) for aim in rules.added(old, new, on=ON)] == [("material", (Effect("sealed_record", "remove"),))]


@pytest.mark.parametrize(
    ("effect", "changes", "anew"),
    [
        ("protect", {"level": "autoconfirmed"}, True),
        ("template:2", {"level": "autoconfirmed"}, False),
        ("template:2", {"instructions": "Use the sources named."}, True),
        ("protect", {"template": "reset"}, False),
        ("lock", {"level": "autoconfirmed"}, False),
    ],
)
def test_what_shows_how_a_page_is_protected_is_done_anew_when_that_changes(effect: str, changes: dict[str, str], anew: bool) -> None:
    before = {"level": "sysop", "template": "pp-office"}
    old, new = (spec_of("page_protection", protection=one) for one in (before, {**before, **changes}))
    assert rules.is_done_anew(Effect("awiki", effect), old, new) is anew


def test_signers_read_what_stays() -> None:
    assert [(one.code, one.cite) for one in rules.is_still_theirs(kept=True)] == [("account_stays_theirs", "D23")]
    assert rules.is_still_theirs(kept=False) == ()


def test_what_undoes_an_effect_is_of_the_same_account_and_material_has_no_name() -> None:
    texts = [named(["Ann"]), named(["Ben"])]
    assert rules.named_by_effects(texts, on=ON) == {
        Effect("metawiki", "lock"): "Ann",
        Effect("metawiki", "unlock"): "Ann",
        Effect("metawiki", "lock:2"): "Ben",
        Effect("metawiki", "unlock:2"): "Ben",
    }
    assert rules.named_by_effects([spec_of("child_protection", grounds=["unlawful_material"])], on=ON) == {}
