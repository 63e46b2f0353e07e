"""What passed between a case and the authorities is on record: who, when, by whom and why (R55, R57)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.audit import log_access
from chassis.crypto import data_key, reveal_many
from chassis.edge import Edge, new_id
from kernel.actor import Actor
from sqlalchemy import select
from sqlmodel import col

from intake_svc.actions.case import lock_for
from intake_svc.actions.reading import read_case
from intake_svc.actions.record import note_case
from intake_svc.model.alert import AlertKind
from intake_svc.rules import alert as rules
from intake_svc.tables import Alert

WORDS = "alert.words"


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody outside who was alerted or asked us; `authority`, `why` and `note` are for sealing alone."""

    kind: AlertKind
    happened_at: datetime
    words: Mapping[str, str]


async def record_contact(edge: Edge, case_id: UUID, contact: Contact, *, by: Actor) -> Alert:
    """Put an alert to law enforcement, or a request for nonpublic information, on record with its case. It changes nothing else.

    Raises:
        Refused: it is to have happened in the future.
    """
    row = await lock_for(edge, case_id, by)
    rules.may_record(contact.happened_at, now=edge.now).or_refuse()
    key = await data_key(edge, row.id)
    made = Alert(
        id=new_id(),
        case_id=row.id,
        kind=contact.kind,
        happened_at=contact.happened_at,
        words=key.seal(json.dumps(dict(contact.words)), place=WORDS),
        by=by.sub,
        at=edge.now,
    )
    edge.session.add(made)
    note_case(edge, row, str(contact.kind))
    return made


async def list_contacts(edge: Edge, case_id: UUID, reader: Actor) -> list[tuple[Alert, Mapping[str, str]]]:
    """List what passed between a case and the authorities, oldest first; the look is logged."""
    row = await read_case(edge, case_id, reader)
    await log_access(edge, "case", row.id)
    rows = list(await edge.session.scalars(select(Alert).where(col(Alert.case_id) == row.id).order_by(col(Alert.id))))
    words = await reveal_many(edge, (one.words for one in rows), place=WORDS)
    return [(one, json.loads(said)) for one, said in zip(rows, words, strict=True)]
