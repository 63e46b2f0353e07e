"""What a desk files: the request as rules see it, beside the texts that are sealed at once (R56, R88)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kernel.kinds import Kind

from intake_svc.model.request import Channel, Part, Standing


@dataclass(frozen=True, slots=True)
class Brought:
    """What a request or a completion brings: `content` is for sealing alone, `matter` names subjects and pages one way, if there are.

    `named` are the kinds among its grounds that only a case has.
    """

    parts: frozenset[Part]
    content: Mapping[str, Any]
    matter: str | None = None
    named: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sender:
    """Who asks, as they say; `email` and `wiki_user` are written the one way that they are compared in."""

    standing_as: Standing
    said: Mapping[str, str] = field(default_factory=dict)
    email: str | None = None
    wiki_user: str | None = None


@dataclass(frozen=True, slots=True)
class Filing:
    """A request as it arrives."""

    kind: Kind
    channel: Channel
    sender: Sender
    brought: Brought
    complained_of: tuple[str, ...] = ()
