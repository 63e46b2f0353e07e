"""At what a text is aimed, one by one: what a modification adds, what it takes away, and what that means on wikis (R17, R80, R83, D26)."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from kernel.addresses import canonical_address, may_be_address, network_of
from kernel.decision import Decision, Reason
from kernel.names import canonical_user, may_be_user

from ban_svc.model import ActionSpec, Effect
from ban_svc.rules.aim import ABOUT_A_PERSON
from ban_svc.rules.effect import effects_of
from ban_svc.rules.enforcement import reversals_of
from ban_svc.rules.individual import is_named
from ban_svc.rules.numbers import POLICY

_SORTS = ("accounts", "addresses", "rights", "pages")
_BARE: dict[str, None] = dict.fromkeys(_SORTS)
_SHOWS = {"protect": ("level",), "template": ("template", "instructions")}
"""What an effect on a page shows of the protection that the text says (R81, R82)."""


@dataclass(frozen=True, slots=True)
class Aim:
    """One account, range, right or page of a text, told from the others of its sort by `name`, however it is spelled; `effects` are what it
    asks for on wikis when nothing else of its sort is named.
    """  # noqa: D205 - one sentence

    sort: str
    name: str
    effects: tuple[Effect, ...] = ()


def aims_of(spec: ActionSpec, *, on: date) -> tuple[Aim, ...]:
    """Each account, range, right and page of a text is an aim of its own, and so is material that only a sealed record names (D20)."""
    found = []
    for sort in _SORTS:
        for one in getattr(spec, sort) or ():
            alone = spec.model_copy(update={**_BARE, sort: (one,)})
            found.append(Aim(sort, _name(one), _without_place(alone, on)))
    material = effects_of(spec.model_copy(update=_BARE), on=on)
    return (*found, Aim("material", "", material)) if material else tuple(found)


def added(old: ActionSpec, new: ActionSpec, *, on: date) -> tuple[Aim, ...]:
    """What a text names that the one before did not is added (D26)."""
    before = aims_of(old, on=on)
    return tuple(one for one in aims_of(new, on=on) if one not in before)


def effects_by_aim(texts: Iterable[ActionSpec], *, on: date) -> dict[Aim, tuple[Effect, ...]]:
    """Everything that the texts of one action have ever named keeps its number: the first text numbers as it names them, and what a later
    one adds goes on from there, so that *unlock:2* is the same account for good (R113).
    """  # noqa: D205 - the rule is one sentence
    given: dict[Aim, tuple[Effect, ...]] = {}
    count: Counter[str] = Counter()
    for text in texts:
        fresh = [one for one in aims_of(text, on=on) if one not in given]
        single = {sort for sort, many in Counter(one.sort for one in fresh).items() if many == 1 and not count[sort]}
        for one in fresh:
            count[one.sort] += 1
            place = "" if one.sort in single else f":{count[one.sort]}"
            given[one] = tuple(Effect(effect.wiki, effect.effect + place) for effect in one.effects)
    return given


def named_by_effects(texts: Iterable[ActionSpec], *, on: date) -> dict[Effect, str]:
    """An effect on a wiki, and what undoes it, is of the account, range, right or page that has its number (R93, R113)."""
    found: dict[Effect, str] = {}
    for aim, effects in effects_by_aim(texts, on=on).items():
        if aim.name:
            found |= dict.fromkeys((*effects, *reversals_of(effects, by_the_clock=False, on=on)), aim.name)
    return found


def is_done_anew(effect: Effect, old: ActionSpec, new: ActionSpec) -> bool:
    """What shows on a page how it is protected is done anew there when that changes (R81, R82)."""
    shown = _SHOWS.get(effect.effect.partition(":")[0], ())
    before, now = old.protection, new.protection
    return any(getattr(before, name, None) != getattr(now, name, None) for name in shown)


def is_wider(old: ActionSpec, new: ActionSpec, *, on: date) -> Decision:
    """Naming an account, a range outside those named, a right or a page that was not named before, or protecting a page more strictly, is
    wider (R17, R69, R79, R80, R83, D26).
    """  # noqa: D205 - the rule is one sentence
    fresh = added(old, new, on=on)
    more = {one.sort for one in fresh}
    outside = [one.name for one in fresh if one.sort == "addresses" and not _inside(one.name, old.addresses or ())]
    return Decision.of(
        ("accounts" in more, Reason("account_added", "It names an account that it did not name.", "R17")),
        (bool(outside), Reason("range_added", "It names an address or range that it did not hold.", "R83")),
        ("rights" in more, Reason("right_added", "It removes a right that it did not remove.", "R69")),
        ("pages" in more, Reason("page_added", "It names a page that it did not name.", "R79")),
        (
            _is_stricter(old, new, on),
            Reason("protection_raised", "It protects more strictly, or at a level that compares to none.", "R80"),
        ),
    )


def is_still_theirs(*, kept: bool) -> tuple[Reason, ...]:
    """An account that a text names no more stays the person's, and under every ban of theirs, as long as a link of two people or another
    decision in force says that it is theirs; whoever signs reads that (R17, D23).
    """  # noqa: D205 - the rule is one sentence
    says = "An account that it names no more stays this person's, for a link or another decision says so; undo that too."
    return Decision.of((kept, Reason("account_stays_theirs", says, "D23"))).reasons


def is_about_somebody(old: ActionSpec, new: ActionSpec) -> bool:
    """A decision about pages or material alone was aimed at nobody, and names nobody later either (R17, D26)."""
    aimed = old.accounts or old.individual_id is not None
    return bool(aimed) or not new.accounts or old.kind not in ABOUT_A_PERSON


def is_held(network: str, named: Iterable[str]) -> bool:
    """An address or range is held by those that lie around it, or are it (D23)."""
    return is_named(network_of(network), named)


def _without_place(alone: ActionSpec, on: date) -> tuple[Effect, ...]:
    """Give the effects of what a text names alone, less those of material, which it names nowhere."""
    material = effects_of(alone.model_copy(update=_BARE), on=on)
    return tuple(one for one in effects_of(alone, on=on) if one not in material)


def _name(one: object) -> str:
    """Write an account, a range, a right or a page the one way; what can be none stays as it is, another rule says why."""
    if isinstance(one, str):
        return canonical_address(one) if may_be_address(one) else one
    account = getattr(one, "name", None)
    if account is not None:
        return canonical_user(account) if may_be_user(account) else str(account)
    where = getattr(one, "wiki", "")
    return f"{where}:{getattr(one, 'group', None) or getattr(one, 'title', '')}"


def _inside(address: str, named: Sequence[str]) -> bool:
    """Tell whether an address or range lies wholly inside one of these."""
    return bool(may_be_address(address)) and is_held(address, [one for one in named if may_be_address(one)])


def _is_stricter(old: ActionSpec, new: ActionSpec, on: date) -> bool:
    """Tell whether the level rises; one that the list does not know compares with none."""
    before, now = (_level(one.protection.level) if one.protection else "" for one in (old, new))
    order: list[str] = list(POLICY.value("protection_levels", on=on))
    if before == now or not now:
        return False
    return before not in order or now not in order or order.index(now) > order.index(before)


def _level(level: str) -> str:
    return re.sub(r"[\W_]+", " ", level).strip().casefold()
