"""A letter without the words that carry one element: what a reader that only hopes would not notice.

Nothing here asks the reader or its vocabulary: by words of its own it cuts forms at their questions and free letters at their sentences.
"""

from __future__ import annotations

import re
from typing import Final

_QUESTIONS: Final = {
    "signature": re.compile(r"type your full (?:legal )?name"),
    "contact": re.compile(r"(?:we|party) can get back to"),
    "work": re.compile(
        r"what work was allegedly|(?:detailed )?description of the original copyrighted work|original work referenced above"
    ),
    "material": re.compile(r"what files (?:should be|were) taken down|^\W*identify (?:only|the full)"),
    "good_faith": re.compile(r"following statement:? ?\W*i have a good[- ]faith"),
    "accuracy_authority": re.compile(r"following statement:? ?\W*i swear,? under penalty of perjury,? that the information"),
    "good_faith_mistake": re.compile(r"following statement:? ?\W*i swear,? under penalty of perjury,? that i have a good"),
    "jurisdiction_service": re.compile(r"following statement:? ?\W*i consent to the jurisdiction"),
}
_ANY_QUESTION: Final = re.compile(
    r"^[\s*_>]*(?:are you |please |have you |is the work |is there |what |do you |does your |type |so that |if (?:the|you) |identify "
    r"|based on the |we ask that |how is |which )",
    re.IGNORECASE,
)
_SAID: Final = {
    "good_faith": (re.compile(r"good[\s-]+faith|bona fide|good belief"),),
    "accuracy_authority": (
        re.compile(r"perjury"),
        re.compile(r"(?:information|notification|notice|statement|above)\b.{0,70}\b(?:accurate|correct|true)\b"),
    ),
    "good_faith_mistake": (re.compile(r"mistake|misidentif|in error|erroneous"), re.compile(r"good[\s-]+faith")),
    "jurisdiction_service": (re.compile(r"jurisdiction|service of process|accept service|consent to service|process server"),),
}
HALVES: Final = {
    "accuracy": re.compile(
        r"(?:that )?the information (?:in|contained in) (?:this|the) (?:notification|notice) is accurate,? and(?: further)?(?= that)",
        re.IGNORECASE,
    ),
    "authority": re.compile(r",? and that i am (?:the copyright owner|authori[sz]ed)[^.]*", re.IGNORECASE),
    "jurisdiction": re.compile(r"i consent to the jurisdiction of.{10,300}?,? and (?=i will accept)", re.IGNORECASE | re.DOTALL),
    "service": re.compile(r",? and i will accept service of process[^.]*", re.IGNORECASE),
}
"""The halves of (vi) and of (D), as most letters word them."""

_SENTENCE: Final = re.compile(
    r"(?<=[.;!?])[\s*\"')]+(?=[\[(\"'*]*[A-Z0-9])|\n[ \t>]*\n|(?<=:)[ ]*\n|(?=\n[ \t]*(?:[-*•]|\(?\d{1,2}[.)])\s)"
)
_CLOSING: Final = re.compile(
    r"\W*(?:sincerely|(?:(?:best|kind|warm|with) )*(?:kind |best )*regards|yours|truly|truthfully|respectfully"
    r"|thank you|thanks|cordially)\b.{0,24}$",
    re.IGNORECASE,
)
_SIGNED: Final = re.compile(
    r"/s/|\bsignature|\bsigned\b|^\W*(?:(?:full|legal|my|your|typed) )*name\b|\bmy name is\b|\bi am \[", re.IGNORECASE
)
_REACHED: Final = re.compile(
    r"[\w+.-]@[\w-]|\b(?:e-?mail|phone|tel|telephone|mobile|cell|fax|address|street|suite|avenue|ave|road|rd|blvd|parkway|box"
    r"|contact(?:ed)?|reach(?:ed)?)\b"
    r"|\+?\(?\d[\d ().-]{7,}\d|\b\d{5}\b|\b\d{3}-\d{4}\b|\b[A-Z]{1,2}\d{1,2}[A-Z]? \d[A-Z]{2}\b"
    r"|\b(?:rue|via|calle|ul\.|Lindenweg|Plot|Room|Flat|Unit)\b",
    re.IGNORECASE,
)
_REDACTED: Final = re.compile(r"\[(?:private|redacted|signature)\]", re.IGNORECASE)
_WEB: Final = re.compile(r"<?(?:https?:|www\.)\S*", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"<?(?:https?:|hxxp|www\.|(?:raw\.|gist\.)?github\.com/|git@)[^\s<>]*>?|[^\s<>]*\.git\b", re.IGNORECASE)


