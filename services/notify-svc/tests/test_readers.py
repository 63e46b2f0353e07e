"""No reader ever receives a fact of a class that is not theirs, and each party of each change has one outcome, whatever the state says."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from contracts import STREAMS
from hypothesis import given, settings
from hypothesis import strategies as st
from notify_svc.letters import facts_of, matters_of, render
from notify_svc.model import Change, Disclosure, Found, Party, Person
from notify_svc.rules import MATRIX, NOBODY, Telling, may_tell, outcomes, tellings

AT = "2026-03-02T09:30:00+00:00"
TOLD = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ABOUT, COUNTER, COURT = UUID(int=1), UUID(int=2), UUID(int=3)


@dataclass(frozen=True)
class Marker:
    """A word that gives a fact of a class away. `owner`: whose own it is, who may read it back; no class: nobody else may."""

    word: str
    disclosure: Disclosure | None
    owner: Party | None = None

    def may_reach(self, party: Party, matter: str) -> bool:
        return party is self.owner or (self.disclosure is not None and bool(may_tell(party, self.disclosure, matter)))


D = Disclosure
MARKERS = {
    "requester": Marker("MARKREQUESTER", D.REQUESTER_IDENTITY, Party.REQUESTER),
    "subject": Marker("MARKSUBJECT", D.MEASURE, Party.SUBJECT),
    "released": Marker("MARKRELEASED", None, Party.OTHER_AFFECTED),
    "uploader": Marker("MARKUPLOADER", None, Party.UPLOADER),
    "warning": Marker("MARKWARNING", D.WARNING),
    "criteria": Marker("MARKCRITERIA", D.CRITERIA),
    "ground": Marker("MARKGROUND", D.GROUNDS),
    "found": Marker("MARKFOUND", D.CHILD_PROTECTION),
    "check": Marker("MARKCHECK", D.CHECKUSER),
    "complainant": Marker("MARKCOMPLAINANT", D.COMPLAINANT, Party.COMPLAINANT),
    "page": Marker("MARKPAGE", D.NOTICE),
    "counter": Marker("MARKCOUNTER", D.COUNTER_NOTICE),
    "pointer": Marker("MARKPOINTER", D.DECIDED),
    "rate": Marker("424242", D.CLOCK),
}
WORD = {name: marker.word for name, marker in MARKERS.items()}
SECRETS = {"requester_name": WORD["requester"], "grounds": [WORD["ground"]], "report": WORD["found"], "checkuser_result": WORD["check"]}
"""Answered along with everything: no letter may pick it up."""

PEOPLE: Mapping[Party, tuple[Person, ...]] = {
    Party.REQUESTER: (Person("r", WORD["requester"], f"{WORD['requester']}@example.invalid", WORD["requester"]),),
    Party.SUBJECT: (Person("s", WORD["subject"], f"{WORD['subject']}@example.invalid", WORD["subject"]),),
    Party.OTHER_AFFECTED: (Person("o", wiki_user=WORD["released"]),),
    Party.COMPLAINANT: (Person("c", WORD["complainant"], f"{WORD['complainant']}@example.invalid"),),
    Party.UPLOADER: (Person("u", WORD["uploader"], wiki_user=WORD["uploader"]),),
}
PAGE = {"wiki": "examplewiki", "title": WORD["page"]}
FOUND = Found(
    PEOPLE,
    {
        **SECRETS,
        "pointers": [WORD["pointer"]],
        "refused_because": [WORD["pointer"]],
        "subject": {**SECRETS, "warning": WORD["warning"], "reapply_criteria": [WORD["criteria"]], "no_rights_until": AT},
        "contacts": {
            **SECRETS,
            "complainant": {"name": WORD["complainant"]},
            "uploaders": [{"wiki_user": WORD["uploader"], "pages": [PAGE]}],
            "pages": [PAGE],
            "rejection": [WORD["page"]],
            "announcement": {"work": WORD["page"], "notice": WORD["page"]},
            "counter_notices": [{"counter_notice_id": str(COUNTER), "name": WORD["counter"], "text": WORD["counter"]}],
        },
    },
)

_yes = st.booleans()
_at = st.just(AT)
_counter = st.fixed_dictionaries(
    {"counter_notice_id": st.just(str(COUNTER)), "state": st.sampled_from(["incomplete", "rejected", "withdrawn", "accepted", "restored"])},
    optional={"window": st.just({"opens": AT, "closes": AT}), "missing": st.just(["signature"]), "received_by_agent_at": _at},
)
_court = st.fixed_dictionaries(
    {"court_action_id": st.just(str(COURT)), "received_at": _at, "state": st.sampled_from(["holding", "not_holding"])},
    optional={"told_by": st.sampled_from(["complainant", "agent", "other"]), "forum": st.sampled_from(["court", "ccb"])},
)
states = st.fixed_dictionaries(
    {
        "received_at": _at,
        "filed_at": _at,
        "appellant_role": st.sampled_from(["requester", "subject"]),
        "rate": st.just({"enacted": 424242, "usual": 424242, "days": 30}),
        "notice_id": st.just(str(ABOUT)),
    },
    optional={
        **dict.fromkeys(("notice_withheld", "irrevocable", "announce", "appellant_verified"), _yes),
        **dict.fromkeys(("enacted_at", "starts_at", "expires_at", "decided_at", "ended_at", "taken_down_at", "issued_at"), _at),
        "state": st.sampled_from(["approved", "enacted", "enforced", "declined"]),
        "course": st.sampled_from(["act", "no_action"]),
        "nature": st.sampled_from(["ordinary", "substantial_atypical"]),
        "released": st.integers(0, 1),
        "part_of": st.just(str(ABOUT)),
        "request_id": st.just(str(ABOUT)),
        "sender": st.fixed_dictionaries({"state": st.sampled_from(["warned", "locked_out"])}),
        "wikis": st.sampled_from([["commonswiki"], ["examplewiki"]]),
        "rejection": st.sampled_from([["fair_use"], ["no_formal_notice"], ["joined_elsewhere"], ["not_answered"]]),
        "missing": st.just(["signature"]),
        "outcome": st.sampled_from(["ratified", "overturned", "remanded"]),
        "ineligible_codes": st.just(["too_late"]),
        "clock": st.just({"target_at": AT}),
        "counter_notice_id": st.just(str(COUNTER)),
        "counter_notices": st.lists(_counter, min_size=1, max_size=1),
        "court_action_id": st.just(str(COURT)),
        "court_actions": st.lists(_court, min_size=1, max_size=1),
    },
)
ROWS = [(row, matters_of(MATRIX, row)) for row in MATRIX.rows if row.stream != "notification"]
"""Every row with the kinds of matter that it speaks for."""


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """Draw a change of a kind that the matrix speaks for, in a state that its owner might never bring about."""
    row, matters = draw(st.sampled_from([one for one in ROWS if one[0].tell]))
    matter = draw(st.sampled_from(matters))
    state = {**SECRETS, **draw(states)}
    if row.stream == "dmca_notice" and row.change == "counter_noticed":
        state["counter_notice_id"] = str(COUNTER)
    return Change(UUID(int=9), row.stream, ABOUT, draw(st.integers(1, 3)), row.change, str(matter), TOLD, state)


def written_for(telling: Telling, change: Change) -> str:
    """Write a letter, and fail where it gives away what is not its reader's."""
    person = PEOPLE.get(telling.party, (Person(NOBODY),))[0]
    facts = facts_of(telling.template, change, person, party=telling.party, found=FOUND, told_at=TOLD)
    rendered = render(telling.template, "en", facts)
    # What the letter is given counts too: the words of tomorrow may use what those of today leave out.
    written = f"{rendered.subject}\n{rendered.text}\n{facts.model_dump_json()}"
    for marker in MARKERS.values():
        if not marker.may_reach(telling.party, change.matter):
            assert marker.word not in written, f"{telling.template} tells the {telling.party} {marker.word} in {change.matter}"
    return rendered.text


