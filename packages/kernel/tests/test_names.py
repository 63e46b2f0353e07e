"""User names as MediaWiki compares them, and wiki ids (D23)."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel.cases import Case, load_cases
from kernel.names import UserNameError, WikiIdError, _judge, _judged, canonical_user, canonical_users, may_be_user, wiki_id

TEXT = st.text(max_size=40) | st.text(alphabet="aA1_ :.\u200e\u200f\u202e\u0301\u00df\u1f80User", max_size=12)


@pytest.mark.parametrize("case", load_cases(Path(__file__).parent / "cases" / "names.toml"), ids=str)
def test_cases(case: Case) -> None:
    name = case.given["name"]
    if "canonical" in case.expect:
        assert canonical_user(name) == case.expect["canonical"]
        return
    with pytest.raises(UserNameError) as refused:
        canonical_user(name)
    assert sorted(reason.code for reason in refused.value.reasons) == sorted(case.expect["refused"])


@given(TEXT)
def test_the_one_way_to_write_a_name_is_written_the_same_again(name: str) -> None:
    if may_be_user(name):
        written = canonical_user(name)
        assert canonical_user(written) == written


@given(TEXT | st.text(alphabet=st.characters(exclude_categories=["Ll", "Lo", "Cn"]), min_size=1, max_size=3))
def test_the_short_way_through_the_judgement_says_what_the_long_way_says(name: str) -> None:
    shape, decision = _judged(name)
    assert decision == _judge(shape)


@given(st.lists(st.sampled_from(["A", "b", "user", "7", " ", "  ", "_", ":", ".", "\n", "é"]), max_size=8).map("".join))
def test_a_plain_name_is_what_the_long_way_makes_of_it(name: str) -> None:
    shape, decision = _judged(name)
    if decision:
        assert canonical_user(name) == shape
    else:
        with pytest.raises(UserNameError):
            canonical_user(name)


@given(st.lists(st.sampled_from(["A", "Aa b7", "A\nB", "b", "A  b", "A_b", "É", "A" * 63, "A" * 64, "A" * 256, ""]) | TEXT, max_size=6))
def test_many_names_are_written_as_each_is_written(names: list[str]) -> None:
    if all(map(may_be_user, names)):
        assert list(canonical_users(names)) == [canonical_user(name) for name in names]
    else:
        with pytest.raises(UserNameError):
            canonical_users(names)


@given(TEXT, st.sampled_from(["_", " ", "\u200e", "\u202a"]))
def test_what_mediawiki_drops_never_tells_two_people_apart(name: str, dropped: str) -> None:
    if may_be_user(name):
        assert canonical_user(f"{dropped}{name}{dropped}") == canonical_user(name)


def test_half_a_character_is_refused() -> None:
    assert [reason.code for reason in may_be_user("Ex\ud800ample").reasons] == ["name_not_text"]


@pytest.mark.parametrize("text", ["enwiki", "zh_min_nanwiki", "commonswiki", "be_x_oldwiki"])
def test_a_wiki_id_is_taken_as_it_is(text: str) -> None:
    assert wiki_id(text) == text


@pytest.mark.parametrize("text", ["", "e", "EnWiki", "en-wiki", "en.wikipedia.org", "enwiki\n", "x" * 65, "\u0435nwiki"])
def test_what_is_no_wiki_id_is_refused(text: str) -> None:
    with pytest.raises(WikiIdError, match="64 lower-case letters"):
        wiki_id(text)