def without(text: str, element: str) -> str | None:
    """Give the letter without what carries the element; None when this tool cannot say what does, or whether it got all of it."""
    if not _is_form(text):
        if element in _SAID:
            return _without_sentences(text, element)
        tool = {"material": _without_addresses, "signature": _without_signature, "contact": _without_contact}.get(element)
        cut = tool(text) if tool else None
    else:
        cut = _without_answer(text, element)
        cut = _without_bold_statement(text, element) if cut is None else cut
        if cut is not None and element in _SAID and _still_said(cut, element):
            return None
    return cut


def _without_addresses(text: str) -> str | None:
    """Cut the addresses out of their lines; a redaction may stand for one, and then nobody knows."""
    if re.search(r"(?:at|urls?|here|repository|links?):?\s{0,3}\W{0,3}\[(?:private|redacted)\]", text, re.IGNORECASE):
        return None
    cut, count = _ADDRESS.subn("", text)
    return cut if count else None


def _without_signature(text: str) -> str | None:
    """Cut what stands under the closing words, but for the lines that tell how to reach the sender."""
    lines = text.rstrip().split("\n")
    closing = next((at for at in range(len(lines) - 1, max(-1, len(lines) - 25), -1) if _CLOSING.match(lines[at].strip())), None)
    if closing is None or any(_SIGNED.search(line) for line in lines):
        return None
    kept = [line for line in lines[closing + 1 :] if _REACHED.search(line) and not _REDACTED.fullmatch(line.strip(" *\\"))]
    return "\n".join([*lines[:closing], *kept])


def _without_contact(text: str) -> str | None:
    """Cut the lines that tell how to reach the sender; a redaction that is left may be one, and then nobody knows."""
    kept = [line for line in text.split("\n") if _WEB.search(line) or not _REACHED.search(line)]
    cut = "\n".join(kept)
    return None if _REDACTED.search(cut) or _REACHED.search(_WEB.sub("", cut)) or cut == text else cut


def _still_said(text: str, element: str) -> bool:
    """Whether an answer elsewhere in the form makes the same statement once more."""
    return any(_says(line, element) and not _ANY_QUESTION.match(line) for line in text.split("\n"))


def _is_form(text: str) -> bool:
    return sum(bool(_ANY_QUESTION.match(line)) and line.rstrip(" *").endswith(("?", ":", ".", '"')) for line in text.split("\n")) >= 5


def _without_answer(text: str, element: str) -> str | None:
    """Cut the answers under the questions that ask for the element."""
    if not _is_form(text):
        return None
    kept: list[str] = []
    asked = found = False
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        if _ANY_QUESTION.match(lines[at]):
            end = _question_end(lines, at)
            question = " ".join(lines[at : end + 1]).lower().replace("\u201c", '"')
            asked = bool(_QUESTIONS[element].search(question))
            found = found or asked
            kept += lines[at : end + 1]
            at = end + 1
            continue
        if asked and lines[at].strip().startswith(("**I ", "**We ")):
            asked = False
        kept.append("" if asked else lines[at])
        at += 1
    return "\n".join(kept) if found else None


def _question_end(lines: list[str], start: int) -> int:
    """A bold question ends with its bold type, a plain one with its mark; one that asks for a statement, with the quotation."""
    first = lines[start].strip()
    if first.startswith("**"):
        return next((at for at in range(start, min(start + 8, len(lines))) if lines[at].rstrip().endswith("**")), start)
    for at in range(start, min(start + 8, len(lines))):
        if not lines[at].strip():
            return at - 1
        said = " ".join(lines[start : at + 1])
        quoting = "following statement" in said and len(re.findall(r"[\"\u201c\u201d]", said)) < 2
        if not quoting and lines[at].rstrip().endswith(("?", ":", ".", '"', "\u201d")):
            return at
    return start


def _without_bold_statement(text: str, element: str) -> str | None:
    if element not in _SAID:
        return None
    blocks = re.split(r"(\n\s*\n)", text)
    kept = [block for block in blocks if not (block.lstrip().startswith("**I ") and _says(block, element))]
    return "".join(kept) if len(kept) < len(blocks) else None


def _without_sentences(text: str, element: str) -> str | None:
    pieces: list[str] = []
    at = 0
    for match in _SENTENCE.finditer(text):
        pieces += [text[at : match.start()], text[match.start() : match.end()]]
        at = match.end()
    pieces.append(text[at:])
    kept = [piece for piece in pieces if not _says(piece, element)]
    return "".join(kept) if len(kept) < len(pieces) else None


def _says(piece: str, element: str) -> bool:
    plain = " ".join(piece.lower().split())
    return any(said.search(plain) for said in _SAID[element])


def without_half(text: str, half: str) -> str | None:
    """Give the letter without one half of (vi) or (D); None where it is worded otherwise."""
    flat = re.sub(r"(?<=\S)[ \t]*\n(?=\S)", " ", text)
    cut, count = HALVES[half].subn("", flat)
    return cut if count else None
