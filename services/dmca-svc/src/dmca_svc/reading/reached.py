"""How a letter's sender can be reached: labelled lines, telephone numbers, postal lines, addresses of mail.

512(c)(3)(A)(iv) and 512(g)(3)(D): the host's own address above a letter, and the uploader's in it, are not the sender's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from dmca_svc.reading.lines import Line, closes, is_labelled, redacted, says_something
from dmca_svc.reading.names import bare_redaction
from dmca_svc.reading.phrases import PHRASES, holds

if TYPE_CHECKING:
    from dmca_svc.reading.passages import Passages, Question

LONGEST_POSTAL: Final = 300
LONGEST_LABEL: Final = 40
BLOCK_LINES: Final = 5
FEWEST_DIGITS: Final = 7
FEWEST_UNBROKEN: Final = 9
"""Digits of a telephone number that is written without any sign between them; shorter ones count something else."""
MOST_DIGITS: Final = 16
LONGEST_ADDRESSEE: Final = 60

_EMAIL: Final = re.compile(r"(?<![\w.+@-])[\w.+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}", re.IGNORECASE)
_AT_SPELT_OUT: Final = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64} ?[\[(]at[\])] ?[\w-]{1,63}(?: ?(?:\.|[\[(]dot[\])]) ?[\w-]{1,63}){1,4}", re.IGNORECASE
)
_NUMBER: Final = re.compile(r"(?<![\w/.=#&-])\+?\(?\d[\d ()./-]{5,22}\d(?![\w/])")
_NO_PHONE: Final = re.compile(
    r"(?:\d{4}[-./ ]\d{1,2}[-./ ]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}|(?:19|20)\d\d ?[-/] ?(?:19|20)\d\d"
    r"|\d{1,3}(?:\.\d{1,3}){3})(?: .*)?"
)
"""Dates, spans of years, addresses of machines."""
_STREET: Final = re.compile(
    r"(?i:\b\d{1,5}[a-z]?,? (?:[\w.'-]{1,30},? ){0,4}(?:street|st\.|avenue|ave|road|rd|lane|ln"
    r"|parkway|pkwy|highway|hwy|boulevard|blvd|strasse|marg|nagar))\b"
    r"|\b\d{1,5}[A-Za-z]?,? (?:[\w.'-]{1,30},? ){0,4}(?:St|Drive|Dr|Way|Court|Square|Place|Suite"
    r"|Floor|Gate|Row|Terrace|Close|Hill|Quay|Park|Lu|Jie|House)\b"
    r"|(?i:\b[\w-]{2,30}(?:strasse|straße|str\.|gasse|weg|platz|allee|gatan|vägen|laan|straat|utca|katu)\b,? ?\d{1,4})"
    r"|(?i:\b(?:ul\.|ulica|rue|via|viale|piazza|calle|avenida|av\.|rua|strada|jalan|prospekt) [^\d\n]{2,40}\d{1,5})"
    r"|(?i:\b\d{1,5},? (?:bis )?(?:rue|avenue|boulevard) |\bp\.? ?o\.? box\b|\bpostfach\b|\bapartado\b)"
)
_POSTCODE: Final = re.compile(
    r"\b[A-Z]{2},? \d{5}(?:-\d{4})?\b|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b|\b[A-Z]\d[A-Z] ?\d[A-Z]\d\b"
    r"|\b\d{2}-\d{3} [A-Z]|\b\d{5,6} [A-Z][a-z]|\b\d{3}-\d{4}\b"
)
_HOUSE: Final = re.compile(r"\d{1,5}[a-zA-Z]?(?:[-/]\d{1,4})?,? [^\W\d_]|[^\W\d_][\w .'-]{2,40} \d{1,5}[a-zA-Z]?$")
_FAR_EAST_PLACE: Final = re.compile(r"[省市区區县路街号號楼樓室丁目]")


def reaches_sender(letter: Passages, *, full: bool) -> str | None:
    """Give the place that tells how to reach the sender; `full` asks for more than an e-mail address."""
    labels = "phone_labels" if full else "contact_labels"
    plain = next((found for passage in letter.own for found in [_in_lines(passage.lines, labels, full=full)] if found), None)
    if plain:
        return plain
    for index, line in enumerate(letter.lines):
        if holds(PHRASES.lists["contact_leads"], _own_part(line).folded) and _followed(letter.lines[index : index + 3]):
            return line.text
        if not full and holds(PHRASES.lists["reply_here"], line.folded):
            return line.text
    for passage in letter.own:
        leads = holds(PHRASES.lists["contact_leads"], passage.under) or _is_label(passage.under.rstrip(": "), labels)
        if leads and not is_labelled(passage.lines[0].text) and not closes(passage.lines[0].folded):
            return passage.text
    return next((line.text for line in letter.lines if bare_redaction(line.folded) and "://" not in line.text), None)


def _in_lines(lines: tuple[Line, ...], labels: str, *, full: bool) -> str | None:
    for index, line in enumerate(lines):
        own = _own_part(line)
        if is_contact(own, labels) or has_phone(own) or (not full and own_email(own.folded)):
            return line.text
        if _postal(own) and not _is_to_host(lines[max(0, index - BLOCK_LINES) : index]):
            return line.text
    return _postal_block(lines)


def is_contact(line: Line, labels: str = "contact_labels") -> bool:
    """Whether a line is labelled as a way to reach somebody ("Phone: ..."); the address of a page or a machine is none."""
    label, colon, value = line.folded.partition(":")
    if not colon or not says_something(value) or "://" in line.folded[: len(label) + 12]:
        return False
    return _is_label(label.strip(" *#-."), labels)


def only_mail(asked: list[Question]) -> bool:
    """Whether the answers give an e-mail address and nothing else: 512(g)(3)(D) wants address and telephone."""
    words = " ".join(passage.folded for question in asked for passage in question.answer)
    return "@" in words and not any(says_something(word) for word in _EMAIL.sub(" ", words).split() if not word.endswith(":"))


def own_email(folded: str) -> str | None:
    """Give the first address of mail that is not one of the host's."""
    if "@" in folded:
        for match in _EMAIL.finditer(folded):
            if not match.group().endswith(PHRASES.hosts):
                return match.group()
    spelt = _AT_SPELT_OUT.search(folded) if "at)" in folded or "at]" in folded else None
    return spelt.group() if spelt else None


