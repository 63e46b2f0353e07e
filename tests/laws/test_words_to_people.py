"""What is said to people promises nothing that there is not (R68), and says what binds them (R15)."""

import re
from datetime import date
from pathlib import Path

import pytest
from ban_svc.api import PROBLEMS
from ban_svc.rules import promises_nothing
from notify_svc import letters
from notify_svc.letters import TEMPLATES, facts_for, locales_of, render
from notify_svc.letters.words import WORDS

TODAY = date(2026, 11, 2)
FOLDER = Path(letters.__file__).parent


@pytest.mark.parametrize(("template", "locale"), [(template, locale) for template in TEMPLATES for locale in locales_of(template)])
def test_no_letter_promises_counselling_or_figures_of_success(template: str, locale: str) -> None:
    told = render(template, locale, facts_for(template, dict(TEMPLATES[template].example)))
    # The template too: what it says depends on the facts that it is given.
    written = [file.read_text() for file in sorted((FOLDER / template / locale).iterdir())]
    for text in (told.subject, told.text, *written):
        assert promises_nothing(text, on=TODAY).reasons == ()


def test_no_phrase_of_a_letter_and_no_text_of_a_refusal_promises_them() -> None:
    listed = [getattr(words, name) for words in WORDS.values() for name in words.__slots__]
    phrases = [phrase for one in listed if isinstance(one, dict) for phrase in one.values()]
    assert phrases
    for text in (*map(str, phrases), *PROBLEMS.values()):
        assert promises_nothing(text, on=TODAY).reasons == ()


@pytest.mark.parametrize("promise", ["We offer Counselling.", "The success  rate of warnings is high.", "Ask for our mentoring\nscheme."])
def test_a_letter_that_promises_them_is_found(promise: str) -> None:
    assert [one.cite for one in promises_nothing(promise, on=TODAY).reasons] == ["R68"]


def test_the_letter_of_a_global_ban_says_that_it_binds_its_reader_as_an_agent_of_others_too() -> None:
    told = render("global_ban", "en", facts_for("global_ban", dict(TEMPLATES["global_ban"].example)))
    assert re.search(r"in your own name\b.*\bon behalf of anybody else", told.text)
