"""A notice for the Lumen database: its JSON without personal data, and when it may be given (D22, D17).

Lumen's fields are those of its API for submitters (title, type, works, infringing addresses, entities by role).
"""

import re
from datetime import date
from typing import Any, Final
from urllib.parse import quote

from kernel.decision import Decision, Reason

from dmca_svc.model import State
from dmca_svc.model.lumen import LumenNotice, LumenPage, LumenStanding, LumenState
from dmca_svc.model.notice import EVALUATED
from dmca_svc.reading import Document
from dmca_svc.reading.wikimedia import ALONE, OF_THE_MOVEMENT, PROJECTS, RENAMED
from dmca_svc.rules.announcement import published
from dmca_svc.rules.figures import name_of
from dmca_svc.rules.numbers import POLICY

PRIVATE: Final = "[private]"
RECIPIENT: Final = {"name": "Wikimedia Foundation, Inc.", "kind": "organization"}
_NOT_YET: Final = EVALUATED | {State.IN_REVIEW, State.CURE_REQUESTED, State.WITHDRAWN}
_SHORTEST_NAME: Final = 2
_LONGEST_WORK: Final = 300
# How somebody says who they or others are; what follows is a name until a small letter begins a word.
_NAMED = re.compile(
    r"\b((?i:i am|i'm|my name is|on behalf of|represent(?:ing)?|by|author|artist|photographer|owner|signed|mr\.?|mrs\.?|ms\.?|dr\.?)"
    r"[:,]?\s+)"
    r"((?:[^\W\d_a-z][\w.'\u2019-]*)(?:\s+[^\W\d_a-z][\w.'\u2019-]*){0,4})"
)
_WORD = re.compile(r"[^\W_]+")
_OF_AN_ACCOUNT = re.compile(r"^(?:special|user|user talk|benutzer|utilisateur|usuario|utente|gebruiker|usu\u00e1rio):", re.IGNORECASE)
_ALONE_AT: Final = {wiki: domain for domain, wiki in ALONE.items()}
_RENAMED_FROM: Final = {old.replace("-", "_"): new for new, old in RENAMED.items()}


def may_give(notice: LumenStanding, *, configured: bool, addresses: int) -> Decision:
    """A notice that was decided on may be given to Lumen, once, where that is configured and something can be named without telling of a
    person; not one that Legal left unannounced (D17, D22).
    """  # noqa: D205 - the rule is one sentence
    given = notice.last in {LumenState.QUEUED, LumenState.DELIVERED}
    return Decision.of(
        (not configured, Reason("lumen_off", "Lumen is not configured: nothing is given to it.", "D22")),
        (
            notice.document is not Document.NOTICE,
            Reason("lumen_no_notice", "The letter was read as something else; only a takedown notice is given to Lumen.", "D22"),
        ),
        (
            notice.state in _NOT_YET,
            Reason("lumen_undecided", f"The notice is {notice.state}; only one complied with or rejected is given.", "D22"),
        ),
        (not notice.announced, Reason("lumen_unannounced", "Legal recorded a reason why this takedown is not made known.", "D17")),
        (not addresses, Reason("lumen_nothing", "It names no address that could be given without telling of a person.", "D22")),
        (given, Reason("lumen_given", "It has been given to Lumen already.", "D22")),
        (
            notice.last is LumenState.UNCERTAIN,
            Reason("lumen_uncertain", "Whether Lumen has it is not known; a person looks there and records it first.", "D22"),
        ),
    )


def may_settle(last: LumenState | None) -> Decision:
    """Whether Lumen has a notice is recorded by a person where the sending could not tell (D22)."""
    return Decision.of(
        (
            last is not LumenState.UNCERTAIN,
            Reason("lumen_certain", "What became of the sending is known already.", "D22"),
        ),
    )