def has_phone(line: Line) -> bool:
    """Whether a telephone number stands in a line: not a date, a span of years, a machine's address, or a number of a register."""
    if holds(PHRASES.lists["other_numbers"], line.folded):
        return False
    for match in _NUMBER.finditer(line.text):
        digits = sum(ch.isdigit() for ch in match.group())
        fewest = FEWEST_DIGITS if digits < len(match.group()) else FEWEST_UNBROKEN
        if fewest <= digits <= MOST_DIGITS and not _NO_PHONE.fullmatch(match.group()):
            return True
    return False


def _postal(line: Line) -> bool:
    """Whether a line is a postal address of the sender's: a street, or a number with a postcode or a country; the host's own is none."""
    if len(line.text) > LONGEST_POSTAL or "://" in line.text or holds(PHRASES.lists["host_places"], line.folded):
        return False
    if _STREET.search(line.text):
        return True
    if not any(ch.isdigit() for ch in line.text):
        return False
    if len(_FAR_EAST_PLACE.findall(line.text)) > 1:
        return True
    last = line.folded.rstrip(" .").rpartition(",")[2].strip()
    return (
        "," in line.text
        and bool(_POSTCODE.search(line.text) or last in PHRASES.words["countries"])
        and len(line.text) < LONGEST_POSTAL // 2
    )


def _own_part(line: Line) -> Line:
    """A line without the sentences that tell how to reach somebody else: the uploader, the agent written to."""
    if not holds(PHRASES.lists["somebody_else"], line.folded):
        return line
    kept = [
        part
        for part in line.text.split(". ")
        if not holds(PHRASES.lists["somebody_else"], part.lower()) or holds(PHRASES.lists["oneself"], f" {part.lower()} ")
    ]
    text = ". ".join(kept)
    return Line(text, text.lower())


def _is_to_host(above: tuple[Line, ...]) -> bool:
    """Whether the lines above a postal line say that it is where the letter goes to."""
    return any(
        holds(PHRASES.lists["host_names"], line.folded)
        and len(line.text) < LONGEST_ADDRESSEE
        and (not line.text.endswith((".", ":")) or line.folded.endswith("inc."))
        for line in above
    )


def _postal_block(lines: tuple[Line, ...]) -> str | None:
    """Find an address written line by line: a house's number first, a postcode or a country last."""
    for index, line in enumerate(lines):
        last = line.folded.strip(" .,")
        if last in PHRASES.words["countries"] or _POSTCODE.fullmatch(line.text.strip(" .,")):
            numbered = [above for above in lines[max(0, index - BLOCK_LINES) : index] if _HOUSE.match(above.text)]
            if numbered and not _is_to_host(lines[max(0, index - BLOCK_LINES - 2) : index]):
                return f"{numbered[0].text} {line.text}"
    return None


def _followed(lines: tuple[Line, ...]) -> bool:
    """Whether a lead ("I may be contacted at") is followed by something to reach the sender by: a redaction, digits, or a list."""
    lead = lines[0].folded
    if redacted(" ".join(line.folded for line in lines)):
        return True
    if lead.endswith((":", " at", " by", " follows", " info")):
        return any(says_something(line.folded) for line in lines[1:])
    if holds(PHRASES.lists["contact_leads"], lead[-24:]):
        return any("@" in line.text or any(ch.isdigit() for ch in line.text) for line in lines[1:])
    return ":" in lead and says_something(lead.rpartition(":")[2])


def _is_label(words: str, labels: str) -> bool:
    if not words or len(words) > LONGEST_LABEL or holds(PHRASES.lists["no_contact_labels"], f" {words} "):
        return False
    return any(words == known or words.endswith(f" {known}") or words.startswith(f"{known} ") for known in PHRASES.lists[labels])
