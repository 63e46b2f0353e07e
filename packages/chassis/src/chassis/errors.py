"""What an edge may answer besides a refusal of the law; `chassis.http.problems` gives each its status."""

from kernel.decision import Reason


class OfficeError(Exception):
    """An answer for the caller: a code, a sentence that says what to do, and the source it rests on."""

    def __init__(self, code: str, says: str, cite: str = "docs/decisions/0017") -> None:
        """`code` is the last part of the problem's `type`, `says` a sentence that echoes no input."""
        super().__init__(says)
        self.reasons = (Reason(code=code, says=says, cite=cite),)


class NotFound(OfficeError):
    """There is no such thing, or the caller may not know of it."""

    def __init__(self, noun: str) -> None:
        """`noun` names the kind of thing, never its id."""
        super().__init__("not_found", f"There is no such {noun}.")


class Conflict(OfficeError):
    """The thing changed since the caller read it."""


class NotAllowed(OfficeError):
    """The token is good, but its roles do not open this."""


class Malformed(OfficeError):
    """The request cannot be read as what it claims to be."""


class AccessReasonMissing(OfficeError):
    """Reading this needs a stated reason."""

    def __init__(self) -> None:
        """The header's name is part of the sentence."""
        super().__init__(
            "access_reason_missing", "Say why you read this in the header X-Access-Reason; the reason is logged.", "docs/security.md"
        )


class Busy(OfficeError):
    """Nothing was done, and the same call will do later; answered with `Retry-After`."""

    def __init__(self, code: str = "busy", says: str = "The service is busy with the same thing; nothing was done, try again.") -> None:
        """One second is long enough for every case that raises this."""
        super().__init__(code, says)


class AccessNotWritten(Busy):
    """The access could not be logged, so nothing is shown: no log, no read (DESIGN 7)."""

    def __init__(self) -> None:
        """The cause is in the log of the service, not in the answer."""
        super().__init__("access_not_logged", "This read could not be written to the access log, so nothing is shown; try again.")


class Unauthenticated(OfficeError):
    """There is no token, or it does not prove who calls."""


class IdempotencyKeyMissing(OfficeError):
    """An operation that creates something was called without saying which attempt this is."""

    def __init__(self) -> None:
        """The header's name is part of the sentence."""
        super().__init__(
            "idempotency_key_missing", "Send a header Idempotency-Key, new for each thing you create and the same when you repeat the call."
        )


class StillRunning(OfficeError):
    """The same call is being worked on right now; answered with `Retry-After`."""

    retry_after = 1

    def __init__(self) -> None:
        """The repeat will be told what the first call did."""
        super().__init__("still_running", "A call with this Idempotency-Key is still running; repeat it to be told its answer.")


class TooLarge(OfficeError):
    """The body is longer than this operation takes."""

    def __init__(self, limit: int) -> None:
        """`limit` in bytes."""
        super().__init__("too_large", f"The body may have at most {limit:,} bytes.")


class TooMany(OfficeError):
    """The caller asked too often; answered with `Retry-After`."""

    def __init__(self, retry_after: int) -> None:
        """`retry_after` in seconds."""
        super().__init__("too_many", "You asked too often; wait as long as Retry-After says and go on.")
        self.retry_after = retry_after


class Unavailable(OfficeError):
    """Something that this answer needs cannot be reached; nothing was done. Answered with `Retry-After`."""

    retry_after = 2

    def __init__(self, says: str = "The service cannot reach what it needs; nothing was done, try again.") -> None:
        """`says` names what is missing, never an address."""
        super().__init__("unavailable", says)
