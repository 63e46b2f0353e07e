"""One event as it was heard, and the words for why it cannot be reacted to now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.streams import BadEvent, parse
from kernel.decision import Refused

from chassis.bus import Incoming
from chassis.errors import Malformed, NotFound
from chassis.service import Permanent, Reaction


class Behind(Exception):
    """An earlier event of the same key is parked."""


class OutOfOrder(Exception):
    """The event's version is not the one that follows."""


# Trying again cannot change these: the facts say no, or the event cannot be read.
FINAL = (Permanent, Refused, NotFound, Malformed, BadEvent)


@dataclass(slots=True)
class Heard:
    """One event with what is known of it: parsed, and fetched for, or why not."""

    incoming: Incoming
    stream: str
    key: str
    event_id: UUID
    version: int
    event: Any = None
    reaction: Reaction | None = None
    facts: Any = None
    error: Exception | None = None

    @property
    def is_canary(self) -> bool:
        """Whether it is a heartbeat of the platform, to which nobody reacts."""
        return self.event is not None and self.event.is_canary


def read(incoming: Incoming, reactions: Mapping[str, Mapping[str, Reaction]]) -> Heard:
    """Parse an event and find its reaction; one that cannot be parsed keeps the error."""
    stream = next((name for name in reactions if incoming.topic == name or incoming.topic.endswith(f".{name}")), incoming.topic)
    try:
        event = parse(stream, incoming.value)
    except BadEvent as error:
        # No id can be trusted here: its place in the topic names it, and a repeat finds the same name.
        return Heard(incoming, stream, incoming.key.decode("utf-8", "replace"), _place_id(incoming), 0, error=error)
    kinds = reactions[stream]
    return Heard(incoming, stream, event.key_bytes().decode(), event.meta.id, event.version, event, kinds.get(event.kind))


def name_of(error: Exception) -> str:
    """Name an error without its text, which may hold case content; a refusal's codes are safe."""
    if isinstance(error, Refused):
        return "Refused: " + ", ".join(reason.code for reason in error.reasons)
    if isinstance(error, (OutOfOrder, Permanent)):
        return f"{type(error).__name__}: {error}"
    return type(error).__name__


def _place_id(incoming: Incoming) -> UUID:
    return uuid5(NAMESPACE_URL, f"kafka:{incoming.topic}/{incoming.partition}/{incoming.offset}")
