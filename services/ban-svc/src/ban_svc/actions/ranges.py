"""Which ranges a text names, known to the database though it cannot read the text (R83, D16, D23).

Beside each sealed text lies a hash of each range that it names, fixed as the text is. Nothing can be told or tried out from it without the
proof that goes into it, which only this service's key makes. A cover shows proof and range, and the database takes it when the two give
one of the hashes of what the chain decided last.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from chassis.edge import Edge
from kernel.addresses import canonical_address, network_of
from kernel.kinds import Kind

from ban_svc import rules
from ban_svc.actions.text import decided_spec
from ban_svc.model import ActionSpec
from ban_svc.tables import Action, Cover

COVERS_RANGES = (Kind.GLOBAL_BAN, Kind.RANGE_BLOCK)
# What PostgreSQL sends of a `cidr` begins with these.
_FAMILY = {4: 2, 6: 3}


def named_ranges(edge: Edge, action_id: UUID, spec: ActionSpec) -> list[bytes]:
    """Give the hash of each range that a text names, where its kind covers ranges."""
    if spec.kind not in COVERS_RANGES:
        return []
    named = {canonical_address(one) for one in spec.addresses or ()}
    return sorted(sha256(_proof(edge, action_id, one) + _as_sent(one)).digest() for one in named)


def cover_range(
    edge: Edge, action: Action, address: str, until: datetime | None, *, named: Sequence[str], since: datetime | None = None
) -> Cover:
    """Make the row that covers an address or range, from now on if nothing else is said; `named` are the ranges of the decided text."""
    begins = since or edge.now
    row = Cover(action_id=action.id, kind=action.kind, network=canonical_address(address), starts_at=begins, ends_at=until)
    show(edge, row, named)
    return row


def show(edge: Edge, row: Cover, named: Sequence[str]) -> None:
    """Show which of these ranges holds what a row covers. Where none does the row stays as it is, and the database has the word."""
    holds = next((canonical_address(one) for one in named if rules.is_held(str(row.network), [one])), None)
    if holds is not None:
        row.named, row.proof = holds, _proof(edge, row.action_id, holds)


async def decided_ranges(edge: Edge, action: Action) -> list[str]:
    """Read the ranges of the text that the chain decided last: two people only ever take some of them away."""
    spec = await decided_spec(edge, action)
    return [canonical_address(one) for one in spec.addresses or ()] if spec else []


def _proof(edge: Edge, action_id: UUID, named: str) -> bytes:
    return edge.runtime.keyring.hash("ban.range", f"{action_id} {named}")


def _as_sent(address: str) -> bytes:
    """Write a range as PostgreSQL's `cidr_send` does, whose text is not in all cases ours."""
    network = network_of(address)
    packed = network.network_address.packed
    return bytes((_FAMILY[network.version], network.prefixlen, 1, len(packed))) + packed
