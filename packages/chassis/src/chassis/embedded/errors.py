"""What goes wrong with an embedded server, as sentences."""


class EmbeddedError(RuntimeError):
    """An embedded server cannot be had; the message says why and what to do."""


class StillInUseError(EmbeddedError):
    """Living processes use the servers of this home, so they are not ended."""
