"""The matrix says something sound of every change and every party, and an unsound one refuses the start."""

from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Annotated

import pytest
from notify_svc import app, letters, rules
from notify_svc.actions.alerts import TOGETHER
from notify_svc.actions.correcting import CORRECTION
from notify_svc.letters import TEMPLATES, check_matrix, matters_of
from notify_svc.letters.facts import Facts
from notify_svc.model import VISIBLE, Disclosure, Party
from notify_svc.rules import MATRIX, Matrix, MatrixError


def test_the_matrix_in_force_is_sound() -> None:
    check_matrix()


def test_every_template_is_used() -> None:
    assert {telling.template for row in MATRIX.rows for telling in row.tell} | {TOGETHER, CORRECTION} == set(TEMPLATES)


def test_everybody_whom_a_stream_concerns_is_told_or_there_is_a_reason_why_not() -> None:
    concerned = {
        "request": {"requester", "subject", "team"},
        "case": {"requester", "subject", "team"},
        "action": {"requester", "subject", "other_affected", "community", "functionaries", "organiser", "team"},
        "dmca_notice": {"complainant", "uploader", "community", "team"},
        "appeal": {"requester", "subject", "team"},
        "notification": set(),
    }
    for row in MATRIX.rows:
        told = {telling.party for telling in row.tell}
        assert told | row.untold.keys() == concerned[row.stream]
        assert not told & row.untold.keys()
        assert all(why.endswith((".", ")")) for why in row.untold.values())


def test_only_a_global_ban_and_a_takedown_may_reach_a_page() -> None:
    rows = [row for row in MATRIX.rows for one in row.tell if VISIBLE & set(one.channels)]
    assert {(row.stream, matter) for row in rows for matter in matters_of(MATRIX, row)} == {
        ("action", "global_ban"),
        ("dmca_notice", "dmca"),
    }


STREAMS = """
[streams.action]
concerns = ["requester", "subject", "team", "community"]
untold = { requester = "No.", team = "No.", community = "No." }
[streams.dmca_notice]
concerns = ["community"]
"""
TELL = 'tell = [{ party = "subject", template = "measure_ended", channels = ["mail"] }]'


def row(*lines: str, stream: str = "action", cite: str = 'cite = "R1"') -> str:
    return "\n".join(["[[row]]", f'stream = "{stream}"', 'change = ["enacted"]', cite, *lines, ""])


def telling(channels: str, party: str = "subject", more: str = "") -> str:
    return f'tell = [{{ party = "{party}", template = "t", channels = [{channels}]{more} }}]'


UNSOUND = {
    "two rows": row(TELL) * 2,
    "unknown keys": row(TELL, "loud = true"),
    "lacks its change, stream": "[[row]]\n",
    "must tell somebody": row(),
    "cites nothing": row(TELL, cite=""),
    "tells with unknown keys": row(telling('"mail"', more=", x = 1")),
    "tells without its channels, template": row('tell = [{ party = "subject" }]'),
    "which nobody knows": row(telling('"mail"', more=', when = "x"')),
    "once for each action": row(telling('"mail"', more=', once = "action"')),
    "never would": row(telling('"mail"', more=', otherwise = "withheld"')),
    "names no channel": row(telling("")),
    "would show on a page": row(telling('"mail", "talk_page"'), 'matters = ["conduct_warning"]'),
    "for the hours of staff": row(telling('"mail"', more=", in_hours = true")),
    "mixes staff alerts": row(telling('"mail"', "team")),
    "mixes announcements": row(telling('"talk_page"', "community"), stream="dmca_notice"),
    "names the kind global_bann": row(TELL, 'matters = ["global_bann"]'),
    "names the party neighbour": row(telling('"mail"', "neighbour")),
    "names the channel pigeon": row(telling('"pigeon"')),
    "names the stream weather": row(TELL, stream="weather"),
    "both tells and does not tell the subject": row(TELL, 'untold = { subject = "No." }'),
    "the uploader, whom its stream does not concern": row(TELL, 'untold = { uploader = "No." }'),
    "does not say why the subject is not told": row(telling('"mail"', "requester")),
    "stream action has unknown keys": "[streams.action]\nloud = true\n",
}


@pytest.mark.parametrize("says", UNSOUND)
def test_an_unsound_matrix_is_refused(says: str) -> None:
    written = UNSOUND[says] if UNSOUND[says].startswith("[streams") else STREAMS + UNSOUND[says]
    with pytest.raises(MatrixError, match=says):
        Matrix.parse(written)


