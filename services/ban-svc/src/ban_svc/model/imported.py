"""A ban that was decided before this system, as a row of the file that is imported tells it (R8)."""

from typing import Annotated, Literal

from kernel.kinds import Kind
from pydantic import Field

from ban_svc.model.spec import AccountRef, ActionSpec, Address, Justification, Line, Moment, Scope, Shape, Text

BEFORE = "Decided before this system."
_DISCLOSED = {Kind.GLOBAL_BAN: "public", Kind.EVENT_BAN: "restricted"}


class ImportedBan(Shape):
    """One row: `ref` names it in the file's source and is never imported twice; times are UTC."""

    ref: Line
    kind: Literal[Kind.GLOBAL_BAN, Kind.EVENT_BAN]
    accounts: Annotated[tuple[AccountRef, ...], Field(min_length=1, max_length=200)]
    addresses: Annotated[tuple[Address, ...] | None, Field(max_length=200)] = None
    enacted_at: Moment
    expires_at: Moment | None = None
    scope: Scope | None = None
    irrevocable: bool | None = None
    grounds: Annotated[tuple[Line, ...] | None, Field(max_length=20)] = None
    tou_basis: Text | None = None
    disclosure: Literal["public", "restricted", "confidential"] | None = None
    note: Text | None = None

    def spec(self) -> ActionSpec:
        """The row as the text of an action; what was not told says that it was decided before."""
        given = {name: getattr(self, name) for name in ("accounts", "addresses", "expires_at", "scope", "irrevocable")}
        return ActionSpec(
            kind=Kind(self.kind),
            grounds=self.grounds or (f"other: {BEFORE}",),
            tou_basis=self.tou_basis or BEFORE,
            justification=Justification(why="insufficient", note=self.note or BEFORE),
            no_warning_reason=BEFORE,
            disclosure=self.disclosure or _DISCLOSED[Kind(self.kind)],
            disclosure_reason=BEFORE,
            **{name: value for name, value in given.items() if value is not None},
        )
