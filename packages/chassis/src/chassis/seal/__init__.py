"""A hash chain over what must not be changed afterwards: audit, access log and outbox; the outside witness shows a cut tail (DESIGN 7)."""

from chassis.seal.chain import Bad, Checkpoint, Verifier, VerifyResult, verify
from chassis.seal.export import checkpoint, export
from chassis.seal.sealer import SealError, seal_step

__all__ = ["Bad", "Checkpoint", "SealError", "Verifier", "VerifyResult", "checkpoint", "export", "seal_step", "verify"]
