"""What each letter tells, typed: every fact says what it gives away, so that the rule of the reader can be asked before any is sent."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, ClassVar, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from notify_svc.letters.text import line, passage
from notify_svc.model import Disclosure

Line = Annotated[str, StringConstraints(max_length=1000), AfterValidator(line)]
LONGEST_PASSAGE = 50_000
Passage = Annotated[str, StringConstraints(max_length=LONGEST_PASSAGE), AfterValidator(passage)]

Reference = Annotated[Line, Disclosure.REFERENCE]
Account = Annotated[Line, Disclosure.OWN_CONTACT]
DAY, MOMENT = date(2026, 3, 2), datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


class Right(BaseModel):
    """Where one may appeal, and the last day to do so."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    to: Line
    on: date | None = None


Rights = Annotated[tuple[Right, ...], Disclosure.REFERENCE]
RIGHT = {"to": "appeals@example.org", "on": "2026-09-02"}


class Facts(BaseModel):
    """What a letter tells. `reference` is the id that the reader quotes to us; `example` renders the letter at the start of the service."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    example: ClassVar[Mapping[str, Any]] = {}

    reference: Reference

    @classmethod
    def disclosures(cls) -> Iterator[tuple[str, Disclosure]]:
        """Name each fact with what it gives away.

        Raises:
            TypeError: a fact that does not say so.
        """
        for name, info in cls.model_fields.items():
            said = [mark for mark in (*info.metadata, *_marks(info.annotation)) if isinstance(mark, Disclosure)]
            if not said:
                raise TypeError(f"{cls.__name__}.{name} does not say what it gives away")
            yield name, said[-1]


def _marks(annotation: Any) -> Iterator[Any]:
    for part in get_args(annotation):
        yield part
        yield from getattr(part, "__metadata__", ())


class Received(Facts):
    """A request arrived."""

    example = {"reference": "0195", "received_on": DAY, "missing": ["a short summary of the reasons"]}
    received_on: Annotated[date, Disclosure.REFERENCE]
    missing: Annotated[tuple[Line, ...], Disclosure.REFERENCE] = ()


class Decided(Facts):
    """A matter was decided, deferred, refused or changed: the day, and the right to appeal (D25)."""

    example = {
        "reference": "0195", "decided_on": DAY, "appeals": [RIGHT], "pointers": ["the noticeboard of the wiki"],
        "reasons": ["it came with a demand for preferential treatment"],
    }  # fmt: skip
    decided_on: Annotated[date, Disclosure.DECIDED]
    pointers: Annotated[tuple[Line, ...], Disclosure.DECIDED] = ()
    reasons: Annotated[tuple[Line, ...], Disclosure.DECIDED] = ()
    appeals: Rights = ()


class SenderWarned(Facts):
    """A sender's own warning."""

    example = {"reference": "0195", "warned_on": DAY}
    warned_on: Annotated[date, Disclosure.STANDING]


class SenderLockedOut(Facts):
    """A sender's own lock-out and its end."""

    example = {"reference": "0195", "until": MOMENT}
    until: Annotated[datetime | None, Disclosure.STANDING] = None


class AccountMeasure(Facts):
    """A measure about the reader, and nothing that would tell why (D20)."""

    example = {"reference": "0195", "account": "Example", "since": DAY, "appeals": [RIGHT]}
    account: Account | None = None
    since: Annotated[date, Disclosure.MEASURE]
    appeals: Rights = ()


class Measure(AccountMeasure):
    """A measure about the reader: since when, until when, what may be done about it."""

    example = {
        "reference": "0195", "account": "Example", "since": DAY, "expires_on": DAY, "irrevocable": True,
        "appeals": [RIGHT, {"to": "ca@example.org"}],
    }  # fmt: skip
    expires_on: Annotated[date | None, Disclosure.MEASURE] = None
    irrevocable: Annotated[bool, Disclosure.MEASURE] = False


