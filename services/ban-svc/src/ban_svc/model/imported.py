"""A ban or block that was decided before this system, as a row of the file that is imported tells it (R8, R29, R30, R83)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from kernel.kinds import Kind
from pydantic import Field

from ban_svc.model.spec import AccountRef, ActionSpec, Address, Justification, Line, Moment, Scope, Shape, Text

BEFORE = "Decided before this system."
_DISCLOSED = {Kind.GLOBAL_BAN: "public", Kind.EVENT_BAN: "restricted", Kind.RANGE_BLOCK: "public"}
Ended = Literal["expired", "lifted"]


class ImportedBan(Shape):
    """One row: `ref` names it in the file's source and is never imported twice; times are UTC.

    `enforces` is the `ref` of the global ban that a range block enforces, `bars` what the block bars on the wikis; `ended` and `ended_at`
    tell how and when something that is over came to its end.
    """

    ref: Line
    kind: Literal[Kind.GLOBAL_BAN, Kind.EVENT_BAN, Kind.RANGE_BLOCK]
    accounts: Annotated[tuple[AccountRef, ...] | None, Field(max_length=200)] = None
    addresses: Annotated[tuple[Address, ...] | None, Field(max_length=200)] = None
    enforces: Line | None = None
    bars: Annotated[tuple[Line, ...] | None, Field(max_length=20)] = None
    enacted_at: Moment
    expires_at: Moment | None = None
    ended: Ended | None = None
    ended_at: Moment | None = None
    scope: Scope | None = None
    irrevocable: bool | None = None
    grounds: Annotated[tuple[Line, ...] | None, Field(max_length=20)] = None
    tou_basis: Text | None = None
    disclosure: Literal["public", "restricted", "confidential"] | None = None
    note: Text | None = None

    def spec(self, *, enforces: UUID | None = None) -> ActionSpec:
        """The row as the text of an action, `enforces` the ban that it names; what was not told says that it was decided before."""
        given = {name: getattr(self, name) for name in ("accounts", "addresses", "expires_at", "scope", "irrevocable")}
        given["enforces"] = enforces
        if self.kind is not Kind.RANGE_BLOCK:
            given["no_warning_reason"] = BEFORE
        return ActionSpec(
            kind=Kind(self.kind),
            grounds=self.grounds or (f"other: {BEFORE}",),
            tou_basis=self.tou_basis or BEFORE,
            justification=Justification(why="insufficient", note=self.note or BEFORE),
            disclosure=self.disclosure or _DISCLOSED[Kind(self.kind)],
            disclosure_reason=BEFORE,
            **{name: value for name, value in given.items() if value is not None},
        )

    def covered(self, told: dict[str, Any]) -> dict[str, Any]:
        """What a digest of the row covers beside the text: how it came to its end, where it has."""
        over = {"ended": self.ended, "ended_at": self.ended_at.isoformat() if self.ended_at else None} if self.ended else {}
        return {"imported": self.ref, "spec": told, **{name: value for name, value in over.items() if value}}


@dataclass(frozen=True, slots=True)
class BeforeFacts:
    """When something from before was decided and, where it is over, how and when it ended (UTC); `ban` is what a block names to enforce."""

    enacted_at: datetime
    expires_at: datetime | None = None
    ended: Ended | None = None
    ended_at: datetime | None = None
    bars: tuple[str, ...] | None = None
    names_ban: bool = False
    ban: "BeforeFacts | None" = None

    def end(self) -> datetime | None:
        """Tell when it ended or will end; None where it has no end."""
        return self.ended_at if self.ended == "lifted" else self.expires_at
