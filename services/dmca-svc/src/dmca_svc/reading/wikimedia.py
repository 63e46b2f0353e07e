"""Which addresses are pages of Wikimedia projects, by the hosts and paths that the wikis have had over the years."""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import parse_qs, unquote, unquote_to_bytes, urlsplit

from dmca_svc.reading.model import Page
from dmca_svc.reading.phrases import PHRASES

PROJECTS: Final = {
    "wikipedia": "wiki",
    "wiktionary": "wiktionary",
    "wikibooks": "wikibooks",
    "wikinews": "wikinews",
    "wikiquote": "wikiquote",
    "wikisource": "wikisource",
    "wikiversity": "wikiversity",
    "wikivoyage": "wikivoyage",
}
"""The projects that have a wiki for each language, and what their database names end with."""

ALONE: Final = {
    "wikidata": "wikidatawiki",
    "mediawiki": "mediawikiwiki",
    "wikifunctions": "wikifunctionswiki",
    "wikisource": "sourceswiki",
    "wikimediafoundation": "foundationwiki",
}
"""Domains that are one wiki by themselves (`www.` or bare)."""

OF_THE_MOVEMENT: Final = {
    "commons",
    "meta",
    "species",
    "incubator",
    "outreach",
    "foundation",
    "donate",
    "wikimania",
    "strategy",
    "quality",
    "usability",
}
"""Hosts under wikimedia.org whose database is their name and `wiki`; another is a chapter's: `nlwikimedia`."""

NO_WIKI: Final = {
    "www",
    "upload",
    "lists",
    "stats",
    "dumps",
    "phabricator",
    "gerrit",
    "stream",
    "tools",
    "ticket",
    "login",
    "intake-analytics",
    "maps",
    "api",
    "doc",
    "git",
    "svn",
    "noc",
    "blog",
    "diff",
    "policy",
    "design",
    "people",
}
"""Hosts under wikimedia.org that are no wiki."""

RENAMED: Final = {
    "be-tarask": "be-x-old",
    "cz": "cs",
    "dk": "da",
    "gsw": "als",
    "jp": "ja",
    "lzh": "zh-classical",
    "nan": "zh-min-nan",
    "nb": "no",
    "rup": "roa-rup",
    "sgs": "bat-smg",
    "vro": "fiu-vro",
    "yue": "zh-yue",
}
"""Languages that answer under a host whose database kept the older code."""

CASE_SENSITIVE: Final = "wiktionary"
"""Wiktionaries keep a title's first letter as it was typed."""

FILE_NAMES: Final = PHRASES.words["file_names"]
"""The file namespace in the languages whose letters we mostly get; MediaWiki shows the wiki's own name, and takes `File` everywhere."""

SPECIAL_NAMES: Final = PHRASES.words["special_names"]
"""The namespace of pages that are made up when they are asked for: none of them holds material, but some lead to a file."""

MAX_TITLE_BYTES: Final = 255
MOST_PARAMETERS: Final = 50

_FORBIDDEN: Final = re.compile(r"[<>\[\]{}|\x00-\x1f\x7f]")
_VARIANT: Final = re.compile(r"(?:zh|sr|kk|ku|iu|uz|shi|tg|gan|crh|en)(?:-[a-z]{2,5})?", re.IGNORECASE)
_ITEM: Final = re.compile(r"Q[1-9]\d{0,11}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[a-z]{1,10}){0,2}|simple|test2?")


def page_of(url: str) -> Page | None:
    """Give the Wikimedia page that an address names, or None: another site, no page, or only a number (`curid`, which needs the wiki)."""
    if "wiki" not in url.lower() and "mediawiki" not in url.lower():
        return None
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".").lower()
    except ValueError:
        return None
    if host in {"upload.wikimedia.org", "upload.m.wikimedia.org"}:
        return _upload(parts.path)
    path = parts.path
    if host == "secure.wikimedia.org":
        host, path = _secured(path)
    wiki = wiki_of(host)
    raw = _raw_title(path, parts.query, parts.fragment)
    if wiki is None or raw is None:
        return None
    title = shown(raw, wiki)
    return Page(wiki, title) if title else None


def _secured(path: str) -> tuple[str, str]:
    """Read `/PROJECT/LANGUAGE/wiki/TITLE` of the host that was every wiki's door for https until 2011."""
    project, _, rest = path.lstrip("/").partition("/")
    language, _, path = rest.partition("/")
    domain = "wikimedia" if project == "wikipedia" and language in OF_THE_MOVEMENT else project
    return f"{language}.{domain}.org", f"/{path}"


