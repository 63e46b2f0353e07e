"""What enacting brings about: who acts, what is done where and until when, how far it may be told (R14, R84, R92, D15, D17, D23)."""

from datetime import date, datetime, timedelta
from typing import Literal

from kernel.kinds import Kind

from ban_svc.model import ActingAccount, ActionSpec, BanFacts, Effect
from ban_svc.rules.numbers import POLICY

Disclosure = Literal["public", "restricted", "confidential"]
_NARROWER: tuple[Disclosure, ...] = ("public", "restricted", "confidential")
_WIDEST: dict[Kind, Disclosure] = {
    Kind.EVENT_BAN: "restricted",
    Kind.CONDUCT_WARNING: "confidential",
    Kind.CHECKUSER: "confidential",
    Kind.CHILD_PROTECTION: "confidential",
}


def acting_account(kind: Kind, *, enforces_global_ban: bool) -> ActingAccount:
    """User:WMFOffice acts, but a staff account for a CheckUser and for a range block that enforces no global ban (R78, R85, R92, D15)."""
    if kind is Kind.CHECKUSER or (kind is Kind.RANGE_BLOCK and not enforces_global_ban):
        return ActingAccount.STAFF
    return ActingAccount.WMFOFFICE


def effects_of(spec: ActionSpec, *, on: date) -> tuple[Effect, ...]:
    """Each account and each address has its own effects, and where there are several of one sort they are numbered as the text names
    them (R14, R84).
    """  # noqa: D205 - the rule is one sentence
    wanted = POLICY.value(f"effects_{spec.kind}", on=on)
    found: list[Effect] = []
    for sort, named in (("account", spec.accounts or ()), ("address", spec.addresses or ())):
        for one in wanted.get(sort, ()):
            places = [one["effect"]] if len(named) == 1 else [f"{one['effect']}:{place}" for place in range(1, len(named) + 1)]
            found += [Effect(one["wiki"], place) for place in places]
    return tuple(found)


def ends_at(spec: ActionSpec, ban: BanFacts | None) -> datetime | None:
    """It ends at its expiry date, and a range block at the latest with the ban that it enforces (R29, D15)."""
    ends = [end for end in (spec.expires_at, ban.expires_at if ban else None) if end is not None]
    return min(ends, default=None)


def address_until(enacted_at: datetime, expires_at: datetime | None) -> datetime:
    """An address that a ban names counts for ninety days from the last evidence, and never longer than the ban (R18, D23)."""
    days: int = POLICY.value("address_days", on=enacted_at.date())
    until = enacted_at + timedelta(days=days)
    return until if expires_at is None else min(until, expires_at)


def disclosure_of(spec: ActionSpec) -> Disclosure:
    """The narrower of what the kind and what the proposal allows wins (R67, R112, D17)."""
    return max(spec.disclosure, _WIDEST.get(spec.kind, "public"), key=_NARROWER.index)