class RightsRemoved(AccountMeasure):
    """Advanced rights that the reader has no more, and what it takes to apply again (R71, R72)."""

    example = {
        "reference": "0195", "account": "Example", "since": DAY, "no_rights_until": DAY,
        "reapply_criteria": ["a year of constructive work"], "appeals": [RIGHT],
    }  # fmt: skip
    no_rights_until: Annotated[date | None, Disclosure.CRITERIA] = None
    reapply_criteria: Annotated[tuple[Line, ...], Disclosure.CRITERIA] = ()


class Warned(Facts):
    """The reader's own warning (R62-R65)."""

    example = {"reference": "0195", "account": "Example", "warned_on": DAY, "warning": "Please stop.\nThank you.", "appeals": [RIGHT]}
    account: Account | None = None
    warned_on: Annotated[date, Disclosure.WARNING]
    warning: Annotated[Passage | None, Disclosure.WARNING] = None
    appeals: Rights = ()


class Released(Facts):
    """An account that a decision named and names no more; never which decision, or whom it is against (R95)."""

    example = {"reference": "0195", "account": "Example", "on": DAY}
    account: Account | None = None
    on: Annotated[date, Disclosure.DECIDED]


class Ended(Facts):
    """A measure about the reader ended."""

    example = {"reference": "0195", "account": "Example", "ended_on": DAY}
    account: Account | None = None
    ended_on: Annotated[date, Disclosure.MEASURE]


class Notice(Facts):
    """A DMCA notice, as its complainant knows it."""

    example = {"reference": "0195", "on": DAY, "pages": ["File:Example.jpg (commonswiki)"], "missing": ["your signature"],
               "appeals": [RIGHT], "reasons": ["the work is in the public domain"], "agent": "legal@example.org"}  # fmt: skip
    on: Annotated[date, Disclosure.REFERENCE]
    pages: Annotated[tuple[Line, ...], Disclosure.NOTICE] = ()
    missing: Annotated[tuple[Line, ...], Disclosure.NOTICE] = ()
    reasons: Annotated[tuple[Line, ...], Disclosure.NOTICE] = ()
    appeals: Rights = ()
    agent: Annotated[Line, Disclosure.REFERENCE]


class Takedown(Facts):
    """Material that was taken down, as its uploader or the community is told."""

    example = {"reference": "0195", "account": "Example", "on": DAY, "pages": ["File:Example.jpg (commonswiki)"],
               "complainant": "Example Ltd", "agent": "legal@example.org", "links": ["https://example.org"]}  # fmt: skip
    account: Account | None = None
    on: Annotated[date, Disclosure.REFERENCE]
    pages: Annotated[tuple[Line, ...], Disclosure.NOTICE] = ()
    complainant: Annotated[Line | None, Disclosure.COMPLAINANT] = None
    agent: Annotated[Line, Disclosure.REFERENCE]
    links: Annotated[tuple[Line, ...], Disclosure.REFERENCE] = ()


class Announcement(Facts):
    """A takedown as everybody is told: work, pages, complainant and the notice without what is private, nothing of the uploader (D17)."""

    example = {"reference": "0195", "on": DAY, "pages": ["File:Example.jpg (commonswiki)"], "complainant": "Example Ltd",
               "work": "The photograph of the harbour.", "notice": "I own the photograph.\n[left out]"}  # fmt: skip
    on: Annotated[date, Disclosure.REFERENCE]
    pages: Annotated[tuple[Line, ...], Disclosure.NOTICE] = ()
    complainant: Annotated[Line | None, Disclosure.COMPLAINANT] = None
    work: Annotated[Line | None, Disclosure.NOTICE] = None
    notice: Annotated[Passage | None, Disclosure.NOTICE] = None


