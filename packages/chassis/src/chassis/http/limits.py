"""How often a caller may ask: moving windows in the memory of one process (the library `limits`)."""

import math
from typing import TYPE_CHECKING

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from chassis.clock import Clock
from chassis.errors import TooMany

if TYPE_CHECKING:
    from chassis.runtime import Runtime


class Limits:
    """One a service and process; in dev mode it lets everything pass."""

    def __init__(self, *, off: bool) -> None:
        """`off` is dev mode."""
        self._off = off
        self._windows = MovingWindowRateLimiter(MemoryStorage())

    def spend(self, what: str, key: str, per_minute: int) -> None:
        """Count one request of `key` against a limit; a refused request is not counted.

        Raises:
            TooMany: `per_minute` requests lie within the last minute; it says when the oldest leaves the window.
        """
        if self._off:
            return
        limit = RateLimitItemPerMinute(per_minute)
        if not self._windows.hit(limit, what, key):
            free_at = self._windows.get_window_stats(limit, what, key).reset_time
            raise TooMany(max(1, math.ceil(free_at - Clock().wall().timestamp())))


def limits_of(runtime: "Runtime") -> Limits:
    """Give the service's limits; intake asks `limits_of(edge.runtime).spend("sender", sender, 60)`, except in urgent lanes."""
    found: Limits = runtime.state.setdefault("http.limits", None) or Limits(off=runtime.settings.dev)
    runtime.state["http.limits"] = found
    return found
