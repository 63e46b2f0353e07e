"""What callers send: strict, bounded, nothing unknown."""

from datetime import UTC, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from kernel.names import WikiIdError, wiki_id
from kernel.review import Level, Verdict
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from dmca_svc.actions.assessment import Place
from dmca_svc.actions.takedown import Proof
from dmca_svc.model import AnsweredAs, Channel, Course, Forum, ToldBy
from dmca_svc.model.hold import HoldCause

MOST_PAGES = 1000
LONGEST_LETTER = 8_000_000


def _wiki(text: str) -> str:
    try:
        return wiki_id(text)
    except WikiIdError as error:
        raise ValueError("a wiki's id has 2 to 64 lower-case letters, digits or underscores") from error


Line = Annotated[str, Field(min_length=1, max_length=500)]
Text = Annotated[str, Field(min_length=1, max_length=20_000)]
Number = Annotated[int, Field(ge=1, le=2**53 - 1)]
Wiki = Annotated[str, AfterValidator(_wiki), Field(max_length=64)]
# Control characters, and marks that turn the direction of writing: with them a name shows as another than it is.
_TRICKS = r"\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
Name = Annotated[str, Field(min_length=1, max_length=500, pattern=rf"^[^{_TRICKS}]+$")]
# MediaWiki's own list of what no title holds.
Title = Annotated[str, Field(min_length=1, max_length=512, pattern=rf"^[^{_TRICKS}#<>\[\]|{{}}]+$")]
# The calendar of business days reaches no further; a date beyond it is a slip of the pen.
When = Annotated[AwareDatetime, Field(ge=datetime(1998, 1, 1, tzinfo=UTC), lt=datetime(2099, 1, 1, tzinfo=UTC))]
NoticeElement = Literal["signature", "work", "material", "contact", "good_faith", "accuracy_authority"]
CounterElement = Literal["signature", "material", "good_faith_mistake", "contact", "jurisdiction_service"]


class Form(BaseModel):
    """A body that takes no field it does not know."""

    model_config = ConfigDict(extra="forbid")


class PageForm(Form):
    """A page; the title with spaces, as MediaWiki shows it."""

    wiki: Wiki
    title: Title
    revision_id: Number | None = None

    def place(self) -> Place:
        """Give it to an action."""
        return Place(self.wiki, self.title, self.revision_id)


Pages = Annotated[list[PageForm], Field(max_length=MOST_PAGES)]


class LetterForm(Form):
    """A letter as a form; an earlier `received_at` is Legal's, with its `evidence`."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST_LETTER)]
    channel: Channel = Channel.LEGAL
    received_at: When | None = None
    evidence: Text | None = None


class AssessmentForm(Form):
    """A person's word on each of the six elements, and the pages that the notice is about."""

    elements: dict[NoticeElement, Annotated[bool, Field(strict=True)]]
    pages: Pages
    note: Text


class EmptyForm(Form):
    """Nothing: what is missing is known."""


class ConfirmedForm(Form):
    """How a person made sure that it is the complainant who takes the notice back."""

    how: Line


class WithdrawalForm(Form):
    """The complainant's words, and the pages for which the notice is taken back; none means all."""

    text: Annotated[str, Field(min_length=1, max_length=200_000)]
    pages: Pages = []
    retraction: UUID | None = None
    complainant_verified: ConfirmedForm | None = None


class AnswerForm(Form):
    """How a letter is put away that is no formal notice; one that is joined names the notice that it `joins`."""

    answer: AnsweredAs
    joins: UUID | None = None
    note: Text

    @model_validator(mode="after")
    def _joins_when_joined(self) -> Self:
        if (self.joins is None) == (self.answer is AnsweredAs.JOINED):
            raise ValueError("give `joins` with the answer `joined`, and with no other")
        return self


class DuplicateForm(Form):
    """The notice that a letter repeats, or none."""

    of: UUID | None = None
    note: Text


class RecommendationForm(Form):
    """A course, and the grounds of a rejection."""

    course: Course
    grounds: Annotated[list[Line], Field(max_length=20)] = []
    note: Text


class ReviewForm(Form):
    """A level's verdict over the digest of what is recommended."""

    level: Level
    verdict: Verdict
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    note: Text


class ReceiptForm(Form):
    """What shows that a page came down or went back: exactly one of `log_id`, `revision_id`, `url`."""

    page: PageForm
    log_id: Number | None = None
    revision_id: Number | None = None
    url: Annotated[str, Field(pattern=r"^https?://\S+$", max_length=2000)] | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(one is not None for one in (self.log_id, self.revision_id, self.url)) != 1:
            raise ValueError("give exactly one of log_id, revision_id and url")
        return self

    def proof(self) -> Proof:
        """Give it to an action."""
        return Proof(self.log_id, self.revision_id, self.url)


class VerifiedForm(Form):
    """How the subscriber was verified: by the account's confirmed address, or on-wiki; and which account it is."""

    how: Line
    wiki_user: Name | None = None


class CounterAssessmentForm(Form):
    """A person's word on (A) to (D), the removed pages that are the signer's, and how the signer was verified."""

    elements: dict[CounterElement, Annotated[bool, Field(strict=True)]]
    pages: Pages
    subscriber_verified: VerifiedForm | None = None
    note: Text


class NoteForm(Form):
    """A note."""

    note: Text


class CourtActionForm(Form):
    """What the agent was told of an action; a docket number is not needed."""

    forum: Forum
    told_by: ToldBy = Field(alias="from")
    pages: Pages
    received_at: When
    court: Line | None = None
    docket: Line | None = None
    filed_at: When | None = None
    text: Text | None = None

    def content(self) -> dict[str, str]:
        """Give what is sealed."""
        said = {"court": self.court, "docket": self.docket, "text": self.text}
        return {name: value for name, value in said.items() if value is not None}


class HoldEndForm(NoteForm):
    """Legal's note on an action's end, and whether its material stays down for good."""

    stays_down: Annotated[bool, Field(strict=True)] = False


class HoldForm(NoteForm):
    """What keeps pages down beside the notice."""

    cause: HoldCause
    pages: Annotated[list[PageForm], Field(min_length=1, max_length=MOST_PAGES)]


class DocketForm(Form):
    """The docket number that Legal was told, and the court."""

    docket: Line
    court: Line | None = None

    def content(self) -> dict[str, str]:
        """Give what is sealed."""
        return {"docket": self.docket, **({"court": self.court} if self.court else {})}


class TakenBackForm(Form):
    """The letter that takes a counter-notice back."""

    text: Text


class UploaderForm(Form):
    """An account and the pages that it gave."""

    wiki_user: Name
    email: Annotated[str, Field(max_length=320, pattern=r"^[^\s@<>,;]+@[^\s@<>,;]+$")] | None = None
    pages: Pages


class UploadersForm(Form):
    """Who gave the material."""

    uploaders: Annotated[list[UploaderForm], Field(min_length=1, max_length=200)]


class RestorationForm(Form):
    """Which counter-notice is restored, where the notice has several."""

    counter_notice_id: UUID | None = None


class PartyForm(Form):
    """Somebody of whom another service asks whether they wrote the notice."""

    name: Name | None = None
    email: Name | None = None
    wiki_user: Name | None = None

    def asked(self) -> dict[str, str]:
        """Give what was named."""
        said = {"name": self.name, "email": self.email, "wiki_user": self.wiki_user}
        return {name: value for name, value in said.items() if value is not None}
