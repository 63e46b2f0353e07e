"""What a person says of a letter that came by itself: to which notice it belongs, and as what."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from dmca_svc.actions.joining import Joins, Papers
from dmca_svc.api.forms import ConfirmedForm, Form, Line, Pages, Text, When
from dmca_svc.model import Forum, ToldBy
from dmca_svc.model.joining import JoinedAs
from dmca_svc.model.letter import ReadLetter

_ONLY_OF = {
    JoinedAs.COUNTER_NOTICE: {"counter_notice_id"},
    JoinedAs.RETRACTION: {"pages", "complainant_verified"},
    JoinedAs.COURT_ACTION: {"pages", "forum", "told_by", "court", "docket", "filed_at"},
    JoinedAs.CURE: set(),
}
_ALWAYS = {"notice_id", "joined_as", "note"}


class JoiningForm(Form):
    """The notice, and what the letter is there.

    Of a counter-notice: `counter_notice_id` when it completes one. Of a retraction: its `pages`, else those that the letter names (`[]` is
    all), and `complainant_verified`. Of a court action: `forum`, `from` and `pages`, and what is known of court, docket and filing.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=False)

    notice_id: UUID
    joined_as: JoinedAs = Field(alias="as")
    note: Text
    counter_notice_id: UUID | None = None
    pages: Pages | None = None
    complainant_verified: ConfirmedForm | None = None
    forum: Forum | None = None
    told_by: Annotated[ToldBy | None, Field(alias="from")] = None
    court: Line | None = None
    docket: Line | None = None
    filed_at: When | None = None

    @model_validator(mode="after")
    def _says_what_it_is(self) -> Self:
        if foreign := self.model_fields_set - _ALWAYS - _ONLY_OF[self.joined_as]:
            raise ValueError(f"leave out what says nothing of a {self.joined_as}: {', '.join(sorted(foreign))}")
        if self.joined_as is JoinedAs.COURT_ACTION and (self.forum is None or self.told_by is None or self.pages is None):
            raise ValueError("of a court action give `forum`, `from` and `pages`")
        return self

    def joins(self, read_together: ReadLetter | None) -> Joins:
        """Give it to an action, with the reading of a cure together with its notice."""
        known = {"court": self.court, "docket": self.docket}
        content = {name: said for name, said in known.items() if said is not None}
        papers = Papers(self.forum, self.told_by, self.filed_at, content) if self.forum and self.told_by else None
        return Joins(
            self.notice_id,
            self.joined_as,
            self.note,
            pages=None if self.pages is None else [one.place() for one in self.pages],
            completes=self.counter_notice_id,
            papers=papers,
            read_together=read_together,
            confirmed=self.complainant_verified.how if self.complainant_verified else None,
        )
