"""The sealed texts of an action: its spec and its notes, under the action's own key (DESIGN 7, D27)."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from chassis.audit import log_access
from chassis.crypto import data_key, reveal, reveal_many
from chassis.edge import Edge, new_id
from kernel.kinds import Kind
from sqlmodel import col, select

from ban_svc import rules
from ban_svc.model import ActionSpec, Route
from ban_svc.tables import Action, Modification, Note

SPEC = "action.spec"
NOTE = "note.text"
MODIFIED = "modification.spec"


async def open_spec(edge: Edge, action: Action) -> ActionSpec | None:
    """Read what is proposed, or what is in force since the latest modification; the access is logged, under the caller's reason or the
    step in hand.
    """  # noqa: D205 - one sentence
    if action.modified_by is None:
        return await first_spec(edge, action)
    modification = await edge.get(Modification, action.modified_by, "modification")
    edge.access_reason = edge.access_reason or edge.operation
    await log_access(edge, "action", action.id)
    return ActionSpec.model_validate_json(await reveal(edge, modification.spec, place=MODIFIED))


async def first_spec(edge: Edge, action: Action) -> ActionSpec | None:
    """Read what was first proposed and signed; logged as `open_spec`."""
    if action.spec is None:
        return None
    edge.access_reason = edge.access_reason or edge.operation
    await log_access(edge, "action", action.id)
    return ActionSpec.model_validate_json(await reveal(edge, action.spec, place=SPEC))


async def decided_specs(edge: Edge, action: Action) -> list[ActionSpec]:
    """Read the text that the chain decided last, then each by which two people narrowed it since; logged as `open_spec`."""
    mine = select(Modification).where(Modification.action_id == action.id, Modification.state == "confirmed")
    rows = list(await edge.session.scalars(mine.order_by(col(Modification.confirmed_at), col(Modification.id))))
    last = max((place for place, row in enumerate(rows) if row.route == Route.CHAIN), default=None)
    first = await first_spec(edge, action) if last is None else None
    found = [first] if first is not None else []
    edge.access_reason = edge.access_reason or edge.operation
    await log_access(edge, "action", action.id)
    sealed = [row.spec for row in rows[last or 0 :]]
    return found + [ActionSpec.model_validate_json(text) for text in await reveal_many(edge, sealed, place=MODIFIED)]


async def seal_spec(edge: Edge, action: Action, text: Mapping[str, Any] | None) -> None:
    """Keep what is proposed exactly as it was sent."""
    if text is not None:
        key = edge.data_keys.get(action.id) or await data_key(edge, action.id)
        action.spec = key.seal(json.dumps(dict(text), ensure_ascii=False), place=SPEC)


async def write_note(edge: Edge, action: Action, about: str, text: str) -> Note:
    """Keep what somebody wrote to an action.

    Raises:
        Refused: it has a link, and is about a measure of child protection.
    """
    rules.tells_no_location(Kind(action.kind), text).or_refuse()
    key = await data_key(edge, action.id)
    note = Note(id=new_id(), action_id=action.id, about=about, by=edge.by.id, text=key.seal(text, place=NOTE), at=edge.now)
    edge.session.add(note)
    # Rows that name the note by its id follow it.
    await edge.session.flush()
    return note


async def open_notes(edge: Edge, action: Action, notes: list[Note]) -> dict[UUID, str]:
    """Read notes by their ids."""
    await log_access(edge, "action", action.id)
    texts = await reveal_many(edge, [note.text for note in notes], place=NOTE)
    return {note.id: text for note, text in zip(notes, texts, strict=True)}
