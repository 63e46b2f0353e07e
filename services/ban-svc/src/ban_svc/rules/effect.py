"""What enacting brings about: who acts, what is done where and until when, how far it may be told (R14, R84, R92, D15, D17, D23)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from kernel.kinds import Kind

from ban_svc.model import ActingAccount, ActionSpec, BanFacts, Effect
from ban_svc.rules.aim import is_about_material
from ban_svc.rules.numbers import POLICY

META = "metawiki"
SEALED = "sealed_record"
"""Stands for the place of reported material, which the sealed record of the case alone knows (D20)."""
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
    """Each account, address, right and page has its own effects, on the wiki that it names or on Meta-Wiki, numbered as the text names them
    where there are several; what a measure of child protection hides or removes is one effect, without a place (R14, R69, R81, R84, D20).
    """  # noqa: D205 - the rule is one sentence
    wanted = POLICY.value(f"effects_{spec.kind}", on=on)
    material = [SEALED] if spec.kind is Kind.CHILD_PROTECTION and is_about_material(spec, on) else []
    said: dict[str, Sequence[str | None]] = {
        "account": [account.wiki for account in spec.accounts or ()],
        "address": [None for _ in spec.addresses or ()],
        "right": [right.wiki for right in spec.rights or ()],
        "page": [page.wiki for page in spec.pages or ()],
        "material": material,
    }
    found: list[Effect] = []
    for sort, wikis in said.items():
        for one in wanted.get(sort, ()):
            for place, named in enumerate(wikis, start=1):
                wiki = (named or META) if one["wiki"] == "named" else one["wiki"]
                found.append(Effect(wiki, one["effect"] if len(wikis) == 1 else f"{one['effect']}:{place}"))
    return tuple(found)


def wikis_told(effects: Iterable[Effect]) -> list[str]:
    """Others learn on which wikis something is done, but of reported material not where it lies (D20)."""
    return sorted({effect.wiki for effect in effects} - {SEALED})


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
