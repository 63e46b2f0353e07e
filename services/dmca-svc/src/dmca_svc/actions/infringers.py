"""What people do with the ledger: record a reversal or a misrepresentation, and decide on a person (R48, R49, D1, D11)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.edge import Edge, new_id
from chassis.errors import Busy, NotFound
from kernel.digest import digest
from sqlmodel import col, select

from dmca_svc.actions.assessment import Place
from dmca_svc.actions.ledger import Standing, lock_ledger, present, refresh, refresh_all, say, standing_of
from dmca_svc.actions.matter import Matter, load, matter_of
from dmca_svc.actions.persons import account_hash, link, open_names
from dmca_svc.actions.text import keep_note, open_access, open_notes, place_hash
from dmca_svc.model.individual import Told
from dmca_svc.rules import infringer as rules
from dmca_svc.tables import InfringerDecision, Misrepresentation, Notice, Reversal


@dataclass(frozen=True, slots=True)
class Undoing:
    """An edit that brought a removed page back, as somebody saw it; `revision_id` or `url` shows it."""

    place: Place
    account: str
    at: datetime
    revision_id: int | None = None
    url: str | None = None


async def record_reversal(edge: Edge, notice_id: UUID, undoing: Undoing) -> tuple[Matter, Reversal]:
    """Keep that somebody reverted a takedown; whether it counts is asked of the rules each time (R49).

    Raises:
        NotFound: the notice has no such page.
        Refused: the page was not down at that moment, or the moment has not come.
    """
    matter = await matter_of(edge, notice_id)
    hashed = place_hash(edge, undoing.place.wiki, undoing.place.title)
    page = next((one for one in matter.pages if one.place_hash == hashed), None)
    if page is None:
        raise NotFound("page")
    rules.may_record_reversal(removed_at=page.removed_at, at=undoing.at, now=edge.now).or_refuse()
    note = await keep_note(matter, "reversal", undoing.url) if undoing.url else None
    row = Reversal(
        id=new_id(),
        notice_id=notice_id,
        page_id=page.id,
        account_hash=account_hash(edge, undoing.account),
        at=undoing.at,
        revision_id=undoing.revision_id,
        note_id=note.id if note else None,
        recorded_by=edge.by.id,
        recorded_at=edge.now,
    )
    edge.session.add(row)
    await edge.session.flush()
    matter.note("reversal_recorded")
    await refresh_all(edge, notice_id)
    return matter, row


async def find_misrepresentation(edge: Edge, notice_id: UUID, note: str) -> Matter:
    """Keep that Legal finds a notice to misrepresent: no strike rests on it any more (D11, 17 U.S.C. 512(f)).

    Raises:
        Refused: nothing was taken down for it, or Legal has found so already.
    """
    matter = await matter_of(edge, notice_id)
    found = await edge.session.get(Misrepresentation, notice_id)
    rules.may_find_misrepresentation(matter.facts(), found_already=found is not None).or_refuse()
    kept = await keep_note(matter, "misrepresentation", note)
    edge.session.add(Misrepresentation(notice_id=notice_id, note_id=kept.id, by=edge.by.id, at=edge.now))
    await edge.session.flush()
    matter.note("misrepresentation_found")
    await refresh_all(edge, notice_id)
    return matter


async def decide(edge: Edge, infringer_id: UUID, *, terminate: bool, note: str, told: Iterable[Told]) -> Standing:
    """Take Legal's decision on a person, over what counts now and the accounts that are theirs now (D11).

    Raises:
        Refused: no review is open.
        Busy: what the decision rests on changed while it was taken.
    """
    rests_on = await _notice_of(edge, infringer_id)
    matter = await matter_of(edge, rests_on) if rests_on else None
    await lock_ledger(edge)
    await link(edge, told)
    infringer = await present(edge, infringer_id, lock=True)
    standing = await refresh(edge, infringer)
    rules.may_decide(standing.task).or_refuse()
    if matter is None or standing.rests_on != matter.notice.id:
        raise Busy
    names = sorted((await open_names(edge, standing.accounts)).values())
    said = {
        "infringer_id": str(infringer.id),
        "notice_id": str(matter.notice.id),
        "decided_by": edge.by.id,
        "terminate": terminate,
        "accounts": [{"name": name} for name in names],
        "grounds": [ground.value for ground in standing.grounds],
        "note": note,
        "at": edge.now.isoformat().replace("+00:00", "Z"),
    }
    row = await _keep(matter, standing, said)
    standing.decisions.append(row)
    infringer.task_since = None
    say(edge, infringer, "termination_decided" if terminate else "no_termination_decided", prior=infringer.task)
    if terminate:
        matter.notice.infringer_id, matter.notice.infringer_decision_digest = infringer.id, row.digest
        await matter.say("termination_recommended")
    else:
        matter.note("termination_declined")
    await edge.session.flush()
    return await refresh(edge, infringer)


async def decision_of(edge: Edge, infringer_id: UUID, named: str | None) -> dict[str, Any]:
    """Give a decision as its digest covers it, the last one or the one with this digest; the read is logged first.

    Raises:
        NotFound: there is none.
    """
    wanted = select(InfringerDecision).where(InfringerDecision.infringer_id == infringer_id)
    if named is not None:
        wanted = wanted.where(InfringerDecision.digest == named)
    row = (await edge.session.scalars(wanted.order_by(col(InfringerDecision.at).desc(), col(InfringerDecision.id).desc()))).first()
    if row is None:
        raise NotFound("decision")
    matter = await load(edge, await edge.get(Notice, row.notice_id, "notice"))
    await open_access(matter)
    said: dict[str, Any] = json.loads((await open_notes(matter))[row.accounts_note_id])
    return {**said, "digest": row.digest}


async def _notice_of(edge: Edge, infringer_id: UUID) -> UUID | None:
    """Name the notice that a decision now would rest on, to lock it before the person (lock order)."""
    standing = await standing_of(edge, await present(edge, infringer_id))
    return standing.rests_on if standing.grounds else None


async def _keep(matter: Matter, standing: Standing, said: dict[str, Any]) -> InfringerDecision:
    edge, counted = matter.edge, standing.counted
    kept = await keep_note(matter, "infringer_decision", said["note"])
    whole = await keep_note(matter, "infringer_decision_said", json.dumps(said, ensure_ascii=False))
    row = InfringerDecision(
        id=new_id(),
        infringer_id=standing.infringer.id,
        notice_id=matter.notice.id,
        terminate=said["terminate"],
        proposed=rules.proposes_termination(standing.grounds),
        grounds=said["grounds"],
        covers=sorted(counted.strikes | counted.reversals),
        digest=digest(said),
        note_id=kept.id,
        accounts_note_id=whole.id,
        by=edge.by.id,
        at=edge.now,
    )
    edge.session.add(row)
    await edge.session.flush()
    return row
