"""Bans that were not decided here: those of communities and affiliates, and those from before this system (R8, R26, R36)."""

from collections.abc import Mapping
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
from ban_svc.model import ActionSpec, ImportedBan, State
from ban_svc.tables import Account, Action

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
    """Put a ban from before this system on record, in force as it was; the same reference is the same ban. Tell whether it is new.

    The edge must be one of the role `ban_import`: the database lets no other write such a row.

    Raises:
        Refused: with every reason why it cannot be put on record.
    """
    await edge.session.execute(_ONE_AT_A_TIME)
    source = edge.runtime.keyring.hash("ban.import", row.ref)
    if (found := (await edge.session.scalars(select(Action).where(Action.source_hash == source))).first()) is not None:
        return found, False
    spec = row.spec()
    matter = await matter_of(edge, spec, Course.ACT, case=None, notice=None)
    rules.may_import(spec, row.enacted_at, matter).or_refuse()
    action = await _standing(edge, row, spec, source)
    edge.session.add(action)
    await edge.session.flush()
    await link_decided(edge, action, spec)
    _cover_addresses(edge, action, spec)
    await patch_after_commit(edge, action.id)
    if action.expires_at is not None:
        schedule(edge, aggregate_id=action.id, kind="action.expires", due_at=action.expires_at)
    announce(edge, action, "recorded", None)
    return action, True


async def _standing(edge: Edge, row: ImportedBan, spec: ActionSpec, source: bytes) -> Action:
    """Put the row of an imported ban together: enforced, for that was done then, and decided by nobody here."""
    told = spec.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    action = Action(
        id=new_id(),
        kind=row.kind,
        origin="recorded",
        source_hash=source,
        course=Course.ACT,
        state=State.ENFORCED,
        evaluator=edge.by.id,
        digest=digest({"imported": row.ref, "spec": told}),
        policy_date=date(row.enacted_at.year, row.enacted_at.month, row.enacted_at.day),
        levels=[],
        approvals=0,
        subjects=subjects_of(edge.runtime, spec),
        disclosure=rules.disclosure_of(spec),
        irrevocable=bool(spec.irrevocable),
        individual_id=await _individual(edge, spec),
        expires_at=spec.expires_at,
        acting_account=rules.acting_account(Kind(row.kind), enforces_global_ban=False),
        proposed_at=edge.now,
        decided_at=row.enacted_at,
        enacted_at=row.enacted_at,
        issued_at=row.enacted_at,
        issuance=1,
    )
    new_data_key(edge, action.id)
    action.ranges = named_ranges(edge, action.id, spec)
    await seal_spec(edge, action, told)
    return action


async def _individual(edge: Edge, spec: ActionSpec) -> UUID:
    """Give the person to whom one of the accounts belongs, or put somebody on record."""
    named = subjects_of(edge.runtime, spec)
    known = (await edge.session.scalars(select(Account.individual_id).where(col(Account.name_hash).in_(named)))).first()
    return known if known is not None else (await new_individual(edge)).id


def _cover_addresses(edge: Edge, action: Action, spec: ActionSpec) -> None:
    """Write the addresses that an imported ban names: ninety days from now, for now somebody says that they are the person's (D23)."""
    if not spec.addresses:
        return
    until = rules.address_until(edge.now, action.expires_at)
    schedule(edge, aggregate_id=action.id, kind="action.addresses_over", due_at=until)
    for address in spec.addresses:
        edge.session.add(cover_range(edge, action, address, until, named=spec.addresses))
