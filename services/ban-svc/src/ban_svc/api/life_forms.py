"""What two people send about a decision in force, and what is told of its effects on wikis."""

from typing import Annotated, Literal

from pydantic import StrictBool, StringConstraints

from ban_svc.actions import Look
from ban_svc.api.forms import Form, Note
from ban_svc.model import ActionSpec, Scope
from ban_svc.model.spec import Line, Moment

Wiki = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{2,64}$")]
EffectName = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]


class LiftForm(Form):
    """Why the purpose is served."""

    reason: Line
    note: Note


class PermissionForm(Form):
    """For what, and until when."""

    scope: Scope
    until: Moment
    note: Note


class ModificationForm(Form):
    """The whole text as it shall be, and what kind of modification its author takes it for."""

    spec: ActionSpec
    nature: Literal["ordinary", "substantial_atypical"]
    note: Note


class FailureForm(Form):
    """Which effect on which wiki could not be done, and why."""

    wiki: Wiki
    effect: EffectName
    note: Note


class LookForm(Form):
    """What a second look found of an effect that was done: whether it stands, is still marked as an office action, and who undid it."""

    wiki: Wiki
    effect: EffectName
    stands: StrictBool
    note: Note
    marked: StrictBool | None = None
    undone_by: Line | None = None

    def facts(self) -> Look:
        """The look as the action takes it."""
        return Look(self.stands, self.note, self.marked, self.undone_by)
