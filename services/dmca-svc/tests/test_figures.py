"""The figures of a half-year, in the layout of the transparency report (R44)."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from dmca_svc.model.figures import Count, FiguredNotice, Half
from dmca_svc.reading import Document
from dmca_svc.rules import figures as rules
from hypothesis import given
from hypothesis import strategies as st
from kernel.cases import Case, load_cases

CASES = Path(__file__).parent / "cases"
PUBLISHED = Path(__file__).parents[4] / "shared" / "data" / "transparency-2021-h2.json"
PLACES = {
    "Commons": ["https://commons.wikimedia.org/wiki/File:{0}.jpg"],
    "Multiple": ["https://commons.wikimedia.org/wiki/File:{0}.jpg", "https://en.wikipedia.org/wiki/{0}"],
    "Not a Wikimedia site": ["https://pictures.example.com/{0}.jpg"],
    "English Wikipedia": ["https://en.wikipedia.org/wiki/{0}"],
    "Wikidata": ["https://www.wikidata.org/wiki/Q{0}"],
    "Russian Wikipedia": ["https://ru.wikipedia.org/wiki/{0}"],
    "Swedish Wikipedia": ["https://sv.wikipedia.org/wiki/{0}"],
}
CODES = {"United States": "US", "Portugal": "PT", "United Kingdom": "GB", "Cyprus": "CY", "Israel": "IL", "Russia": "RU"}


@pytest.mark.parametrize("case", load_cases(CASES / "figures.toml"), ids=str)
def test_what_is_counted_and_under_which_name(case: Case) -> None:
    told = dict(case.given)
    notice = FiguredNotice(Document(told.pop("document", "notice")), frozenset(told.pop("wikis")), **told)
    assert rules.is_counted(notice) is case.expect["counted"]
    assert (rules.project_of(notice), rules.country_of(notice)) == (case.expect["project"], case.expect["country"])


def test_a_half_year_ends_with_the_first_moment_of_the_next() -> None:
    for year in (2021, 2026):
        first, second = rules.half_year(year, Half.FIRST), rules.half_year(year, Half.SECOND)
        assert first[1] == second[0] == datetime(year, 7, 1, tzinfo=UTC)
        assert second[1] == rules.half_year(year + 1, Half.FIRST)[0]


NOTICES = st.builds(
    FiguredNotice,
    st.sampled_from(Document),
    st.frozensets(st.sampled_from(["commonswiki", "enwiki", "xxwiki"]), max_size=2),
    judged=st.booleans(),
    repeats=st.booleans(),
    answered=st.booleans(),
    not_found=st.booleans(),
    country=st.sampled_from(["US", "PT", None]),
    granted=st.booleans(),
)


@given(st.lists(NOTICES, max_size=20))
def test_every_notice_is_in_each_of_the_three_sums_once(notices: list[FiguredNotice]) -> None:
    found = rules.figures_of(*rules.half_year(2021, Half.SECOND), notices)
    for sums in (found.by_project, found.by_country):
        assert Count(sum(one.received for one in sums.values()), sum(one.granted for one in sums.values())) == found.all
    assert all(one.granted <= one.received for one in found.by_project.values())


async def figures(office: Any, period: str, role: str = "communications") -> dict[str, Any]:
    answer = await office.desk.get(f"/dmca/v1/figures/{period}", role=role)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def filed(office: Any, letter: str, addresses: list[str], at: datetime) -> str:
    address = "https://commons.wikimedia.org/wiki/File:Harbour_at_dawn.jpg"
    assert address in letter
    name = str(uuid4().int)[:12]
    text = letter.replace(address, "\n".join(one.format(name) for one in addresses)).replace("Harbour at Dawn", f"Harbour {name}")
    notice = await office.file(text, received_at=at.isoformat(), evidence="The mail's own stamp.")
    return str(notice["id"])


async def granted(office: Any, notice_id: str) -> None:
    page = (await office.get(notice_id))["pages"][0]["page"]
    await office.assess(notice_id, pages=(page,))
    notice = await office.recommend(notice_id)
    for level, sub in (("team_peer", "pia"), ("team_manager", "max"), ("legal", "lea")):
        notice = await office.sign(notice, level, sub)
    await office.act(f"/{notice_id}/takedown", {}, "enforcer", "enno")
    await office.receipt(notice_id, page)


async def test_notices_of_2021_give_exactly_the_published_figures(fresh: Any, letter: str) -> None:
    if not PUBLISHED.exists():
        pytest.skip("the published figures are not beside this repository")
    published = json.loads(PUBLISHED.read_text())
    projects = [name for name, count in published["dmca"]["by_project"].items() for _ in range(count["received"])]
    countries = [name for name, count in published["dmca"]["by_country"].items() for _ in range(count["received"])]
    # The one that was granted is a picture on Commons, and came from the United Kingdom.
    countries.sort(key=lambda name: name != "United Kingdom")
    projects.sort(key=lambda name: name != "Commons")
    at = datetime(2021, 7, 1, tzinfo=UTC)
    for number, (project, country) in enumerate(zip(projects, countries, strict=True)):
        notice_id = await filed(fresh, letter, PLACES[project], at + timedelta(days=8 * number))
        if country in CODES:
            await fresh.act(f"/{notice_id}/country", {"country": CODES[country]}, "evaluator", "eva")
        if number == 0:
            await granted(fresh, notice_id)
    # The first moment of the next half-year, and the last of the one before, are not of this one.
    for near in (at - timedelta(seconds=1), datetime(2022, 1, 1, tzinfo=UTC)):
        await filed(fresh, letter, PLACES["Commons"], near)
    found = await figures(fresh, "2021-h2")
    assert (found["period"], found["dmca"]) == (published["period"], published["dmca"])
    assert set(found) == set(published)
    assert (await figures(fresh, "2021-h1"))["dmca"]["received"] == (await figures(fresh, "2022-h1"))["dmca"]["received"] == 1


async def test_a_half_year_without_notices_has_figures_of_nothing(office: Any) -> None:
    found = await figures(office, "2019-h1", role="auditor")
    assert found["dmca"] == {"received": 0, "granted": 0, "by_project": {}, "by_country": {}}
    assert (await office.desk.get("/dmca/v1/figures/2019-h3", role="auditor")).status_code == 422
    assert (await office.desk.get("/dmca/v1/figures/2019-h1", role="evaluator")).status_code == 403


async def test_a_country_is_a_persons_word_and_a_code(office: Any) -> None:
    notice = await office.file()
    assert "country" not in notice
    shown = await office.act(f"/{notice['id']}/country", {"country": "PT"}, "evaluator", "eva")
    assert (shown["country"], shown["version"]) == ("PT", notice["version"] + 1)
    for wrong in ("pt", "XX", "Portugal", ""):
        await office.act(f"/{notice['id']}/country", {"country": wrong}, "evaluator", "eva", 422)
    assert (await office.get(notice["id"]))["country"] == "PT"
    assert all("PT" not in json.dumps(event) for event in await office.events(notice["id"]))
