import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from unicodedata import bidirectional

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import FileSystemLoader
from notify_svc.letters import (
    TEMPLATES,
    LetterError,
    check_letters,
    facts_for,
    has_html,
    header,
    line,
    locales_of,
    mailbox,
    render,
    rendering,
)
from notify_svc.letters.facts import Facts
from notify_svc.letters.text import passage
from notify_svc.model import Disclosure

HELD_BACK = "\u202e\u2066\u2067\u200f\u061c\u200e\u202a"


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_letter_says_what_it_is_about_and_whom_to_quote(template: str) -> None:
    written = render(template, "en", facts_for(template, dict(TEMPLATES[template].example)))
    assert "0195" in written.text
    assert "{" not in written.subject + written.text
    assert "\n\n\n" not in written.text
    assert "None" not in written.text


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_letter_can_be_written_without_what_is_optional(template: str) -> None:
    kind = TEMPLATES[template]
    needed = {name: value for name, value in kind.example.items() if kind.model_fields[name].is_required()}
    written = render(template, "en", facts_for(template, needed))
    assert "None" not in written.text


class Page(HTMLParser):
    """What of HTML is read, in words, and what it is made of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.read: list[str] = []
        self.tags: set[str] = set()
        self.names: set[str] = set()
        self.feed(html.partition("<body")[2].partition(">")[2])

    def handle_data(self, data: str) -> None:
        """Take the words."""
        self.read += data.split()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what it is made of."""
        self.tags.add(tag)
        self.names |= {name for name, _ in attrs}


def fullest_and_barest(template: str) -> list[Facts]:
    kind = TEMPLATES[template]
    needed = {name: value for name, value in kind.example.items() if kind.model_fields[name].is_required()}
    return [facts_for(template, dict(kind.example)), facts_for(template, needed)]


LETTERS = [template for template in TEMPLATES if has_html(template)]


@pytest.mark.parametrize(("template", "locale"), [(template, locale) for template in LETTERS for locale in locales_of(template)])
def test_html_says_word_for_word_what_the_text_says_and_fetches_nothing(template: str, locale: str) -> None:
    for facts in fullest_and_barest(template):
        written = render(template, locale, facts)
        assert written.html is not None
        page = Page(written.html)
        assert page.read == [word for word in re.sub(r"^[>*] ?", "", written.text, flags=re.MULTILINE).split() if word != ">"]
        assert page.tags <= {"p", "h2", "ul", "li", "blockquote", "br"}
        assert page.names <= {"style"}
        assert "url(" not in written.html
        assert f'<html lang="{locale}" dir="ltr">' in written.html


def test_what_others_wrote_is_text_in_html_too() -> None:
    example = {**TEMPLATES["conduct_warning"].example, "account": "<img src=//x> \u05d0\u202eb", "warning": "</blockquote><script>\nx"}
    html = render("conduct_warning", "en", facts_for("conduct_warning", example)).html
    assert html is not None
    assert "Hello \u2068&lt;img src=//x&gt; \u05d0b\u2069," in html
    assert "&lt;/blockquote&gt;&lt;script&gt;\nx</blockquote>" in html
    assert Page(html).tags <= {"p", "h2", "blockquote", "br"}


def test_what_is_for_a_wiki_page_has_no_html() -> None:
    assert render("dmca_announcement", "en", fullest_and_barest("dmca_announcement")[0]).html is None


def test_every_letter_is_tried_before_the_first_is_needed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    check_letters()
    for template in TEMPLATES:
        for locale in locales_of(template):
            folder = tmp_path / template / locale
            folder.mkdir(parents=True)
            for part in ("subject.txt", "body.txt", "body.html"):
                folder.joinpath(part).write_text("Hello" if template != "global_ban" else "Hello {{ requester }}")
    environment = rendering._environment.__wrapped__()
    environment.loader = FileSystemLoader(tmp_path)
    monkeypatch.setattr(rendering, "_environment", lambda: environment)
    with pytest.raises(LetterError, match="global_ban in en is broken: 'requester' is undefined"):
        check_letters.__wrapped__(tmp_path)
    (tmp_path / "global_ban" / "en" / "body.txt").unlink()
    (tmp_path / "global_ban" / "en" / "subject.txt").write_text("Hello")
    with pytest.raises(LetterError, match="there is no letter global_ban in en"):
        check_letters.__wrapped__(tmp_path)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("{% if not account %}{{ requester }}{% endif %}", "requester"),
        ("{% for one in appeals if 0 %}{{ one.of }}{% endfor %}", "of"),
    ],
)
def test_a_fact_that_only_some_readers_letter_would_name_refuses_the_start_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: str, named: str
) -> None:
    environment = rendering._environment.__wrapped__()
    environment.loader = FileSystemLoader([tmp_path, rendering.FOLDER])
    monkeypatch.setattr(rendering, "_environment", lambda: environment)
    monkeypatch.setattr(rendering, "TEMPLATES", {"conduct_warning": TEMPLATES["conduct_warning"]})
    folder = tmp_path / "conduct_warning" / "en"
    folder.mkdir(parents=True)
    folder.joinpath("body.txt").write_text("Reference: {{ reference }} " + words)
    with pytest.raises(LetterError, match=f"conduct_warning/en/body.txt names what conduct_warning is not given: {named}"):
        check_letters.__wrapped__()


