"""The registry of streams: which class speaks on which topic, under which schema and key, and how bytes become an event."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pydantic import ValidationError

from contracts.action import ActionChange
from contracts.appeal import AppealChange
from contracts.case import CaseChange
from contracts.dmca_notice import DmcaNoticeChange
from contracts.envelope import AnyChange, Said
from contracts.notification import NotificationChange
from contracts.request import RequestChange


class BadEvent(ValueError):
    """What arrived is no event of this contract; reading it again cannot help. The text never repeats a value from the event."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One changelog stream: its name, its schema, its Kafka key and the class of its events."""

    name: str
    title: str
    key_fields: tuple[str, ...]
    change: type[AnyChange]
    kinds: Mapping[str, Said]

    def topic(self, datacenter: str | None = None) -> str:
        """Topic to produce to: the stream's name, behind the prefix of the local datacenter where there is one."""
        return f"{datacenter}.{self.name}" if datacenter else self.name


def _registered(change: type[AnyChange]) -> Stream:
    return Stream(change.stream_name(), change.title(), change.key_fields, change, change.kinds)


STREAMS: Final[Mapping[str, Stream]] = MappingProxyType(
    {
        change.stream_name(): _registered(change)
        for change in (RequestChange, CaseChange, ActionChange, DmcaNoticeChange, AppealChange, NotificationChange)
    }
)


def stream_of(topic: str) -> Stream:
    """Find the stream of a topic, with or without a datacenter prefix such as `eqiad.`; BadEvent when there is none."""
    at = topic.find("office_actions.")
    stream = STREAMS.get(topic[at:]) if at == 0 or topic[at - 1 : at] == "." else None
    if stream is None:
        raise BadEvent(f"no stream of ours: {topic[:128]!r}")
    return stream


def parse(topic: str, data: bytes) -> AnyChange:
    """Read an event from the bytes of a record of this topic or stream.

    A field that a newer minor version added is ignored. Anything else that is wrong is a BadEvent naming the place, never the value.
    """
    change = stream_of(topic).change
    try:
        if b"null" in data and _has_null(json.loads(data)):
            raise BadEvent("null is never said; an absent field is left out")
        return change.model_validate_json(data, strict=True, extra="ignore")
    except ValidationError as error:
        places = (
            f"{'.'.join(map(str, e['loc'])) or 'event'}: {e['msg']}" for e in error.errors(include_input=False, include_url=False)[:5]
        )
        raise BadEvent("; ".join(places)) from None
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
        raise BadEvent("not JSON in UTF-8") from None


def _has_null(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_has_null, value.values()))
    if isinstance(value, list):
        return any(map(_has_null, value))
    return value is None
