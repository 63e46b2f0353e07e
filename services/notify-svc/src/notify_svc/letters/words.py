"""Codes as words that a reader understands; a code that nobody has put into words is told as it is."""

MISSING = {
    "action_missing": "which action you ask for",
    "summary_missing": "a short summary of your reasons",
    "local_attempts_missing": "links that show what was tried on the wiki itself, or why that was not possible",
    "subject_missing": "the user or the address that it is about",
    "address_missing": "the address or range that it is about",
    "page_missing": "the page that it is about",
    "ground_missing": "at least one ground for the action",
    "evidence_missing": "the evidence, as links or in words",
    "whereabouts_missing": "where it is: an account, a page, or a description",
    "letter_missing": "the words of the letter",
    "contact": "your address, telephone number and e-mail address",
    "signature": "your signature, physical or electronic",
    "work": "which copyrighted work is concerned",
    "material": "which material is concerned, and where it is or was",
    "good_faith": "your statement that you believe in good faith that the use is not authorised",
    "accuracy_authority": "your statement that the notice is accurate and, under penalty of perjury, that you may act for the owner",
    "good_faith_mistake": "your statement, under penalty of perjury, that you believe in good faith that the removal was a mistake",
    "jurisdiction_service": "your consent to the jurisdiction of a United States federal court and to being served by the complainant",
}

REJECTION = {
    "not_wikimedia": "the material is not on a website of the Wikimedia Foundation",
    "not_identified": "the notice does not identify the material",
    "already_removed": "the material had been removed before",
    "withdrawn": "the notice was withdrawn",
    "not_owner": "the sender neither owns the work nor acts for its owner",
    "licensed": "the work was licensed for this use",
    "public_domain": "the work is in the public domain",
    "fair_use": "the use is allowed by fair use or another limitation of copyright",
    "not_copyrightable": "what the notice names is not protected by copyright",
    "no_formal_notice": "it is no formal notice under 17 U.S.C. 512(c)(3); the volunteers at info@wikimedia.org can help without one",
    "misrepresentation": "we believe that the notice misrepresents the facts (17 U.S.C. 512(f))",
}

INELIGIBLE = {
    "not_party": "only who asked for the action or is its subject may appeal",
    "not_directly_involved": "only who asked for the action or is its subject may appeal",
    "too_late": "the six months in which one may appeal are over",
    "no_final_decision": "there is no final decision yet",
    "already_appealed": "this decision has been appealed already",
    "part_of_global_ban": "an event ban that is part of a global ban cannot be appealed by itself",
}

OUTCOME = {
    "ratified": "The decision was found to have been properly handled and stands.",
    "overturned": "The decision was overturned. You will hear from us about what follows.",
    "remanded": "The matter goes back to be looked at again. You will hear from us when that is done.",
}

KIND = {
    "child_protection": "child protection",
    "threat_of_harm": "threat of harm",
    "dmca": "DMCA",
}


def spoken(words: dict[str, str], code: str) -> str:
    """Put a code into words; one that is not in the list is told as it is."""
    return words.get(code, code.replace("_", " "))
