"""Each language of the letters is whole, takes the same facts, and says what the policy has a letter say."""

import pytest
from jinja2 import meta
from notify_svc.letters import LOCALES, TEMPLATES, facts_for, locales_of, render, rendering
from notify_svc.letters.facts import Facts
from notify_svc.letters.words import WORDS


def fullest_and_barest(template: str) -> list[Facts]:
    kind = TEMPLATES[template]
    needed = {name: value for name, value in kind.example.items() if kind.model_fields[name].is_required()}
    return [facts_for(template, dict(kind.example)), facts_for(template, needed)]


def test_a_letter_in_another_language_than_its_readers_says_so() -> None:
    facts = fullest_and_barest("global_ban")[0]
    written, own = render("global_ban", "en", facts, fallback=True), render("global_ban", "en", facts)
    assert written.text.startswith("We do not have this letter in your language, so it is in English.")
    assert written.text.endswith(own.text)
    assert written.html is not None
    assert "<p>We do not have this letter in your language, so it is in English." in written.html


def named(template: str, locale: str) -> list[set[str]]:
    """Name the facts that each part of a letter takes."""
    environment = rendering._environment()
    taken = []
    for part in ("subject.txt", "body.txt", "body.html"):
        waiting, names = [f"{template}/{locale}/{part}"], set()
        while waiting:
            tree = environment.parse((rendering.FOLDER / waiting.pop()).read_text(encoding="utf-8"))
            names |= meta.find_undeclared_variables(tree)
            waiting += [one for one in meta.find_referenced_templates(tree) if one is not None]
        taken.append(names)
    return taken


@pytest.mark.parametrize("locale", LOCALES[1:])
def test_a_locale_is_whole_and_takes_the_same_facts(locale: str) -> None:
    for template in TEMPLATES:
        if locale in locales_of(template):
            assert named(template, locale) == [names - {"fallback"} for names in named(template, "en")], template
            for facts in fullest_and_barest(template):
                written, english = render(template, locale, facts), render(template, "en", facts)
                assert written.text.count("0195") == english.text.count("0195"), template
                assert (written.text != english.text, written.subject != english.subject) == (True, True), template
    base, words = WORDS["en"], WORDS[locale]
    for listed in ("missing", "rejection", "ineligible", "outcome", "forum"):
        assert getattr(words, listed).keys() == getattr(base, listed).keys()
    assert len(set(words.months)) == 12
    assert words.day.format(day=2, month=words.months[2], year=2026) != "2 March 2026"


SAID = [
    # (rule, letter, what it says in English, German, Spanish)
    ("R62", "conduct_warning", "restricts nothing", "schränkt nichts ein", "No restringe nada"),
    ("R63", "conduct_warning", "conduct that is not acceptable", "nicht hingenommen wird", "no es aceptable"),
    ("R63", "conduct_warning", "room to think it over", "Raum geben, darüber nachzudenken", "espacio para reflexionar"),
    ("R63", "conduct_warning", "If you acted in good faith", "Wenn Sie es gut gemeint haben", "Si usted actuó de buena fe"),
    ("R65", "conduct_warning", "does not outweigh", "wiegt ein Verhalten, das anderen schadet, nicht auf", "no compensa"),
    (
        "R67",
        "conduct_warning",
        "is confidential, is not published, and is not shown",
        "vertraulich, wird nicht veröffentlicht",
        "es confidencial",
    ),
    ("R72", "rights_removal", "before 2 March 2026", "Vor dem 2. März 2026", "Antes del 2 de marzo de 2026"),
    ("R72", "rights_removal", "* a year of constructive work", "* a year of constructive work", "* a year of constructive work"),
    ("R46", "counter_notice_received", "legal proceedings", "Rechtsstreit", "proceso judicial"),
    ("R46", "counter_notice_received", "jurisdiction of a United States", "Bundesgerichts der Vereinigten Staaten", "jurisdicción de un"),
    ("R46", "counter_notice_received", "https://example.org", "https://example.org", "https://example.org"),
    ("R46", "dmca_taken_down", "legal proceedings", "Rechtsstreit", "proceso judicial"),
    ("R49", "dmca_taken_down", "in most cases terminated", "in den meisten Fällen sein Benutzerkonto", "en la mayoría de los casos"),
    ("R102", "global_ban", "until 2 September 2026", "bis zum 2. September 2026", "hasta el 2 de septiembre de 2026"),
    ("R107", "global_ban", "to appeals@example.org", "an appeals@example.org", "a appeals@example.org"),
    ("R107", "matter_decided", "without reasons cannot go on", "ohne Gründe kann nicht", "sin motivos no puede"),
    ("R32", "event_ban", "for that there is no last day", "gibt es keinen letzten Tag", "no hay un último día"),
    ("R104", "appeal_filed", "Legal counsel looks first", "Zuerst prüft die Rechtsabteilung", "Primero el equipo jurídico examina"),
]


@pytest.mark.parametrize("said", SAID, ids=lambda said: f"{said[0]}-{said[2]}")
def test_a_letter_says_what_the_policy_has_it_say_in_every_language(said: tuple[str, ...]) -> None:
    _, template, *words = said
    for locale, expected in zip(LOCALES, words, strict=True):
        assert expected in render(template, locale, fullest_and_barest(template)[0]).text
