"""Many at once are answered, or refused, as each is by itself; and what the references give away (D23, R95)."""

from typing import Any

import msgspec
from ban_svc.api.check import Subject, _present
from ban_svc.hashes import Hashes
from ban_svc.index import BanIndex
from chassis.crypto import Keyring
from chassis.errors import Malformed
from hypothesis import given
from hypothesis import strategies as st

NOW = 1_800_000_000.0
HASHES = Hashes(Keyring({"k1": bytes(32)}, bytes(32), bytes(32)))
NAMES = st.sampled_from(["A", "a", "B_b", "B b", "Ä", "A\u0308", "User:A", "\u200eA", "A\nB", "", "192.0.2.1", "A" * 300]) | st.text(
    max_size=12
)
ADDRESSES = st.sampled_from(["192.0.2.1", "192.0.2.0/24", "192.0.2.1/24", "::ffff:192.0.2.1", "2001:db8::1", "0.0.0.0/0", "", "nowhere"])
WIKIS = st.none() | st.sampled_from(["examplewiki", "testwiki"])
SUBJECTS = st.builds(Subject, user=NAMES, wiki=WIKIS) | st.builds(Subject, ip=ADDRESSES) | st.builds(Subject, NAMES, WIKIS, ADDRESSES)


def _index() -> BanIndex:
    index = BanIndex(HASHES)
    index.put([(HASHES.account("A"), None, NOW + 5), (HASHES.account("Ä"), None, float("inf")), (HASHES.account("B b"), None, NOW - 5)])
    index.put([(None, "192.0.2.0/25", NOW + 5), (None, "2001:db8::/32", float("inf"))])
    index.permit([(HASHES.account("A"), f'[[{NOW + 5}, {{"examplewiki": {NOW + 2}}}]]')])
    return index


INDEX = _index()


def _told(subjects: list[Subject]) -> Any:
    """Give the answers as they go out, or the codes of the refusal."""
    try:
        return msgspec.to_builtins(_present(INDEX, HASHES.references("tool"), subjects, NOW))
    except Malformed as refused:
        return {reason.code for reason in refused.reasons}


@given(st.lists(SUBJECTS, max_size=8))
def test_many_are_answered_or_refused_as_each_by_itself(subjects: list[Subject]) -> None:
    one_by_one = [_told([subject]) for subject in subjects]
    refused: set[str] = set().union(*(one for one in one_by_one if isinstance(one, set)))
    if refused:
        # Of several that cannot be read, one is named.
        assert _told(subjects) <= refused
    else:
        assert _told(subjects) == [answer for (answer,) in one_by_one]


def test_a_reference_joins_with_no_hash_and_no_other_callers() -> None:
    names = ("A", "B", "C")
    one, two = HASHES.references("tool-1"), HASHES.references("tool-2")
    told = {*map(one, names), *map(two, names), *(HASHES.account(name).hex() for name in names)}
    assert len(told) == 9
    assert [one(name) for name in names] == [HASHES.references("tool-1")(name) for name in names]
    # Two callers who lay theirs side by side see nothing that is the same from subject to subject.
    assert len({int(one(name), 16) ^ int(two(name), 16) for name in names}) == 3
