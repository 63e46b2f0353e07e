"""Which ranges a text names, known to the database though it cannot read the text (R83, D16, D23).

Beside each sealed text lies a hash of each range that it names, fixed as the text is. Nothing can be told or tried out from it without the
proof that goes into it, which only this service's key makes. A cover shows proofs and ranges, and the database takes it when they give one
of the hashes of what the chain decided last, and of each text since by which two people took some of it away.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from chassis.edge import Edge
from kernel.addresses import canonical_address, network_of
from kernel.kinds import Kind

from ban_svc import rules
from ban_svc.actions.text import decided_specs
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
    edge: Edge, action: Action, address: str, until: datetime | None, *, texts: Sequence[Sequence[str]], since: datetime | None = None
) -> Cover:
    """Make the row that covers an address or range, from now on if nothing else is said; `texts` are the ranges of each that holds it."""
    begins = since or edge.now
    row = Cover(action_id=action.id, kind=action.kind, network=canonical_address(address), starts_at=begins, ends_at=until)
    show(edge, row, texts)
    return row


def show(edge: Edge, row: Cover, texts: Sequence[Sequence[str]]) -> None:
    """Show which range of each text holds what a row covers. Where one has none the row stays as it is, and the database has the word."""
    holds = [next((canonical_address(one) for one in named if rules.is_held(str(row.network), [one])), None) for named in texts]
    found = [one for one in dict.fromkeys(holds) if one is not None]
    if None not in holds:
        row.named, row.proofs = found, [_proof(edge, row.action_id, one) for one in found]


async def decided_ranges(edge: Edge, action: Action) -> list[list[str]]:
    """Read the ranges of what the chain decided last, and of each text since by which two people took some of them away."""
    return [[canonical_address(one) for one in spec.addresses or ()] for spec in await decided_specs(edge, action)]


def _proof(edge: Edge, action_id: UUID, named: str) -> bytes:
    return edge.runtime.keyring.hash("ban.range", f"{action_id} {named}")


def _as_sent(address: str) -> bytes:
    """Write a range as PostgreSQL's `cidr_send` does, whose text is not in all cases ours."""
    network = network_of(address)
    packed = network.network_address.packed
    return bytes((_FAMILY[network.version], network.prefixlen, 1, len(packed))) + packed
