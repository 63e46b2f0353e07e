"""Who is kept from an appeal: everybody who touched what is appealed (R115, D13)."""

from __future__ import annotations

from collections.abc import Iterable

from appeals_svc.model import HAD_NO_PART, Participation


def took_part(sub: str, participants: Iterable[Participation]) -> bool:
    """Whoever evaluated, recommended, signed, advised, enacted or reported is out: at counsel's gate, as facilitator, as reviewer and on
    the panel alike (R115, D13).
    """  # noqa: D205 - the rule is one sentence
    return any(one.sub == sub and one.role not in HAD_NO_PART for one in participants)
