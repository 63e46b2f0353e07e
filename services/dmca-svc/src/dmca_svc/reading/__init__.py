"""The reader of legal letters: it proposes what a letter is and what it lacks, and never decides (D8, D10, DESIGN 7)."""

from kernel.mail.letter import Letter, letter_text

from dmca_svc.reading.model import Contact, Document, Finding, Page, Reading, Verdict
from dmca_svc.reading.reader import read

__all__ = ["Contact", "Document", "Finding", "Letter", "Page", "Reading", "Verdict", "letter_text", "read"]