class CounterNoticed(Facts):
    """A counter-notice, as its sender or the complainant is told (R46, D10)."""

    example = {
        "reference": "0195", "account": "Example", "on": DAY, "missing": ["your signature"], "sender": "A. Example", "text": "I object.",
        "pages": ["File:Example.jpg (commonswiki)"], "opens_on": DAY, "closes_on": DAY,
        "unverified": True, "elsewhere": True, "agent": "legal@example.org", "links": ["https://example.org"],
    }  # fmt: skip
    account: Account | None = None
    on: Annotated[date, Disclosure.COUNTER_NOTICE]
    missing: Annotated[tuple[Line, ...], Disclosure.COUNTER_NOTICE] = ()
    unverified: Annotated[bool, Disclosure.COUNTER_NOTICE] = False
    elsewhere: Annotated[bool, Disclosure.COUNTER_NOTICE] = False
    sender: Annotated[Line | None, Disclosure.COUNTER_NOTICE] = None
    text: Annotated[Passage | None, Disclosure.COUNTER_NOTICE] = None
    pages: Annotated[tuple[Line, ...], Disclosure.NOTICE] = ()
    opens_on: Annotated[date | None, Disclosure.COUNTER_NOTICE] = None
    closes_on: Annotated[date | None, Disclosure.COUNTER_NOTICE] = None
    agent: Annotated[Line, Disclosure.REFERENCE]
    links: Annotated[tuple[Line, ...], Disclosure.REFERENCE] = ()


class CourtAction(Facts):
    """Word of a court or Copyright Claims Board action, as a party of the counter-notice is told."""

    example = {"reference": "0195", "account": "Example", "on": DAY, "forum": "court", "holds": True, "agent": "legal@example.org"}
    account: Account | None = None
    on: Annotated[date, Disclosure.COUNTER_NOTICE]
    forum: Annotated[Line, Disclosure.COUNTER_NOTICE]
    holds: Annotated[bool, Disclosure.COUNTER_NOTICE]
    agent: Annotated[Line, Disclosure.REFERENCE]


class Appeal(Facts):
    """Where one's own appeal stands."""

    example = {"reference": "0195", "on": DAY, "answer_by": DAY, "reasons": ["it came too late"], "outcome": "The decision stands.",
               "to": "appeals@example.org"}  # fmt: skip
    on: Annotated[date, Disclosure.APPEAL]
    answer_by: Annotated[date | None, Disclosure.APPEAL] = None
    reasons: Annotated[tuple[Line, ...], Disclosure.APPEAL] = ()
    outcome: Annotated[Line | None, Disclosure.APPEAL] = None
    to: Annotated[Line, Disclosure.REFERENCE]


class Correction(Facts):
    """What a letter to this reader said wrongly, and what is right, in the words of whoever answers for it."""

    example = {"reference": "0195", "account": "Example", "written_on": DAY, "wrong": "The ban ends in May.", "right": "It ends in June."}
    account: Account | None = None
    written_on: Annotated[date, Disclosure.REFERENCE]
    wrong: Annotated[Passage, Disclosure.CORRECTION]
    right: Annotated[Passage, Disclosure.CORRECTION]


class Alert(Facts):
    """What a team is woken by: an id, a kind, a date; never what the matter says."""

    example = {"reference": "0195", "noun": "case", "kind": "child protection", "at": MOMENT, "due": MOMENT, "change": "at risk"}
    noun: Annotated[Line, Disclosure.REFERENCE]
    kind: Annotated[Line, Disclosure.CLOCK]
    at: Annotated[datetime, Disclosure.CLOCK]
    due: Annotated[datetime | None, Disclosure.CLOCK] = None
    change: Annotated[Line, Disclosure.CLOCK]


class Together(Facts):
    """Alerts that waited for business hours, in one letter, each as it would have come alone (D6)."""

    example = {"reference": "0195", "alerts": ["Breached: case of a global ban\n\nA case passed its due date."] * 2}
    alerts: Annotated[tuple[Passage, ...], Disclosure.CLOCK]


class UnusualRate(Facts):
    """More actions than usual: how many, in which time; never what they were (R110)."""

    example = {"reference": "0195", "at": MOMENT, "enacted": 41, "usual": 40, "days": 30}
    at: Annotated[datetime, Disclosure.CLOCK]
    enacted: Annotated[int, Disclosure.CLOCK]
    usual: Annotated[int, Disclosure.CLOCK]
    days: Annotated[int, Disclosure.CLOCK]