def test_a_folder_that_is_no_letter_refuses_the_start(tmp_path: Path) -> None:
    (tmp_path / "global_bann").mkdir()
    with pytest.raises(LetterError, match="no letter is called global_bann"):
        check_letters.__wrapped__(tmp_path)


def test_a_template_cannot_reach_behind_its_facts() -> None:
    environment = rendering._environment()
    with pytest.raises(Exception, match="unsafe"):
        environment.from_string("{{ ''.__class__.__mro__ }}").render()


@pytest.mark.parametrize(
    ("template", "facts", "says"),
    [
        ("no_such", {}, "no such template"),
        ("global_ban", {"reference": "1"}, "missing or wrong: since"),
        ("global_ban", {"reference": "1", "since": "2026-03-02", "requester": "A. Person"}, "a fact that it does not know"),
        ("global_ban", {"reference": "1", "since": "yesterday"}, "missing or wrong: since"),
        ("global_ban", {"reference": "1", "since": "2026-03-02", "account": 7}, "missing or wrong: account"),
    ],
)
def test_wrong_facts_are_named_and_not_repeated(template: str, facts: dict[str, Any], says: str) -> None:
    with pytest.raises(LetterError, match=says) as refused:
        facts_for(template, facts)
    assert "A. Person" not in str(refused.value)


def test_an_unknown_locale_is_an_error() -> None:
    with pytest.raises(LetterError, match="in tlh"):
        render("global_ban", "tlh", facts_for("global_ban", dict(TEMPLATES["global_ban"].example)))


@given(st.text(max_size=200))
def test_what_others_wrote_stays_on_its_line_and_turns_nothing_around_it(text: str) -> None:
    safe = line(text)
    assert "\n" not in safe
    inside = safe.removeprefix("\u2068").removesuffix("\u2069")
    assert not set(inside) & {*HELD_BACK, "\u2068", "\u2069"}
    if any(bidirectional(one) in {"R", "AL", "AN"} for one in inside):
        assert safe == f"\u2068{inside}\u2069"


@given(st.text(max_size=200))
def test_no_text_makes_a_second_header(text: str) -> None:
    assert not set(header(text)) & {"\n", "\r", "\0", *HELD_BACK}


@given(st.text(max_size=500))
def test_a_quoted_passage_cannot_pass_for_our_words(text: str) -> None:
    assert all(one.startswith(">") for one in passage(text).splitlines())


@pytest.mark.parametrize(
    ("address", "usable"),
    [
        ("a.person+tag@example.invalid", True),
        ("a@localhost", True),
        ("a@example.invalid\nBcc: b@example.invalid", False),
        ("a@example.invalid\r\nSubject: x", False),
        ("a@example.invalid, b@example.invalid", False),
        ("A Person <a@example.invalid>", False),
        ("a@b@example.invalid", False),
        ("ä@example.invalid", False),
        ("", False),
        (None, False),
        ("a" * 65 + "@example.invalid", False),
        ("a@" + "b" * 260, False),
    ],
)
def test_one_mailbox_and_nothing_else(address: str | None, usable: bool) -> None:
    assert (mailbox(address) == address is not None) is usable


def test_wikitext_of_others_does_nothing() -> None:
    facts = {"reference": "1", "on": "2026-03-02", "pages": ["File:A {{delete}} [[B]].jpg"], "complainant": "<ref>'''X'''"}
    text = render("dmca_announcement", "en", facts_for("dmca_announcement", facts)).text
    assert "{{" not in text
    assert "[[" not in text
    assert "<ref>" not in text
    assert "'''" not in text


def test_every_fact_says_what_it_gives_away() -> None:
    for kind in set(TEMPLATES.values()):
        assert dict(kind.disclosures())["reference"] is Disclosure.REFERENCE

    class Silent(Facts):
        name: str

    with pytest.raises(TypeError, match="name does not say what it gives away"):
        list(Silent.disclosures())