@settings(max_examples=300)
@given(changes())
def test_no_reader_receives_a_fact_of_a_class_that_is_not_theirs(change: Change) -> None:
    for telling, _ in tellings(MATRIX, change):
        written_for(telling, change)


@settings(max_examples=100)
@given(states)
def test_each_party_of_each_change_has_exactly_one_outcome(state: dict[str, Any]) -> None:
    for row, (matter, *_) in ROWS:
        change = Change(UUID(int=9), row.stream, ABOUT, 1, row.change, matter.value, TOLD, state)
        found = outcomes(MATRIX, change)
        concerned = {telling.party for telling in row.tell} | set(row.untold)
        assert {one.party for one in found} == concerned
        # The community reads on one page or on several, on each of them once.
        twice = [one for one, times in Counter(one.party for one in found).items() if times > 1 and one is not Party.COMMUNITY]
        assert twice == [], f"{row.stream} {row.change}"
        assert all(one.template or one.why_not for one in found)
        assert len({(one.party, one.template) for one in found}) == len(found)


def test_every_marker_reaches_somebody_who_may_read_it() -> None:
    """Nothing is proved by a word that no letter would carry anyway."""
    state: dict[str, Any] = {
        "received_at": AT, "filed_at": AT, "rate": {"enacted": 424242, "usual": 1, "days": 30}, "announce": True, "released": 1,
        "wikis": ["commonswiki"], "counter_notice_id": str(COUNTER), "nature": "substantial_atypical",
        "counter_notices": [{"counter_notice_id": str(COUNTER), "state": "accepted", "window": {"opens": AT, "closes": AT}}],
    }  # fmt: skip
    written = ""
    for row in MATRIX.rows:
        for matter in matters_of(MATRIX, row):
            change = Change(UUID(int=9), row.stream, ABOUT, 2, row.change, str(matter), TOLD, state)
            for telling, _ in tellings(MATRIX, change):
                written += written_for(telling, change)
    never = {D.REQUESTER_IDENTITY, D.GROUNDS, D.CHILD_PROTECTION, D.CHECKUSER}
    assert [marker.word for marker in MARKERS.values() if marker.disclosure not in never and marker.word not in written] == []


def test_all_that_is_said_is_drawn_from() -> None:
    said = {(stream.change.aggregate, kind) for stream in STREAMS.values() for kind in stream.kinds}
    assert {(row.stream, row.change) for row, _ in ROWS} == {one for one in said if one[0] != "notification"}
