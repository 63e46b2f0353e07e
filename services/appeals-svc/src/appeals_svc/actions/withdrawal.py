"""An appeal is taken back, or put into the language of those who judge it (R105, R107)."""

from __future__ import annotations

from uuid import UUID

from chassis.crypto import data_key
from chassis.edge import Edge
from contracts import opaque

from appeals_svc import rules
from appeals_svc.actions.change import note, say, stop
from appeals_svc.model import State
from appeals_svc.tables import Appeal


async def withdraw(edge: Edge, appeal_id: UUID) -> Appeal:
    """Take an appeal back for its appellant.

    Raises:
        NotFound: there is no such appeal.
        Refused: it has ended, or its votes are open.
    """
    appeal = await edge.lock(Appeal, appeal_id, "appeal")
    rules.may_withdraw(State(appeal.state), closed=appeal.votes_opened_at is not None).or_refuse()
    prior, before = appeal.public(), appeal.state
    appeal.state, appeal.withdrawn_at = State.WITHDRAWN, edge.now
    await stop(edge, appeal)
    say(edge, appeal, "withdrawn", prior=prior, before=before)
    return appeal


async def translate(edge: Edge, appeal_id: UUID, text: str) -> Appeal:
    """Add the translation of reasons that were given in another language; the reasons stay as they came in.

    Raises:
        NotFound: there is no such appeal.
        Refused: it is in the language of those who judge, is translated, or has ended.
    """
    appeal = await edge.lock(Appeal, appeal_id, "appeal")
    rules.may_translate(
        State(appeal.state),
        foreign=rules.is_foreign(appeal.locale) and appeal.reasons is not None,
        translated=appeal.translation is not None,
    ).or_refuse()
    appeal.translation = (await data_key(edge, appeal.id)).seal(text, place="appeal.translation")
    appeal.translated_by = opaque(edge.by.id)
    note(edge, appeal, before=appeal.state)
    return appeal
