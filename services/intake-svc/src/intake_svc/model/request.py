"""The words of a request: where it came in, what it brings, where it stands (R86-R89, API)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kernel.kinds import Kind


class Channel(StrEnum):
    """Where a request came in."""

    FORM = "form"
    CA = "ca"
    LEGAL = "legal"
    LEGAL_REPORTS = "legal_reports"
    EMERGENCY = "emergency"
    VRT = "vrt"
    LAW_ENFORCEMENT = "law_enforcement"
    POLICY_ENFORCEMENT = "policy_enforcement"


class Standing(StrEnum):
    """In what standing the requester writes."""

    COMMUNITY = "community"
    PUBLIC = "public"
    AFFILIATE = "affiliate"
    LAW_ENFORCEMENT = "law_enforcement"
    STAFF = "staff"


class Team(StrEnum):
    """The two teams in whose purview an action may fall (R86)."""

    TRUST_AND_SAFETY = "trust_and_safety"
    LEGAL = "legal"


class Document(StrEnum):
    """What a letter is that is passed on to dmca-svc."""

    NOTICE = "notice"
    COUNTER_NOTICE = "counter_notice"
    RETRACTION = "retraction"
    COURT_ACTION = "court_action"


class RequestState(StrEnum):
    """Where a request stands; `REQUEST_MOVES` says what is reached from where."""

    INCOMPLETE = "incomplete"
    COMPLETE = "complete"
    FORWARDED = "forwarded"
    DEFERRED = "deferred"
    REFUSED = "refused"
    DUPLICATE = "duplicate"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


REQUEST_MOVES: dict[RequestState, frozenset[RequestState]] = {
    RequestState.INCOMPLETE: frozenset(
        {
            RequestState.COMPLETE,
            RequestState.FORWARDED,
            RequestState.DUPLICATE,
            RequestState.DEFERRED,
            RequestState.REFUSED,
            RequestState.RESOLVED,
            RequestState.WITHDRAWN,
            RequestState.LAPSED,
        }
    ),
    RequestState.COMPLETE: frozenset(
        {
            RequestState.FORWARDED,
            RequestState.DUPLICATE,
            RequestState.DEFERRED,
            RequestState.REFUSED,
            RequestState.RESOLVED,
            RequestState.WITHDRAWN,
        }
    ),
    RequestState.DUPLICATE: frozenset(
        {
            RequestState.COMPLETE,
            RequestState.INCOMPLETE,
            RequestState.DEFERRED,
            RequestState.REFUSED,
            RequestState.RESOLVED,
            RequestState.WITHDRAWN,
        }
    ),
    RequestState.DEFERRED: frozenset({RequestState.REFUSED, RequestState.RESOLVED}),
    RequestState.REFUSED: frozenset({RequestState.DEFERRED, RequestState.RESOLVED}),
    RequestState.RESOLVED: frozenset({RequestState.DEFERRED, RequestState.REFUSED}),
}
"""What may follow what; a state that is not named is left by nothing. One decision follows another where a case was opened again."""

OVER = frozenset({RequestState.DEFERRED, RequestState.REFUSED, RequestState.RESOLVED, RequestState.WITHDRAWN, RequestState.LAPSED})
"""The states in which nothing more is asked of who sent it."""


class Part(StrEnum):
    """What a request brings, as plain facts that stay readable while its texts are sealed."""

    SUMMARY = "summary"
    SUBJECTS = "subjects"
    ADDRESSES = "addresses"
    PAGES = "pages"
    GROUNDS = "grounds"
    LOCAL_ATTEMPTS = "local_attempts"
    LOCAL_ATTEMPTS_WAIVER = "local_attempts_waiver"
    EVIDENCE = "evidence"
    NCMEC_REPORT = "ncmec_report"  # the number of a report that exists already (R56)


class Need(StrEnum):
    """What the policy may ask of a request (R88 a-d); `policy.toml` says which kind needs what."""

    ACTION = "action"
    SUMMARY = "summary"
    LOCAL_ATTEMPTS = "local_attempts"
    SUBJECT = "subject"
    ADDRESS = "address"
    PAGE = "page"
    GROUND = "ground"
    EVIDENCE = "evidence"
    WHEREABOUTS = "whereabouts"
    LETTER = "letter"


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What a rule asks about a request."""

    kind: Kind
    channel: Channel
    state: RequestState
    parts: frozenset[Part]
    filed_by: str
    has_case: bool
    case_kind: Kind | None = None

    @property
    def waits(self) -> bool:
        """Tell whether it waits for its parts, without a case."""
        return self.state is RequestState.INCOMPLETE and not self.has_case


@dataclass(frozen=True, slots=True)
class PartyHashes:
    """Keyed hashes of who somebody says to be; absent where it was not said. A name alone is no proof of anything."""

    email: bytes | None = None
    wiki_user: bytes | None = None
