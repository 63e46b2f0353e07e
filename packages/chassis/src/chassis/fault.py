"""Named points at which a test may break the process; in production each is one comparison with None."""

from collections.abc import Awaitable, Callable

POINTS = (
    "commit.before",
    "commit.after",
    "relay.read.after",
    "relay.sent.before",
    "relay.sent.after",
    "relay.stamped.after",
    "inbox.read.after",
    "inbox.fetched.before",
    "inbox.fetched.after",
    "inbox.applied.before",
    "inbox.applied.after",
    "inbox.offset.before",
    "inbox.offset.after",
    "ticker.read.after",
    "ticker.acted.before",
    "ticker.acted.after",
    "ticker.parked.before",
    "ticker.parked.after",
    "delivery.attempt.before",
    "delivery.attempt.after",
    "delivery.call.before",
    "delivery.call.after",
    "delivery.receipt.before",
    "delivery.receipt.after",
)
"""Every point there is; the journeys break each one, and their number may not fall."""

Hook = Callable[[str, str], Awaitable[None]]

# Set by `chassis.testing` alone, which a production install lacks; no environment variable arms a fault.
_hook: Hook | None = None


async def fault(name: str, of: str = "") -> None:
    """Let a test break the work here; `name` is one of POINTS, `of` the operation whose work it is where several pass one point."""
    if _hook is not None:
        await _hook(name, of)
