"""What was not decided here: bans of communities and affiliates, and bans and range blocks from before this system (R8, R26, R36, R83)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from chassis.crypto import new_data_key
from chassis.edge import Edge, new_id
from chassis.ticker import schedule
from kernel.digest import digest
from kernel.kinds import Kind
from kernel.review import Course
from sqlalchemy import text
from sqlmodel import col, select

from ban_svc import rules
from ban_svc.actions.change import announce
from ban_svc.actions.inheritance import link_decided, new_individual
from ban_svc.actions.matter import matter_of, subjects_of
from ban_svc.actions.ranges import cover_range, named_ranges
from ban_svc.actions.text import seal_spec
from ban_svc.index import patch_after_commit
from ban_svc.model import ActionSpec, BanFacts, BeforeFacts, ImportedBan, Matter, State
from ban_svc.tables import Account, Action

_SOURCE = "ban.import"
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('ban.propose', 0))")


async def record_of_others(edge: Edge, action: Action, spec: ActionSpec, told: Mapping[str, Any]) -> Action:
    """Put a ban of a community or an affiliate on record, with its label: in no check, with no chain, never ours.

    Raises:
        Refused: with every reason why it is no such ban.
    """
    matter = await matter_of(edge, spec, Course(action.course), case=action.case_id, notice=action.notice_id)
    rules.may_record(spec, matter).or_refuse()
    await seal_spec(edge, action, told)
    action.subjects, action.disclosure = subjects_of(edge.runtime, spec), rules.disclosure_of(spec)
    action.starts_at, action.expires_at = spec.starts_at, spec.expires_at
    action.origin, action.imposed_by, action.state = "recorded", spec.imposed_by or "community", State.RECORDED
    action.levels, action.approvals, action.open_level = [], 0, None
    edge.session.add(action)
    await edge.session.flush()
    announce(edge, action, "recorded", None)
    return action


async def import_ban(edge: Edge, row: ImportedBan) -> tuple[Action, bool]:
    """Put a ban or block from before this system on record, in force or over as it was; the same row is the same. Tell whether it is new.

    The edge must be one of the role `ban_import`: the database lets no other write such a row.

    Raises:
        Refused: with every reason why it cannot be put on record.
    """
    await edge.session.execute(_ONE_AT_A_TIME)
    ban = await _recorded(edge, row.enforces) if row.enforces is not None else None
    if ban is not None:
        # Whoever ends the ban ends its blocks: this one is among them, or comes after.
        ban = await edge.lock(Action, ban.id, "action")
    spec = row.spec(enforces=ban.id if ban else None)
    told = spec.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    covered = digest(row.covered(told))
    if (found := await _recorded(edge, row.ref)) is not None:
        rules.is_same_row(same=(found.digest, found.enacted_at) == (covered, row.enacted_at)).or_refuse()
        return found, False
    before = _before(row, ban)
    rules.may_import(spec, before, await _matter(edge, row, spec, ban)).or_refuse()
    action = await _standing(edge, row, spec, covered, ban)
    await seal_spec(edge, action, told)
    edge.session.add(action)
    await edge.session.flush()
    await link_decided(edge, action, spec, since=action.enacted_at)
    _cover_addresses(edge, action, spec)
    await patch_after_commit(edge, action.id)
    if action.ended_at is None and action.expires_at is not None:
        schedule(edge, aggregate_id=action.id, kind="action.expires", due_at=action.expires_at)
    announce(edge, action, "recorded", None, remarks=rules.seen_in_import(Kind(row.kind), before).reasons)
    return action, True


async def _recorded(edge: Edge, ref: str) -> Action | None:
    """Find what is on record under a name of the source."""
    source = edge.runtime.keyring.hash(_SOURCE, ref)
    return (await edge.session.scalars(select(Action).where(Action.source_hash == source))).first()


def _before(row: ImportedBan, ban: Action | None) -> BeforeFacts:
    """Give the facts of a row, and of the ban that it names."""
    enforced = None
    if ban is not None and ban.enacted_at is not None:
        enforced = BeforeFacts(ban.enacted_at, ban.ended_at or ban.expires_at)
    named = row.enforces is not None
    return BeforeFacts(row.enacted_at, row.expires_at, row.ended, row.ended_at, row.bars, names_ban=named, ban=enforced)


async def _matter(edge: Edge, row: ImportedBan, spec: ActionSpec, ban: Action | None) -> Matter:
    """Gather what surrounds a row. A block that is over enforced a ban that held then, whatever has become of it since."""
    matter = await matter_of(edge, spec, Course.ACT, case=None, notice=None)
    over = ban is not None and row.ended is not None
    return replace(matter, enforces=BanFacts(Kind(ban.kind), State.ENFORCED)) if ban is not None and over else matter


async def _standing(edge: Edge, row: ImportedBan, spec: ActionSpec, covered: str, ban: Action | None) -> Action:
    """Put the row of what is imported together: enforced, or over, for that was done then, and decided by nobody here."""
    enforced = ban.facts() if ban is not None and row.ended is None else None
    action = Action(
        id=new_id(),
        kind=row.kind,
        origin="recorded",
        source_hash=edge.runtime.keyring.hash(_SOURCE, row.ref),
        course=Course.ACT,
        state=State(row.ended or State.ENFORCED),
        evaluator=edge.by.id,
        digest=covered,
        policy_date=date(row.enacted_at.year, row.enacted_at.month, row.enacted_at.day),
        levels=[],
        approvals=0,
        subjects=subjects_of(edge.runtime, spec),
        disclosure=rules.disclosure_of(spec),
        irrevocable=bool(spec.irrevocable),
        individual_id=ban.individual_id if ban is not None else await _individual(edge, spec),
        enforces=ban.id if ban is not None else None,
        expires_at=rules.ends_at(spec, enforced),
        ended_at=_before(row, ban).end() if row.ended else None,
        acting_account=rules.acting_account(Kind(row.kind), enforces_global_ban=ban is not None),
        proposed_at=edge.now,
        decided_at=row.enacted_at,
        enacted_at=row.enacted_at,
        issued_at=row.enacted_at,
        issuance=1,
    )
    new_data_key(edge, action.id)
    action.ranges = named_ranges(edge, action.id, spec)
    return action


async def _individual(edge: Edge, spec: ActionSpec) -> UUID | None:
    """Give the person to whom one of the accounts belongs, or put somebody on record; a block is against nobody (R83)."""
    if spec.kind is Kind.RANGE_BLOCK:
        return None
    named = subjects_of(edge.runtime, spec)
    known = (await edge.session.scalars(select(Account.individual_id).where(col(Account.name_hash).in_(named)))).first()
    return known if known is not None else (await new_individual(edge)).id


def _cover_addresses(edge: Edge, action: Action, spec: ActionSpec) -> None:
    """Write the ranges that a block kept out since its day, and the addresses that a ban names: ninety days from now, for now somebody says
    that they are the person's (R84, D23).
    """  # noqa: D205 - one sentence
    if not spec.addresses or action.enacted_at is None:
        return
    begins, until = action.enacted_at, action.ended_at or action.expires_at
    if action.kind == Kind.GLOBAL_BAN:
        begins, until = edge.now, rules.address_until(edge.now, action.expires_at)
        schedule(edge, aggregate_id=action.id, kind="action.addresses_over", due_at=until)
    for address in spec.addresses:
        edge.session.add(cover_range(edge, action, address, until, texts=[spec.addresses], since=begins))