def test_a_change_without_a_row_is_an_error_and_not_silence() -> None:
    with pytest.raises(MatrixError, match="no row for action lifted"):
        Matrix.parse(STREAMS + row(TELL)).row("action", "lifted", "global_ban")


def planted(mark: Disclosure) -> type[Facts]:
    """Make a letter that says more than it may."""

    class Letter(Facts):
        secret: Annotated[str | None, mark] = None

    return Letter


def with_telling(change: str, matter: str, party: Party, template: str) -> Matrix:
    """Give the matrix in force with one more letter in the row for this change of an action."""
    wanted = MATRIX.row("action", change, matter)
    extra = replace(MATRIX.row("action", "lifted", "global_ban").tell[0], party=party, template=template)
    return Matrix(tuple(replace(row, tell=(*row.tell, extra)) if row is wanted else row for row in MATRIX.rows))


WRONG_READERS = [
    # (kind of matter, reader, letter or what it gives away, cited)
    ("global_ban", Party.SUBJECT, Disclosure.REQUESTER_IDENTITY, "R95"),
    ("conduct_warning", Party.REQUESTER, "conduct_warning", "R67"),
    ("conduct_warning", Party.COMMUNITY, "conduct_warning", "R95"),
    ("global_ban", Party.SUBJECT, "conduct_warning", "R67"),
    ("child_protection", Party.SUBJECT, Disclosure.CHILD_PROTECTION, "D20"),
    ("child_protection", Party.SUBJECT, "rights_removal", "R72"),
    ("checkuser", Party.REQUESTER, Disclosure.CHECKUSER, "R75"),
    ("checkuser", Party.SUBJECT, Disclosure.CHECKUSER, "R75"),
    ("checkuser", Party.SUBJECT, "measure_enacted", "R75"),
    ("global_ban", Party.COMMUNITY, Disclosure.GROUNDS, "D17"),
    ("global_ban", Party.COMMUNITY, "global_ban", "R95"),
    ("global_ban", Party.REQUESTER, "global_ban", "R95"),
    ("event_ban", Party.ORGANISER, "event_ban", "R95"),
]


@pytest.mark.parametrize(("matter", "party", "what", "cited"), WRONG_READERS)
def test_a_letter_that_would_tell_the_wrong_reader_refuses_the_start(matter: str, party: Party, what: Disclosure | str, cited: str) -> None:
    written: Mapping[str, type[Facts]] = {**TEMPLATES, "planted": planted(what)} if isinstance(what, Disclosure) else TEMPLATES
    template = "planted" if isinstance(what, Disclosure) else what
    with pytest.raises(MatrixError, match=rf"action enacted: {template} would tell the {party} .*\b{cited}\b"):
        check_matrix(with_telling("enacted", matter, party, template), written)


def test_a_letter_that_there_is_not_refuses_the_start() -> None:
    with pytest.raises(MatrixError, match="there is no letter global_bann"):
        check_matrix(with_telling("enacted", "global_ban", Party.SUBJECT, "global_bann"))


def without(stream: str, change: str) -> Matrix:
    return Matrix(tuple(row for row in MATRIX.rows if (row.stream, row.change) != (stream, change)))


def test_a_change_that_nobody_says_and_one_of_which_nothing_is_said_refuse_the_start() -> None:
    invented = replace(MATRIX.row("appeal", "voted", "global_ban"), change="counted")
    with pytest.raises(MatrixError, match="appeal counted: nobody says this change"):
        check_matrix(Matrix((*MATRIX.rows, invented)))
    with pytest.raises(MatrixError, match="no row for appeal voted"):
        check_matrix(without("appeal", "voted"))
    nowhere = replace(MATRIX.row("case", "opened", "threat_of_harm"), matters=("dmca",))
    with pytest.raises(MatrixError, match="no matter of this stream is of the kind dmca"):
        check_matrix(Matrix((*MATRIX.rows, nowhere)))


async def test_the_service_does_not_start_with_an_unsound_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    unsound = with_telling("enacted", "conduct_warning", Party.REQUESTER, "conduct_warning")
    monkeypatch.setattr(letters.soundness.check_matrix, "__defaults__", (unsound, TEMPLATES))
    with pytest.raises(MatrixError, match="R67"):
        await app.begin(SimpleNamespace())  # type: ignore[arg-type]  # it is refused before it looks at its settings


@pytest.mark.parametrize("party", Party)
def test_what_no_letter_tells_is_told_to_nobody(party: Party) -> None:
    for fact in (Disclosure.REQUESTER_IDENTITY, Disclosure.GROUNDS, Disclosure.CHILD_PROTECTION, Disclosure.CHECKUSER):
        assert not rules.may_tell(party, fact, "global_ban")
