"""The letters: a folder each with a locale below it, what each tells, and how it is written."""

from notify_svc.letters.content import facts_of
from notify_svc.letters.facts import Facts
from notify_svc.letters.foresight import Foreseen, foresee, parties_of, subject_in, untold_of
from notify_svc.letters.rendering import LetterError, Rendered, check_letters, facts_for, has_html, locales_of, render
from notify_svc.letters.soundness import check_matrix, matters_of
from notify_svc.letters.templates import TEMPLATES
from notify_svc.letters.text import header, line, mailbox
from notify_svc.letters.words import LOCALES

__all__ = [
    "LOCALES",
    "TEMPLATES",
    "Facts",
    "Foreseen",
    "LetterError",
    "Rendered",
    "check_letters",
    "check_matrix",
    "facts_for",
    "facts_of",
    "foresee",
    "has_html",
    "header",
    "line",
    "locales_of",
    "mailbox",
    "matters_of",
    "parties_of",
    "render",
    "subject_in",
    "untold_of",
]
