"""Made-up names, addresses and numbers in the place of a publisher's redactions: real post has none of those.

By the words around it, a redaction becomes what stood there most likely; the same letter is always filled the same way.
All people and places are invented; numbers are of the ranges that are kept for fiction.
"""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMES: Final = (
    "Mara Ellbrook", "Tobias Fenwhistle", "Akio Tanabe", "Ines Kordova", "José Ángel Ruiz-Vela", "Li Wei", "Priya N. Raman", "Sven O'Dalen",
    "Dr. Anna-Lena Köhler", "Ian MacFerran", "Oskar van der Meere", "Ivan Petrenkov", "D. Quillfeather", "Nguyen Thi Lanh", "mara ellbrook",
    "Fatima al-Zahrani", "INES KORDOVA", "Zoë Marchetti", "K. P. Subramaniam", "Ellbrook, Mara",
)  # fmt: skip
TITLES: Final = ("Legal Counsel", "Director of Brand Protection", "owner", "founder and CEO", "Senior Paralegal", "author", "developer")
EMAILS: Final = (
    "mara@ellbrook.example", "t.fenwhistle@quietwater-press.example", "legal+dmca@kordova.example", "akio_tanabe99@mail.example.net",
    "INFO@FERNHOLLOW.EXAMPLE", "contact@a.b.example.co.uk", "x1@example.io", "priya.raman@example.org",
)  # fmt: skip
PHONES: Final = (
    "+1 555 010 0143", "(555) 010-0177", "555-010-0112", "+1-555-010-0199 ext. 12", "5550100155", "+44 20 7946 0123", "+49 30 23125 014",
    "+86 138 0000 0143", "+91-98000-00143", "+33 1 99 00 12 34", "555.010.0166", "+7 (495) 000-01-43", "0191 498 0321",
)  # fmt: skip
PLACES: Final = (
    "12 Harbour Street, Fernhollow, OR 97001", "Lindenweg 7, 10999 Ahrental, Germany", "Calle del Faro 21, 3 B, 28990 Villarrio, Spain",
    "ul. Kwiatowa 12/4, 00-999 Brzozowo, Poland", "Flat 4B, 22 Mill Rd, Tarnbury TB1 2XY, United Kingdom", "PO Box 14, Weirford, ME 04999",
    "3-4-5 Minamiyama, Tanabe-ku, Kordoka 999-0001, Japan", "18 rue des Tilleuls, 75999 Valbrume, France",
    "Room 1203, 88 Zhongshan Lu, Haiping 999000, China", "4400 Quietwater Parkway, Suite 210, Fernhollow, Oregon",
    "Via dei Cedri 9, 00999 Montelago", "Unit 7, Plot 22, Sector 5, Nagarpur 999001, India",
)  # fmt: skip
CITIES: Final = ("Fernhollow", "Tarnbury", "Ahrental", "Valbrume", "Weirford, ME 04999")
SITES: Final = ("https://ellbrook.example/work", "http://www.quietwater-press.example/books/mosses", "kordova.example/maps")
ACCOUNTS: Final = ("quillfan77", "lake-mirror", "tarnmaps", "dev0x1f", "jdoe-archive")

REDACTION: Final = re.compile(r"\[(?:private|redacted|invalid|signature)\]", re.IGNORECASE)
_REACHES: Final = re.compile(
    r"[\w.]@[\w-]+\.|\+\d[\d ().-]{7,}|\(\d{3}\) ?\d{3}|\b[A-Z]{2},? \d{5}\b|\b[A-Z]{1,2}\d{1,2}[A-Z]? \d[A-Z]{2}\b"
)
_WEB: Final = re.compile(r"https?://\S+|\S*github\S*")
_BY_LABEL: Final = (
    (
        re.compile(
            r"\b(?:located|found|available|owned by me|seen|work is|content is|posted)(?: \w+)? (?:at|here):? ?$|urls?: ?$|https?://$"
        ),
        SITES,
    ),
    (re.compile(r"\bname is $"), NAMES),
    (re.compile(r"(?:e-?mails?|邮箱|mail address)\b[^\n]{0,12}$"), EMAILS),
    (re.compile(r"(?:phone|tel|telephone|mobile|cell|fax|ph|手机|电话|传真|number)\b[^\n]{0,14}$|(?:^|\s)[tfmp][:.]? $"), PHONES),
    (re.compile(r"(?:address|street|地址|located in|live in|office)\b[^\n]{0,12}$"), PLACES),
    (re.compile(r"(?:city|state|zip|country|town)\b[^\n]{0,16}$"), CITIES),
    (re.compile(r"(?:title|position)\b[^\n]{0,6}$|\bam (?:the|an?)(?: \w+)? $|and $|\bas (?:the|an?) $"), TITLES),
    (re.compile(r"(?:name|sign|signed|signature|by|dear|hi|hello|i,|i am|i'm|attn|mr\.?|ms\.?|/s/?)[:, -]{0,4}$|/s/[: ]*$|/$"), NAMES),
    (re.compile(r"(?:user|account|username|handle|@|github\.com/)[^\w]{0,4}$"), ACCOUNTS),
    (re.compile(r"\b(?:contact(?:ed)?|reach(?:ed)?|write|to me|me) (?:me )?(?:at|by|via|on)[: ]*$"), EMAILS),
)
_CLOSING: Final = re.compile(
    r"(?:sincerely|regards|truly|faithfully|thank you|thanks|truthfully|respectfully|signature|sign this request|signed|best)\b[^\n]{0,30}$"
)
_WHERE: Final = re.compile(
    r"\burls?\b|files (?:should|were)|available online|following (?:link|address|location)|located at|found (?:at|here)"
)
_REACHED: Final = re.compile(r"get back to you|contact|address|telephone")


