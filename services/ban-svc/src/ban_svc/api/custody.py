"""The chain of custody over HTTP: a marked copy for counsel, an auditor or a court (R113, R114, D17, D18, D20)."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from chassis.edge import Edge
from chassis.http import OpenEdge, Router, walk
from kernel.actor import Role
from kernel.digest import digest
from kernel.kinds import Kind
from pydantic import BaseModel

from ban_svc import rules
from ban_svc.actions import custody as found
from ban_svc.api.actions import readable
from ban_svc.api.problems import PROBLEMS
from ban_svc.api.shapes import Moment, PerformerView, ReasonView

custody = Router(prefix="/bans/v1", tags=["bans"])
READERS = (Role.AUDITOR, Role.LEGAL)


class SealView(BaseModel):
    """A row's place in the chain that `office audit verify` checks."""

    no: int
    hash: str


class StepView(BaseModel):
    """One step, done or refused: `at` by the law's clock, `recorded_at` by the wall's; `digest` is of the text that stood then."""

    at: Moment
    recorded_at: Moment
    what: str
    by: PerformerView
    prior_state: str | None = None
    state: str | None = None
    digest: str | None = None
    copy_digest: str | None = None
    reasons: list[ReasonView] | None = None
    event_id: UUID | None = None
    request_id: str
    seal: SealView | None = None


class SignatureView(BaseModel):
    """One person's word over exactly one text."""

    level: str
    by: str
    verdict: str
    digest: str
    at: Moment
    delegation_id: UUID | None = None


class LookView(BaseModel):
    """One look that was logged, by the wall's clock."""

    at: Moment
    by: PerformerView
    operation: str
    reason: str


class RoleView(BaseModel):
    """Who could ask for it: each operation that its role opens. `also` is what the token must hold besides."""

    role: Role
    also: Role | None = None
    operations: list[str]


class GrantView(BaseModel):
    """Persons who could read the name on an event's list, and until when; `left_out_at` is when Legal left it out of that list."""

    list_id: UUID
    event: str
    recipients: list[str]
    since: Moment
    until: Moment
    left_out_at: Moment | None = None


class CopyMadeView(BaseModel):
    """A copy of such a list that somebody made while the ban stood."""

    list_id: UUID
    copy_number: str
    made_for: str
    made_at: Moment


class CouldSeeView(BaseModel):
    """Who could see it: by the roles that operations declare, by grants of event lists, by the register."""

    roles: list[RoleView]
    grants: list[GrantView]
    register_entry: str | None = None


class MarkView(BaseModel):
    """Whose copy this is; `digest` covers everything but the mark and the notice, and is in the trail."""

    made_for: PerformerView
    made_at: Moment
    request_id: str
    digest: str


class CustodyView(BaseModel):
    """An action's chain of custody, marked."""

    notice: str
    mark: MarkView
    action_id: UUID
    kind: str
    state: str
    disclosure: str
    steps: list[StepView]
    signatures: list[SignatureView]
    looks: list[LookView]
    copies: list[CopyMadeView]
    could_see: CouldSeeView


@custody.get("/actions/{action_id}/custody", roles=READERS, reads="the record")
async def read_action_custody(edge: OpenEdge, action_id: UUID) -> CustodyView:
    """Read an action's chain of custody: every step with the digest of the text at that time, who signed, who looked, who could have.

    The copy is marked with you; it is logged with your reason, and the trail keeps its digest.
    """
    action = await readable(edge, action_id)
    parts = _parts(edge, await found.custody_of(edge, action))
    whole = CustodyView.model_validate({"notice": "", "mark": _mark(edge, ""), **parts})
    covered = digest(whole.model_dump(mode="json", exclude_none=True, exclude={"notice", "mark"}))
    found.note_copy(edge, action, covered)
    notice = f"Confidential. Copy of the record made for {edge.by.id} alone, under request {edge.request_id}; it is in the trail."
    return whole.model_copy(update={"notice": notice, "mark": MarkView.model_validate(_mark(edge, covered))})


def could_ask(edge: Edge, kind: Kind, *, checked: bool) -> list[RoleView]:
    """Tell by the declarations of this service's operations, and the rules that stand in them, whose roles open an action of this kind."""
    service, operations = edge.runtime.service, defaultdict[Role, list[str]](list)
    for method, path, roles in walk(service.routers):
        if path == f"{service.prefix}/actions" or "{action_id}" in path:
            for role in roles:
                operations[role].append(f"{method} {path}")
    for method, path, roles in walk((), service.hot if checked else ()):
        for role in roles:
            if rules.may_ask_check(frozenset({role}), past=False):
                operations[role].append(f"{method} {path}")
    return [RoleView(role=role, also=_also(kind, role), operations=sorted(operations[role])) for role in sorted(operations)]


def _also(kind: Kind, role: Role) -> Role | None:
    """Name what the role needs besides. Services ask for what their own reactions need, whatever the kind."""
    alone = role is Role.SERVICE or rules.may_work_on(kind, frozenset({role}))
    return None if alone else Role.CHILD_PROTECTION


def _mark(edge: Edge, covered: str) -> dict[str, Any]:
    by = PerformerView(role=str(edge.by.role), id=edge.by.id)
    return {"made_for": by, "made_at": edge.now, "request_id": edge.request_id, "digest": covered}


def _parts(edge: Edge, whole: found.Custody) -> dict[str, Any]:
    action = whole.action
    return {
        "action_id": action.id,
        "kind": action.kind,
        "state": action.state,
        "disclosure": action.disclosure,
        "steps": [_step(one) for one in whole.steps],
        "signatures": [
            {**{name: getattr(one.row, name) for name in ("level", "by", "verdict", "at", "delegation_id")}, "digest": one.digest}
            for one in whole.signatures
        ],
        "looks": [
            {"at": one.at, "by": {"role": one.role, "id": one.sub}, "operation": one.operation, "reason": one.reason} for one in whole.looks
        ],
        "copies": [
            {"list_id": one.list_id, "copy_number": one.mark.hex(), "made_for": one.reader, "made_at": one.at} for one in whole.copies
        ],
        "could_see": {
            "roles": could_ask(edge, Kind(action.kind), checked=whole.checked),
            "grants": [_grant(one) for one in whole.grants],
            "register_entry": whole.entry,
        },
    }


def _step(one: found.Step) -> dict[str, Any]:
    row = one.row
    step = row.operation.rpartition(":")[2]
    reasons = [
        ReasonView(code=code, says=PROBLEMS.get(code, code.replace("_", " ").capitalize() + "."), cite=cite)
        for code, cite in zip(row.reasons, row.cites, strict=True)
    ]
    return {
        "at": row.law_at,
        "recorded_at": row.at,
        "what": step if row.outcome == "done" else f"{row.outcome}: {step}",
        "by": {"role": row.role, "id": row.sub},
        "prior_state": row.prior_state,
        "state": row.state,
        "digest": one.text,
        "copy_digest": row.digest if step == found.COPIED else None,
        "reasons": reasons or None,
        "event_id": row.event_id,
        "request_id": row.request_id,
        "seal": {"no": one.seal[0], "hash": one.seal[1]} if one.seal else None,
    }


def _grant(one: found.Granted) -> dict[str, Any]:
    row = one.granted
    return {
        "list_id": row.id,
        "event": row.event,
        "recipients": row.recipients,
        "since": row.confirmed_at,
        "until": min(row.until, row.ended_at) if row.ended_at else row.until,
        "left_out_at": one.left_out_at,
    }
