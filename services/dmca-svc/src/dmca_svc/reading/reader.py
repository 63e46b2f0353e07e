"""The reader itself: one pure function from a letter's text to a proposal."""

from __future__ import annotations

from dmca_svc.reading.addresses import addresses, files, pages
from dmca_svc.reading.confidence import confidence_of
from dmca_svc.reading.elements import counter_notice_elements, notice_elements
from dmca_svc.reading.kind import kind_of
from dmca_svc.reading.model import Document, Finding, Reading
from dmca_svc.reading.passages import passages
from dmca_svc.reading.sender import contact_of
from dmca_svc.reading.statements import statements
from dmca_svc.reading.verdict import verdict_of


def read(text: str, sender: str | None = None) -> Reading:
    """Propose what a letter is, which statutory elements it holds and where, and how it stands (D8, D10).

    `sender` is the address that the letter's mail says it is from: a proposal of how to reach them, and no element.

    Pure and total: any text gives a reading, in time linear in its length. Of a text over 350,000 characters the
    beginning and the end are read for statements, and the whole for addresses.
    """
    letter = passages(text)
    said = statements(letter)
    document, clear = kind_of(letter, said)
    elements: dict[str, Finding] = {}
    if document is Document.NOTICE:
        elements = notice_elements(letter, said)
    elif document is Document.COUNTER_NOTICE:
        elements = counter_notice_elements(letter, said)
    urls = addresses(text)
    return Reading(
        document=document,
        verdict=verdict_of(document, elements),
        confidence=confidence_of(document, clear, elements, letter, said),
        elements=elements,
        urls=urls,
        pages=pages(urls, files(text)),
        contact=contact_of(letter, sender),
    )
