"""Letters from templates, as text and as HTML: every fact typed, nothing undefined, every template tried before the first is needed."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound, meta, nodes, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment
from pydantic import ValidationError

from notify_svc.letters.facts import Alert, Announcement, Facts, Right, Together, UnusualRate
from notify_svc.letters.templates import TEMPLATES
from notify_svc.letters.text import header
from notify_svc.letters.words import LOCALES, WORDS

FOLDER = Path(__file__).parent
PARTS = "parts"
"""What several letters share, in a folder for each locale: the greeting, the right to appeal, the signature."""

_ATTRIBUTES = {*Right.model_fields, "index"}
_GAP = re.compile(r"\n{3,}")
# What would be markup on a wiki page; as an entity it is shown and does nothing.
_MARKUP = str.maketrans({character: f"&#{ord(character)};" for character in "&<>[]{}|'~=*#:;_"})


class LetterError(ValueError):
    """A letter that cannot be written: an unknown template, locale or fact, or a template that is broken."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter ready to be sent: its subject on one line, plain text, and the same words as HTML; a wiki page has no HTML."""

    subject: str
    text: str
    html: str | None = None


def render(template: str, locale: str, facts: Facts, *, fallback: bool = False) -> Rendered:
    """Write a letter. `fallback`: its reader reads another language, in which there is none, and the letter says so.

    Raises:
        LetterError: there is no such template or locale, or it names a fact that there is none of.
    """
    environment = _environment()
    values = {name: getattr(facts, name) for name in type(facts).model_fields}

    def written(part: str) -> str:
        return environment.get_template(part).render(values, locale=locale, fallback=fallback)

    try:
        subject = written(f"{template}/{locale}/subject.txt")
        body = written(f"{template}/{locale}/body.txt")
        said = f"{written(f'{PARTS}/{locale}/fallback.txt')}\n" if fallback else ""
        html = written(f"{template}/{locale}/body.html") if has_html(template) else None
    except TemplateNotFound:
        raise LetterError(f"there is no letter {template} in {locale}") from None
    except TemplateError as error:
        raise LetterError(f"the letter {template} in {locale} is broken: {error.message}") from error
    # A paragraph that does not apply leaves its empty lines behind.
    return Rendered(header(subject), _GAP.sub("\n\n", said + body).strip("\n") + "\n", html)


def has_html(template: str) -> bool:
    """What is for a wiki page is wikitext alone."""
    return TEMPLATES.get(template) is not Announcement


def facts_for(template: str, given: dict[str, Any]) -> Facts:
    """Read the facts of a letter.

    Raises:
        LetterError: no such template, or facts that are not its own; names the facts, never what they say.
    """
    if template not in TEMPLATES:
        raise LetterError("there is no such template")
    try:
        return TEMPLATES[template].model_validate(given)
    except ValidationError as error:
        known = TEMPLATES[template].model_fields
        wrong = sorted({str(one["loc"][0]) for one in error.errors(include_input=False) if one["loc"] and str(one["loc"][0]) in known})
        raise LetterError(f"it takes {', '.join(known)}; missing or wrong: {', '.join(wrong) or 'a fact that it does not know'}") from None


def locales_of(template: str) -> tuple[str, ...]:
    """Letters to a person are in every locale; what staff and everybody on a wiki read is in English, which is what they work in."""
    return LOCALES[:1] if TEMPLATES[template] in {Alert, Together, UnusualRate, Announcement} else LOCALES


@cache
def check_letters(folder: Path = FOLDER) -> None:
    """Render every letter in every locale with its example, once a process: a broken one refuses the start, not at midnight.

    Raises:
        LetterError: the first letter that cannot be written, or a folder that no letter belongs to.
    """
    for template in TEMPLATES:
        for locale in locales_of(template):
            rendered = render(template, locale, facts_for(template, dict(TEMPLATES[template].example)))
            _check_names(template, locale)
            if not rendered.subject or not rendered.text.strip():
                raise LetterError(f"the letter {template} in {locale} is empty")
    if stray := {place.name for place in folder.iterdir() if place.is_dir() and not place.name.startswith("__")} - {*TEMPLATES, PARTS}:
        raise LetterError(f"no letter is called {', '.join(sorted(stray))}")


def _check_names(template: str, locale: str) -> None:
    """Find a fact that only some reader's letter would have asked for: the example does not come by every word of a template."""
    environment = _environment()
    parts = ("subject.txt", "body.txt", "body.html") if has_html(template) else ("subject.txt", "body.txt")
    seen, waiting = set(), [f"{template}/{locale}/{part}" for part in parts]
    while waiting:
        name = waiting.pop()
        seen.add(name)
        taken, attributes, included = _named(environment, name)
        if unknown := (taken - {*TEMPLATES[template].model_fields, "fallback"}) | (attributes - _ATTRIBUTES):
            raise LetterError(f"{name} names what {template} is not given: {', '.join(sorted(unknown))}")
        waiting += included - seen


@cache
def _named(environment: SandboxedEnvironment, name: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Give the facts, the attributes and the parts that a template names; a part that many share is read once."""
    tree = environment.parse(environment.loader.get_source(environment, name)[0])  # type: ignore[union-attr]  # it has one
    attributes = frozenset(one.attr for one in tree.find_all(nodes.Getattr))
    included = frozenset(part for part in meta.find_referenced_templates(tree) if part is not None)
    return frozenset(meta.find_undeclared_variables(tree)), attributes, included


@cache
def _environment() -> SandboxedEnvironment:
    environment = SandboxedEnvironment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        # In HTML whatever a fact says is text; in plain text what others wrote was made safe when the facts were typed.
        autoescape=lambda name: name is not None and name.endswith(".html"),
    )
    environment.filters |= {"day": _day, "moment": _moment, "wikitext": _wikitext, "unquoted": _unquoted}
    return environment


@pass_context
def _day(context: Context, day: date) -> str:
    return WORDS[context["locale"]].of_day(day)


@pass_context
def _moment(context: Context, moment: datetime) -> str:
    return WORDS[context["locale"]].of_moment(moment)


def _wikitext(text: str) -> str:
    return text.translate(_MARKUP)


def _unquoted(passage: str) -> str:
    """What stands in a block quote needs no mark of quoting on each line."""
    return "\n".join(line.removeprefix(">").removeprefix(" ") for line in passage.split("\n"))