def notice_for(notice: LumenNotice, *, withhold_work: bool, on: date) -> dict[str, Any]:
    """What Lumen is given names the work, the addresses and organisations; no natural person, no address, telephone or e-mail (D22)."""
    urls = addresses_of(notice)
    down = sum(page.down for page in notice.pages)
    taken = "No" if not down else "Yes" if down == len(notice.pages) else "Partial"
    work = PRIVATE if withhold_work else work_of(notice)
    projects = sorted({name_of(page.wiki) for page in notice.pages})
    return {
        "title": f"DMCA notice to the Wikimedia Foundation about {', '.join(projects)}",
        "type": "DMCA",
        "date_received": notice.received_at.date().isoformat(),
        "action_taken": taken,
        "jurisdiction_list": "US",
        "works_attributes": [{"description": work, "infringing_urls_attributes": [{"url": url} for url in urls]}],
        "entity_notice_roles_attributes": _parties(notice, on=on),
    }


def is_organisation(name: str | None, *, person: str | None, on: date) -> bool:
    """A name is an organisation's when it says so by a word such as Ltd or University, and holds no part of the sender's own name; in
    doubt it is a person's (D22).
    """  # noqa: D205 - the rule is one sentence
    words = _words(name)
    known = set(POLICY.value("organisation_words", on=on))
    return bool(words & known) and not (words & _names(person))


def work_of(notice: LumenNotice) -> str:
    """The passage that names the work is given without names, addresses, telephones and e-mails of people (D22)."""
    text = " ".join(published(notice.work or "", ()).split())
    text = _NAMED.sub(lambda found: f"{found.group(1)}{PRIVATE}", text)
    for part in sorted(_names(notice.name), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", PRIVATE, text, flags=re.IGNORECASE)
    text = re.sub(rf"(?:{re.escape(PRIVATE)}[\s.,]*)+", f"{PRIVATE} ", text).strip()
    return text[:_LONGEST_WORK].strip() or PRIVATE


def addresses_of(notice: LumenNotice) -> list[str]:
    """The pages that the notice names are given as addresses; not one of an account, nor one whose title holds the sender's name (D22)."""
    names = _names(notice.name)
    found = [address_of(page) for page in notice.pages if not _OF_AN_ACCOUNT.match(page.title) and not (_words(page.title) & names)]
    return [url for url in found if url is not None]


def address_of(page: LumenPage) -> str | None:
    """A page is at the address of its wiki; what is no wiki of ours has none here."""
    host = host_of(page.wiki)
    return f"https://{host}/wiki/{quote(page.title.replace(' ', '_'), safe=':/()!*,;@')}" if host else None


def host_of(wiki: str) -> str | None:
    """A wiki answers at the host that its database name stands for."""
    if wiki in _ALONE_AT and wiki != "foundationwiki":
        return f"{'' if wiki == 'sourceswiki' else 'www.'}{_ALONE_AT[wiki]}.org"
    if wiki.removesuffix("wiki") in OF_THE_MOVEMENT and wiki.endswith("wiki"):
        return f"{wiki.removesuffix('wiki')}.wikimedia.org"
    for project, ending in sorted(PROJECTS.items(), key=lambda one: -len(one[1])):
        language = wiki.removesuffix(ending)
        if wiki.endswith(ending) and _is_language(wiki, language):
            return f"{_RENAMED_FROM.get(language, language).replace('_', '-')}.{project}.org"
    return None


def _is_language(wiki: str, language: str) -> bool:
    return bool(language) and name_of(wiki) != wiki


def _parties(notice: LumenNotice, *, on: date) -> list[dict[str, Any]]:
    """The sender signed, the principal is for whom: an organisation by its name, a person by none."""
    organisation = notice.organisation if is_organisation(notice.organisation, person=notice.name, on=on) else None
    company = notice.name if organisation is None and is_organisation(notice.name, person=None, on=on) else organisation
    firm = {"name": " ".join(company.split()), "kind": "organization"} if company else None
    person = {"name": PRIVATE, "kind": "individual"}
    sender = person if firm is None or (organisation and notice.name) else firm
    return [
        {"name": "recipient", "entity_attributes": dict(RECIPIENT)},
        {"name": "sender", "entity_attributes": dict(sender)},
        {"name": "principal", "entity_attributes": dict(firm or person)},
    ]


def _names(person: str | None) -> set[str]:
    """Give the parts of a person's name by which it could be told."""
    return {word for word in _words(person) if len(word) >= _SHORTEST_NAME}


def _words(text: str | None) -> set[str]:
    return {word.casefold() for word in _WORD.findall(text or "")}
