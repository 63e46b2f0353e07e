"""The kinds of a request, case and action, as the wire names them (R10, R59, API.md)."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a matter is about."""

    GLOBAL_BAN = "global_ban"
    EVENT_BAN = "event_ban"
    DMCA = "dmca"
    CHILD_PROTECTION = "child_protection"
    CONDUCT_WARNING = "conduct_warning"
    INTERACTION_BAN = "interaction_ban"
    RIGHTS_REMOVAL = "rights_removal"
    CHECKUSER = "checkuser"
    PAGE_PROTECTION = "page_protection"
    RANGE_BLOCK = "range_block"
    ACCOUNT_TERMINATION = "account_termination"
    OTHER = "other"
    THREAT_OF_HARM = "threat_of_harm"
    ENFORCEMENT_INTERFERENCE = "enforcement_interference"
    BREACH_REPORT = "breach_report"
    STAFF_COMPLAINT = "staff_complaint"
    USER_INFORMATION = "user_information"


CASE_ONLY_KINDS = frozenset(
    {
        Kind.THREAT_OF_HARM,
        Kind.ENFORCEMENT_INTERFERENCE,
        Kind.BREACH_REPORT,
        Kind.STAFF_COMPLAINT,
        Kind.USER_INFORMATION,
    }
)
REQUEST_KINDS = frozenset(Kind) - CASE_ONLY_KINDS
CASE_KINDS = frozenset(Kind) - {Kind.DMCA}
ACTION_KINDS = REQUEST_KINDS - {Kind.DMCA}
