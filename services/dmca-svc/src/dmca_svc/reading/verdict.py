"""How a letter stands against the statute, from its findings alone (D8, D10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmca_svc.reading.model import Document, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dmca_svc.reading.model import Finding


def verdict_of(document: Document, elements: Mapping[str, Finding]) -> Verdict:
    """Apply the rule of the letter's kind; a retraction and a court action need no form, any other letter has no standing as a notice."""
    if document is Document.NOTICE:
        return verdict_of_notice(elements)
    if document is Document.COUNTER_NOTICE:
        return verdict_of_counter_notice(elements)
    return Verdict.DEFECTIVE if document is Document.OTHER else Verdict.COMPLIANT


def verdict_of_notice(elements: Mapping[str, Finding]) -> Verdict:
    """A notice with all six elements complies; with the work, the material and the contact it can be cured; otherwise it is defective.

    Cite: D8; 17 U.S.C. 512(c)(3)(A) and (B)(ii).
    """
    if all(finding.present for finding in elements.values()):
        return Verdict.COMPLIANT
    curable = all(elements[name].present for name in ("work", "material", "contact"))
    return Verdict.CURABLE if curable else Verdict.DEFECTIVE


def verdict_of_counter_notice(elements: Mapping[str, Finding]) -> Verdict:
    """A counter-notice with all of (A) to (D) complies; with nothing of (B) and (C) it is defective; any other lack can be cured.

    Cite: D10; 17 U.S.C. 512(g)(3).
    """
    if all(finding.present for finding in elements.values()):
        return Verdict.COMPLIANT
    nothing = not elements["material"].present and not elements["good_faith_mistake"].present
    return Verdict.DEFECTIVE if nothing else Verdict.CURABLE
