"""Individuals, their links and merges as they are shown; absent is never null. Names and evidence only to a caller who said why."""

from collections.abc import Mapping, Sequence
from typing import Literal
from uuid import UUID

from chassis.audit import log_access
from chassis.crypto import Sealed, reveal_many
from chassis.edge import Edge
from pydantic import BaseModel
from sqlalchemy import or_
from sqlmodel import col, select

from ban_svc.actions import individuals as links
from ban_svc.actions import merges
from ban_svc.actions.inheritance import NAME, accounts_of, members_of
from ban_svc.api.shapes import Moment
from ban_svc.model import AccountRef
from ban_svc.tables import Account, Action, Identity, Individual, Merge


class IdentityView(BaseModel):
    """An account or address of an individual; `decided_by` is the action that named it. Names and texts need X-Access-Reason."""

    id: UUID
    individual_id: UUID
    sort: Literal["account", "address"]
    account: str | None = None
    address: str | None = None
    confidence: Literal["possible", "likely", "confirmed"]
    state: Literal["proposed", "linked", "unlinked", "superseded"]
    evidence: str | None = None
    proposed_by: str | None = None
    at: Moment
    confirmed_by: str | None = None
    confirmed_at: Moment | None = None
    decided_by: UUID | None = None
    unlinked_by: str | None = None
    unlinked_at: Moment | None = None
    reason: str | None = None
    until: Moment | None = None


class MergeView(BaseModel):
    """That two individuals are one person, and perhaps are two again."""

    id: UUID
    individual_ids: list[UUID]
    state: Literal["proposed", "standing", "split_proposed", "split", "refused"]
    evidence: str | None = None
    proposed_by: str
    at: Moment
    confirmed_by: str | None = None
    confirmed_at: Moment | None = None
    split_by: str | None = None
    split_at: Moment | None = None
    split_reason: str | None = None
    split_confirmed_by: str | None = None
    split_confirmed_at: Moment | None = None


class IndividualView(BaseModel):
    """Somebody on record: what was linked to them, with whom they count as one person, and the actions against that person.

    `accounts` are all that are confirmed to be that person's, whichever of their individuals they were linked to. A service that asks
    whose an account is gets `id` and `accounts` alone; whoever else asks gets all the rest.
    """

    id: UUID
    accounts: list[AccountRef] | None = None
    at: Moment | None = None
    same_as: list[UUID] | None = None
    identities: list[IdentityView] | None = None
    merges: list[MergeView] | None = None
    action_ids: list[UUID] | None = None
    version: int | None = None


Names = Mapping[Sealed, str]


async def individual_view(edge: Edge, individual: Individual) -> IndividualView:
    """Show one individual."""
    (shown,) = await individual_list(edge, [individual], named=said_why(edge))
    return shown


async def identity_view(edge: Edge, individual: Individual, identity: Identity) -> IdentityView:
    """Show one link."""
    texts = await _texts(edge, [individual.id], [identity], [], []) if said_why(edge) else {}
    return _identity(identity, texts)


def said_why(edge: Edge) -> bool:
    """Tell whether the caller gave a reason to read: a step of ours that opened something gave itself as one."""
    return edge.access_reason is not None and edge.access_reason != edge.operation


async def individual_list(edge: Edge, individuals: Sequence[Individual], *, named: bool = False) -> list[IndividualView]:
    """Show several individuals, with names only where the caller said why."""
    ids = [one.id for one in individuals]
    identities = list(await edge.session.scalars(select(Identity).where(col(Identity.individual_id).in_(ids)).order_by(col(Identity.id))))
    accounts = list(await edge.session.scalars(select(Account).where(col(Account.individual_id).in_(ids)).order_by(col(Account.id))))
    both = or_(col(Merge.individual_id).in_(ids), col(Merge.other_id).in_(ids))
    rows = list(await edge.session.scalars(select(Merge).where(both).order_by(col(Merge.id))))
    texts = await _texts(edge, ids, identities, accounts, rows) if named else {}
    shown = []
    for one in individuals:
        members = await members_of(edge, one.id)
        theirs = await accounts_of(edge, one.id) if named else []
        if named:
            texts |= await _texts(edge, [account.individual_id for account in theirs], [], theirs, [])
        actions = select(Action.id).where(col(Action.individual_id).in_(members)).order_by(col(Action.id))
        decided = [_decided(account, texts) for account in accounts if account.individual_id == one.id and account.identity_id is None]
        shown.append(
            IndividualView(
                id=one.id,
                accounts=[AccountRef(name=texts[account.name]) for account in theirs] if named else None,
                at=one.at,
                same_as=[member for member in members if member != one.id],
                identities=[*decided, *(_identity(row, texts) for row in identities if row.individual_id == one.id)],
                merges=[_merge(row, texts) for row in rows if one.id in (row.individual_id, row.other_id)],
                action_ids=list(await edge.session.scalars(actions)),
                version=one.version,
            )
        )
    return shown


async def _texts(
    edge: Edge, ids: Sequence[UUID], identities: Sequence[Identity], accounts: Sequence[Account], rows: Sequence[Merge]
) -> dict[Sealed, str]:
    """Open what is sealed, each read of a person logged."""
    for one in dict.fromkeys([*ids, *(row.individual_id for row in rows)]):
        await log_access(edge, "individual", one)
    found: dict[Sealed, str] = {}
    for place, sealed in (
        (NAME, [*(row.name for row in identities), *(row.name for row in accounts)]),
        (links.EVIDENCE, [row.evidence for row in identities]),
        (links.REASON, [row.reason for row in identities if row.reason is not None]),
        (merges.EVIDENCE, [row.evidence for row in rows]),
        (merges.REASON, [row.split_reason for row in rows if row.split_reason is not None]),
    ):
        found |= dict(zip(sealed, await reveal_many(edge, sealed, place=place), strict=True))
    return found


def _decided(account: Account, texts: Names) -> IdentityView:
    return IdentityView.model_validate(
        {
            "id": account.id,
            "individual_id": account.individual_id,
            "sort": "account",
            "account": texts.get(account.name),
            "confidence": account.confidence,
            "state": "linked",
            "at": account.at,
            "decided_by": account.decided_by,
        }
    )


def _identity(row: Identity, texts: Names) -> IdentityView:
    return IdentityView.model_validate(
        {
            **{name: getattr(row, name) for name in _OF_IDENTITY},
            row.sort: texts.get(row.name),
            "evidence": texts.get(row.evidence),
            "reason": texts.get(row.reason) if row.reason else None,
            "until": row.ends_at,
        }
    )


def _merge(row: Merge, texts: Names) -> MergeView:
    return MergeView.model_validate(
        {
            **{name: getattr(row, name) for name in _OF_MERGE},
            "individual_ids": [row.individual_id, row.other_id],
            "evidence": texts.get(row.evidence),
            "split_reason": texts.get(row.split_reason) if row.split_reason else None,
        }
    )


_OF_IDENTITY = (
    "id",
    "individual_id",
    "sort",
    "confidence",
    "state",
    "proposed_by",
    "at",
    "confirmed_by",
    "confirmed_at",
    "unlinked_by",
    "unlinked_at",
)
_OF_MERGE = (
    "id",
    "state",
    "proposed_by",
    "at",
    "confirmed_by",
    "confirmed_at",
    "split_by",
    "split_at",
    "split_confirmed_by",
    "split_confirmed_at",
)