def filled(text: str, seed: str = "") -> str:
    """Give the letter as it may have come in. A redaction within an address of the web becomes a name that an address can hold.

    Each of these letters was answered: where nothing else tells how to reach its sender, one of the redactions did.
    """
    chance = random.Random(f"{seed}{len(text)}")  # noqa: S311 nothing secret is drawn
    name = chance.choice(NAMES)
    found = list(REDACTION.finditer(text))
    words: list[str] = []
    alone: list[int] = []
    reaches = bool(_REACHES.search(REDACTION.sub("", _WEB.sub("", text))))
    row = 0
    for match in found:
        line_start = text.rfind("\n", 0, match.start()) + 1
        before = text[line_start : match.start()].lower().replace("*", "").replace("<br>", "")
        after = text[match.end() : match.end() + 12].lower()
        above = _line_above(text, line_start)
        by_itself = not before.strip(" .-#0123456789()[]/") and not after.split("\n")[0].strip(" .,\\<br/>*")
        row = row + 1 if by_itself and REDACTION.fullmatch(above.strip(" \\*.")) else 0
        kinds = _alone(above, row, chance) if by_itself else _within(before, after, chance)
        if by_itself and kinds is NAMES:
            alone.append(len(words))
        reaches = reaches or kinds in (EMAILS, PHONES, PLACES)
        words.append(name if kinds is NAMES else chance.choice(kinds))
    if alone and not reaches:
        words[alone[0]] += chance.choice((", ", "\n", " - ")) + chance.choice(chance.choice((EMAILS, PHONES, PLACES)))
    return "".join(piece for match, word in zip(found, words, strict=True) for piece in (_gap(text, found, match), word)) + (
        text[found[-1].end() :] if found else text
    )


def _gap(text: str, found: list[re.Match[str]], match: re.Match[str]) -> str:
    at = found.index(match)
    return text[found[at - 1].end() if at else 0 : match.start()]


def _line_above(text: str, line_start: int) -> str:
    for line in reversed(text[max(0, line_start - 400) : line_start].lower().splitlines()):
        if line.strip(" >*\\"):
            return line.replace("<br>", "").strip(" >*_\\")
    return ""


def _alone(above: str, row: int, chance: random.Random) -> Sequence[str]:
    if _CLOSING.search(above):
        return NAMES
    if _WHERE.search(above):
        return SITES
    if row:
        return chance.choice((TITLES, EMAILS, PHONES, PLACES))
    if _REACHED.search(above):
        return chance.choice((EMAILS, PHONES, PLACES)) if "telephone" not in above else chance.choice((PHONES, PLACES))
    return NAMES


def _within(before: str, after: str, chance: random.Random) -> Sequence[str]:
    if after.startswith("@") or before.endswith("@"):
        return ("tanabe",) if after.startswith("@") else ("kordova.example",)
    word = before.rpartition(" ")[2]
    if "://" in word or "www." in word or after.startswith(("/", ".com", ".io")):
        return ACCOUNTS
    if before.endswith("], "):
        return chance.choice((TITLES, EMAILS, PHONES, PLACES))
    for label, kinds in _BY_LABEL:
        if label.search(before):
            return kinds
    return NAMES if chance.random() < 0.8 else ACCOUNTS
