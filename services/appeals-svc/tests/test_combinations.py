"""Every combination of what R32, R33, R102 and R103 speak of, beside a table that knows nothing of the rules' code (D7, D14)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import NamedTuple

import pytest
from appeals_svc import rules
from appeals_svc.model import AppellantRole, Channel, DecisionFacts, DecisionKind, GlobalBan, Letter, Nature, Standing, Term
from kernel.kinds import Kind

ISSUED, CHANGED, FELL = datetime(2026, 1, 31, 15, tzinfo=UTC), datetime(2026, 5, 10, 9, tzinfo=UTC), datetime(2026, 8, 15, tzinfo=UTC)
TOLD_FIRST, TOLD_SECOND = datetime(2026, 2, 2, 8, tzinfo=UTC), datetime(2026, 6, 1, 8, tzinfo=UTC)
END = datetime(2040, 1, 1, tzinfo=UTC)

# The last day, by what changed and which letters arrived, as a person counts six months on a calendar.
LAST_DAY = {
    (None, ()): (2026, 7, 31),
    (None, (1,)): (2026, 8, 2),
    ("ordinary", ()): (2026, 7, 31),
    ("ordinary", (1,)): (2026, 8, 2),
    ("ordinary", (1, 2)): (2026, 8, 2),
    ("substantial_atypical", ()): (2026, 11, 10),
    ("substantial_atypical", (1,)): (2026, 11, 10),
    ("substantial_atypical", (1, 2)): (2026, 12, 1),
}
AFTER_THE_FALL = (2027, 2, 15)
SAYS = tuple(product((None, END), (False, True)))
"""What a notice may say: an expiration date or none, irrevocable or not."""


class Text(NamedTuple):
    expires_at: datetime | None
    irrevocable: bool

    @property
    def open_to_ca(self) -> bool:
        return self.expires_at is None and not self.irrevocable


def event_ban(first: Text, change: str | None, second: Text, letters: tuple[int, ...], ban: str) -> DecisionFacts:
    terms = [Term(1, ISSUED, Nature.FIRST, 1, *first)]
    if change is not None:
        terms.append(Term(2, CHANGED, Nature(change), 2 if change != "ordinary" else 1, *second))
    told = {1: TOLD_FIRST, 2: TOLD_SECOND}
    bans = {"none": (), "stands": (GlobalBan(in_force=True),), "fell": (GlobalBan(in_force=False, ended_at=FELL),)}
    return DecisionFacts(
        DecisionKind.ACTION,
        Kind.EVENT_BAN,
        acts=True,
        standing=Standing.FINAL,
        terms=tuple(terms),
        letters=tuple(Letter(told[version], version) for version in letters),
        taken_in_by=bans[ban],
    )


@pytest.mark.parametrize(("change", "letters"), LAST_DAY, ids=str)
def test_event_bans_in_every_combination(change: str | None, letters: tuple[int, ...]) -> None:
    seen = 0
    for first, second, ban, role, late, channel in product(
        SAYS, SAYS if change else SAYS[:1], ("none", "stands", "fell"), AppellantRole, (False, True), (Channel.MAIL, Channel.CA)
    ):
        texts = {1: Text(*first), 2: Text(*second)}
        facts = event_ban(texts[1], change, texts[2], letters, ban)
        day = AFTER_THE_FALL if ban == "fell" else LAST_DAY[change, letters]
        at = datetime(*day, 23, 59, 59, tzinfo=UTC) + timedelta(seconds=late)
        # The notice as delivered decides: of several the latest.
        ca = role is AppellantRole.SUBJECT and bool(letters) and texts[letters[-1]].open_to_ca
        wanted = ["part_of_global_ban"] * (ban == "stands") + ["out_of_time"] * (late and not ca)
        told = rules.may_appeal(facts, role, at)
        assert [reason.code for reason in told.reasons] == wanted, (first, second, ban, role, late)
        if told:
            assert rules.route_of(facts, role, channel, at) == ("ca" if ca and (late or channel is Channel.CA) else "committee")
            asked = rules.eligibility_of(facts, role, at)
            assert asked.routes == (("ca",) if late else ("committee", "ca") if ca else ("committee",))
            assert asked.limitless == ca
        seen += 1
    assert seen == 4 * (4 if change else 1) * 3 * 2 * 2 * 2


@pytest.mark.parametrize("matter", [kind for kind in Kind if kind not in (Kind.EVENT_BAN, Kind.CHECKUSER)], ids=str)
def test_every_other_kind_counts_the_same_months_and_knows_no_global_ban(matter: Kind) -> None:
    for (change, letters), late in product(LAST_DAY, (False, True)):
        facts = event_ban(Text(*SAYS[0]), change, Text(*SAYS[0]), letters, "stands")
        at = datetime(*LAST_DAY[change, letters], 23, 59, 59, tzinfo=UTC) + timedelta(seconds=late)
        told = rules.may_appeal(replace(facts, matter=matter), AppellantRole.SUBJECT, at)
        assert [reason.code for reason in told.reasons] == ["out_of_time"] * late
