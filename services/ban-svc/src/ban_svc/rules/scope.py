"""Where a ban holds, and which events that covers (R14, R25, R27, R28, R36)."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

from kernel.decision import Decision, Reason
from kernel.kinds import Kind

from ban_svc.model import ActionSpec, Matter
from ban_svc.model.event import EventFacts, Organiser
from ban_svc.model.spec import Scope
from ban_svc.rules.numbers import POLICY


def covers(scope: Scope | None, event: EventFacts) -> bool:
    """A ban covers an event when every field of its scope admits it: one of the countries, which hold all their cities, one of the places,
    one of the projects, one of the events, and an affiliate's or partner's event only where the scope says so (R25, R27, R28);
    a global ban, which has no scope, covers every event on record (R14, R36, D18).
    """  # noqa: D205 - the rule is one sentence
    if scope is None:
        return True
    return (
        (event.organiser is not Organiser.ASSOCIATED or bool(scope.associated))
        and _meets(scope.countries, event.countries)
        and (scope.places is None or any(lies_in(event.place, place) for place in scope.places))
        and _meets(scope.projects, event.projects)
        and _meets(scope.events, (event.id,))
    )


def lies_in(place: str | None, wider: str) -> bool:
    """A place lies in another when it names all of its parts: *Old Harbour, Utrecht* lies in *utrecht* (R28)."""
    parts = _parts(wider)
    return place is not None and bool(parts) and parts <= _parts(place)


def veiled(place: str, veil: Callable[[str], str]) -> str:
    """A place whose parts are veiled one by one lies in the same places as before, when theirs are veiled the same way (DESIGN 7)."""
    return ", ".join(sorted(veil(part) for part in _parts(place)))


def moment_of(event: EventFacts, asked: datetime) -> datetime:
    """Whether somebody is banned from an event is asked of its start, or of the moment asked about where that is later (R28, R29)."""
    return max(asked, event.opens)


def has_its_scope(spec: ActionSpec, matter: Matter) -> Decision:
    """A global ban holds everywhere; an event ban says where, *everywhere* takes no narrower word beside it, its countries exist, and
    every event that it names is on record and inside the rest of what it says (R14, R27, R28).
    """  # noqa: D205 - the rule is one sentence
    scope = spec.scope
    narrowed = scope is not None and any((scope.countries, scope.places, scope.projects, scope.events))
    event = spec.kind is Kind.EVENT_BAN
    decision = Decision.of(
        (
            spec.kind is Kind.GLOBAL_BAN and scope is not None and (narrowed or not scope.everywhere),
            Reason("global_is_everywhere", "A global ban holds on all sites, platforms and activities; leave its scope out.", "R14"),
        ),
        (event and scope is None, Reason("scope_missing", "Say where the event ban holds.", "R27")),
        (
            event and scope is not None and scope.everywhere and narrowed,
            Reason("scope_contradicts", "The scope says everywhere and names places beside it; say one of the two.", "R28"),
        ),
        (
            event and scope is not None and not scope.everywhere and not narrowed,
            Reason("scope_empty", "The scope is neither everywhere nor any place, project or event.", "R28"),
        ),
    )
    if not event or scope is None or not decision:
        return decision
    events = {one.id: one for one in matter.events}
    inside = names_events(scope, events, starts_at=spec.starts_at, expires_at=spec.expires_at)
    return decision & may_be_scope(scope, on=matter.now.date()) & inside


def may_be_scope(scope: Scope, *, on: date) -> Decision:
    """A field that is named names at least one value, and a country is one of ISO 3166-1 (R28)."""
    empty = any(values is not None and not values for values in (scope.countries, scope.places, scope.projects, scope.events))
    empty = empty or any(not _parts(place) for place in scope.places or ())
    nothing = "A field of the scope is there and names nothing, so that nothing is covered; leave it out."
    return are_countries(scope.countries or (), on=on) & Decision.of((empty, Reason("scope_contradicts", nothing, "R28")))


def are_countries(countries: Iterable[str], *, on: date) -> Decision:
    """A country is named by its two letters in ISO 3166-1 (R28)."""
    known = frozenset(POLICY.value("countries", on=on).split())
    return Decision.of(
        *(
            (True, Reason("country_unknown", f"{country} is no country of ISO 3166-1; use its two letters, such as NL.", "R28"))
            for country in dict.fromkeys(countries)
            if country not in known
        )
    )


def names_events(scope: Scope, events: Mapping[str, EventFacts], *, starts_at: datetime | None, expires_at: datetime | None) -> Decision:
    """An event that a scope names is on record, and nothing else that the ban says leaves it out again (R28)."""
    named = [events.get(one) for one in scope.events or ()]
    found = [one for one in named if one is not None]
    outside = [one for one in found if not covers(scope, one) or not overlaps(one, starts_at, expires_at)]
    return Decision.of(
        (
            len(found) < len(named),
            Reason("event_unknown", "One of the events is not on record; a steward enters it first.", "R28"),
        ),
        (
            bool(outside),
            Reason("scope_contradicts", "The scope names an event that its places, projects, organisers or dates leave out again.", "R28"),
        ),
    )


def overlaps(event: EventFacts, starts_at: datetime | None, expires_at: datetime | None) -> bool:
    """A ban and an event meet when neither is over before the other begins (R28, R29)."""
    return (starts_at is None or starts_at < event.over) and (expires_at is None or event.opens < expires_at)


def capacities_of(kind: Kind, *, on: date) -> tuple[str, ...]:
    """A global ban binds the person in their own capacity and as an agent of others: what they may not do they may not do for another
    either, paid or not (R15, R20).
    """  # noqa: D205 - the rule is one sentence
    return tuple(POLICY.value("capacities", on=on).get(kind, ()))


def _meets(wanted: Iterable[str] | None, given: Iterable[str]) -> bool:
    """Tell whether a field admits the event; an absent field is any."""
    return wanted is None or not frozenset(wanted).isdisjoint(given)


def _parts(place: str) -> frozenset[str]:
    """Split a place at its commas; case and Unicode form make no difference."""
    parts = (" ".join(unicodedata.normalize("NFC", part).casefold().split()) for part in place.split(","))
    return frozenset(part for part in parts if part)
