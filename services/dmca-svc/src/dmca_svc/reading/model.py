"""The shapes of a reading, as API.md gives them: frozen, pure, without any behaviour but `as_json`."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Document(StrEnum):
    """What a letter is, by what its sender says in it."""

    NOTICE = "notice"
    COUNTER_NOTICE = "counter_notice"
    RETRACTION = "retraction"
    COURT_ACTION = "court_action"
    OTHER = "other"


class Verdict(StrEnum):
    """How a letter stands against the statute (D8, D10)."""

    COMPLIANT = "compliant"
    CURABLE = "curable"
    DEFECTIVE = "defective"


NOTICE_ELEMENTS: Final = ("signature", "work", "material", "contact", "good_faith", "accuracy_authority")
"""17 U.S.C. 512(c)(3)(A)(i) to (vi), in the statute's order."""

COUNTER_NOTICE_ELEMENTS: Final = ("signature", "material", "good_faith_mistake", "contact", "jurisdiction_service")
"""17 U.S.C. 512(g)(3)(A) to (D); (D) is read as contact, and as consent with service."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether an element is there, and the place in the text that shows it (at most 300 characters)."""

    present: bool
    where: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Give `{present, where?}`."""
        return {"present": self.present} if self.where is None else {"present": self.present, "where": self.where}


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a Wikimedia project: the wiki by its database name, the title with spaces, as MediaWiki shows it."""

    wiki: str
    title: str

    def as_json(self) -> dict[str, str]:
        """Give `{wiki, title}`."""
        return {"wiki": self.wiki, "title": self.title}


@dataclass(frozen=True, slots=True)
class Contact:
    """Who wrote, as far as the text says it in so many words."""

    name: str | None = None
    organisation: str | None = None
    email: str | None = None

    def as_json(self) -> dict[str, str]:
        """Give `{name?, organisation?, email?}`: what is not known is absent."""
        pairs = (("name", self.name), ("organisation", self.organisation), ("email", self.email))
        return {key: value for key, value in pairs if value is not None}


@dataclass(frozen=True, slots=True)
class Reading:
    """What the machine proposes about one letter; a person's assessment stands over it.

    `elements` holds the names of a notice or a counter-notice, and is empty for every other document.
    `confidence` is between 0 and 1 and says how clearly the document's kind and verdict showed.
    """

    document: Document
    verdict: Verdict
    confidence: float
    elements: Mapping[str, Finding] = field(default_factory=dict)
    urls: tuple[str, ...] = ()
    pages: tuple[Page, ...] = ()
    contact: Contact = Contact()

    @property
    def missing(self) -> tuple[str, ...]:
        """Name the elements that are not there, in the statute's order."""
        return tuple(name for name, finding in self.elements.items() if not finding.present)

    def as_json(self) -> dict[str, Any]:
        """Give exactly the shape `Reading` of API.md (dmca)."""
        return {
            "document": self.document.value,
            "elements": {name: finding.as_json() for name, finding in self.elements.items()},
            "urls": list(self.urls),
            "pages": [page.as_json() for page in self.pages],
            "contact": self.contact.as_json(),
            "missing": list(self.missing),
            "verdict": self.verdict.value,
            "confidence": self.confidence,
        }