def wiki_of(host: str) -> str | None:
    """Give the database name of the wiki that answers at a host, mobile hosts included (`en.m.wikipedia.org` is `enwiki`)."""
    labels = [label for label in host.split(".") if label not in {"m", "zero", "mobile"}]
    if labels[:1] == ["www"]:
        labels = labels[1:]
    if len(labels) < 2 or labels[-1] != "org":
        return None
    domain, names = labels[-2], labels[:-2]
    if len(names) > 1:
        return None
    name = names[0] if names else ""
    if domain == "wikimedia":
        return _of_wikimedia(name)
    if not name:
        return ALONE.get(domain)
    if domain == "wikidata" and name == "test":
        return "testwikidatawiki"
    if domain == "wikiversity" and name == "beta":
        return "betawikiversity"
    if domain not in PROJECTS or not _LANGUAGE.fullmatch(name):
        return None
    return RENAMED.get(name, name).replace("-", "_") + PROJECTS[domain]


def shown(raw: str, wiki: str) -> str:
    """Give a title as MediaWiki shows it: decoded, spaces for underscores, the first letter large; '' for what can be no title."""
    title = " ".join(_decoded(raw).replace("_", " ").split()).lstrip(":").strip()
    if not title or _FORBIDDEN.search(title) or len(title.encode("utf-8", "replace")) > MAX_TITLE_BYTES:
        return ""
    space, colon, rest = title.partition(":")
    if colon and space.strip().lower() in SPECIAL_NAMES:
        return _file_behind(rest.strip())
    return canonical(title, wiki)


def canonical(title: str, wiki: str) -> str:
    """Give the one way of writing a title that a wiki keeps its page under: `image:dawn.jpg` is `File:Dawn.jpg`."""
    title = unicodedata.normalize("NFC", " ".join(title.replace("_", " ").split()))
    space, colon, rest = title.partition(":")
    if colon and space.strip().lower() in FILE_NAMES and rest.strip():
        return f"File:{_capital(rest.strip())}"
    return title if wiki.endswith(CASE_SENSITIVE) else _capital(title)


def _of_wikimedia(name: str) -> str | None:
    if not name or name in NO_WIKI:
        return None
    if name == "wikitech":
        return "labswiki"
    if name in OF_THE_MOVEMENT or re.fullmatch(r"wikimania20\d\d", name):
        return f"{name}wiki"
    return f"{name.replace('-', '_')}wikimedia" if _LANGUAGE.fullmatch(name) else None


def _raw_title(path: str, query: str, fragment: str) -> str | None:
    for viewer in ("/media/", "mediaviewer/"):
        if fragment.startswith(viewer):
            return fragment.removeprefix(viewer)
    values = parse_qs(query, max_num_fields=MOST_PARAMETERS) if query.count("&") < MOST_PARAMETERS else {}
    if path.endswith("/thumb.php") and values.get("f"):
        return _literal(f"File:{values['f'][0]}")
    if values.get("title"):
        return _literal(values["title"][0])
    first, _, title = path.lstrip("/").partition("/")
    if first == "wiki" or (title and _VARIANT.fullmatch(first)):
        return title or None
    if first == "entity" and _ITEM.fullmatch(title):
        return title
    if path.startswith("/w/index.php/"):
        return path.removeprefix("/w/index.php/") or None
    return None


def _literal(decoded: str) -> str:
    """Write a title that was decoded once so that a literal percent sign survives the second time."""
    return decoded.replace("%", "%25")


def _file_behind(special: str) -> str:
    """Give the file that a page of the special namespace leads to; '' for all others."""
    name, _, rest = special.partition("/")
    name = name.strip().lower().replace(" ", "")
    if name in {"redirect", "weiterleitung"}:
        name, _, rest = rest.partition("/")
    file = rest.strip()
    return f"File:{_capital(file)}" if name in {"filepath", "dateipfad", "file"} and file else ""


def _upload(path: str) -> Page | None:
    """Read `/wikipedia/commons/[thumb/|archive/|transcoded/]a/ab/NAME[/120px-NAME]`."""
    parts = path.lstrip("/").split("/")
    if len(parts) < 5:
        return None
    project, site, *rest = parts
    while rest and rest[0] in {"thumb", "archive", "transcoded"}:
        rest = rest[1:]
    if len(rest) < 3 or len(rest[0]) != 1 or project not in PROJECTS:
        return None
    stamp, bang, old = rest[2].replace("%21", "!", 1).partition("!")
    name = old if bang and stamp.isdigit() else rest[2]
    if project == "wikipedia" and site in OF_THE_MOVEMENT | {"mediawiki", "wikidata", "sources"}:
        wiki = f"{site}wiki"
    elif _LANGUAGE.fullmatch(site):
        wiki = RENAMED.get(site, site).replace("-", "_") + PROJECTS[project]
    else:
        return None
    title = shown(f"File:{name}", wiki)
    return Page(wiki, title) if title else None


def _decoded(raw: str) -> str:
    try:
        return unquote_to_bytes(raw).decode("utf-8")
    except UnicodeError:
        # Old letters percent-encode in the wiki's charset of the time.
        return unquote(raw, encoding="windows-1252", errors="replace")


def _capital(title: str) -> str:
    return title[:1].upper() + title[1:]
