"""From a change and what its owner answered to the facts of one letter: each takes only what its own reader may know."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from notify_svc.letters.days import day_of, day_or_none, local_day, moment
from notify_svc.letters.facts import (
    LONGEST_PASSAGE,
    AccountMeasure,
    Alert,
    Announcement,
    Appeal,
    CounterNoticed,
    CourtAction,
    Decided,
    Ended,
    Facts,
    Measure,
    Notice,
    Received,
    Released,
    RightsRemoved,
    SenderLockedOut,
    SenderWarned,
    Takedown,
    UnusualRate,
    Warned,
)
from notify_svc.letters.templates import TEMPLATES
from notify_svc.letters.words import LOCALES, WORDS, Words, spoken
from notify_svc.model import Change, Found, Party, Person
from notify_svc.rules import POLICY, appeal_right
from notify_svc.rules.condition import counter_notice_of, court_action_of

Given = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """When somebody is told, and in which words."""

    at: datetime
    words: Words


def facts_of(
    template: str, change: Change, person: Person, *, party: Party, found: Found, told_at: datetime, locale: str = LOCALES[0]
) -> Facts:
    """Give the facts of a letter to one person about one change; `told_at` is the law's time, from which appeal dates count (D7).

    What its owner says in words of its own stays as it was said, whatever the `locale`.
    """
    kind = TEMPLATES[template]
    given = _GIVERS[kind](change, party, person, found, Told(told_at, WORDS[locale]))
    return kind.model_validate({"reference": str(change.about_id), **given})


def _received(change: Change, _party: Party, _person: Person, _found: Found, told: Told) -> Given:
    return {"received_on": day_of(change.state["received_at"]), "missing": _spoken(told.words.missing, change.state.get("missing", ()))}


def _decided(change: Change, party: Party, _person: Person, found: Found, told: Told) -> Given:
    decided_at = moment(change.state.get("decided_at")) or change.dt
    if change.kind in {"overturned", "modified"}:
        decided_at = change.dt
    # Overturning is no new issuance: what an appeal decided is not appealed again (R102).
    final = change.kind in {"overturned", "resolved"}
    return {
        "decided_on": decided_at.date(),
        # Whom the community has for it, and on which grounds a request is refused, in its owner's own words (R6, R114).
        "pointers": found.facts.get("pointers", ()),
        "reasons": found.facts.get("refused_because", ()),
        "appeals": [] if final else _rights(change, party, told.at),
    }


def _sender_warned(change: Change, _party: Party, _person: Person, _found: Found, _told: Told) -> Given:
    return {"warned_on": change.dt.date()}


def _sender_locked_out(change: Change, _party: Party, _person: Person, _found: Found, _told: Told) -> Given:
    return {"until": moment((change.state.get("sender") or {}).get("locked_out_until"))}


def _account_measure(change: Change, party: Party, person: Person, _found: Found, told: Told) -> Given:
    begins = change.state.get("starts_at") or change.state.get("enacted_at")
    return {
        "account": person.wiki_user,
        "since": change.dt.date() if change.kind == "modified" else (moment(begins) or change.dt).date(),
        "appeals": _rights(change, party, told.at),
    }


def _measure(change: Change, party: Party, person: Person, found: Found, told: Told) -> Given:
    return {
        **_account_measure(change, party, person, found, told),
        "expires_on": day_or_none(change.state.get("expires_at")),
        "irrevocable": change.state.get("irrevocable", False),
    }


def _rights_removed(change: Change, party: Party, person: Person, found: Found, told: Told) -> Given:
    subject = found.facts.get("subject", {})
    return {
        **_account_measure(change, party, person, found, told),
        "no_rights_until": day_or_none(subject.get("no_rights_until")),
        "reapply_criteria": subject.get("reapply_criteria", ()),
    }


def _warned(change: Change, party: Party, person: Person, found: Found, told: Told) -> Given:
    warning = found.facts.get("subject", {}).get("warning")
    return {"account": person.wiki_user, "warned_on": change.dt.date(), "warning": warning, "appeals": _rights(change, party, told.at)}


def _ended(change: Change, _party: Party, person: Person, _found: Found, _told: Told) -> Given:
    return {"account": person.wiki_user, "ended_on": (moment(change.state.get("ended_at")) or change.dt).date()}


def _released(change: Change, _party: Party, person: Person, _found: Found, _told: Told) -> Given:
    return {"account": person.wiki_user, "on": change.dt.date()}


def _notice(change: Change, _party: Party, _person: Person, found: Found, told: Told) -> Given:
    rejected = change.kind == "rejected"
    # Its owner's own sentences, one for each ground; what is missing is listed apart.
    grounds = found.facts.get("contacts", {}).get("rejection")
    codes = [code for code in change.state.get("rejection", ()) if not code.startswith("lacks_")]
    return {
        "on": day_of(change.state["received_at"]) if change.kind == "received" else change.dt.date(),
        "pages": _pages(found.facts.get("contacts", {}).get("pages", ())),
        "missing": _spoken(told.words.missing, change.state.get("missing", ())),
        "reasons": () if not rejected else _spoken(told.words.rejection, codes) if grounds is None else grounds,
        # A notice rejected is a decision that its complainant may appeal (D14).
        "appeals": _rights(change, Party.REQUESTER, told.at) if rejected else (),
        "agent": _address("agent_address", told.at),
    }


def _takedown(change: Change, _party: Party, person: Person, found: Found, told: Told) -> Given:
    contacts = found.facts.get("contacts", {})
    known = found.facts.get("pages_of", {})
    # Where nobody knows who gave which page, whoever it was is told of all that the notice names.
    own = known.get(person.key, ()) if known else contacts.get("pages", ())
    return {
        "account": person.wiki_user,
        "on": change.dt.date(),
        "pages": _pages(own),
        "complainant": _complainant(contacts),
        "agent": _address("agent_address", told.at),
        "links": POLICY.value("counter_notice_links", on=told.at.date()),
    }


def _announcement(change: Change, _party: Party, _person: Person, found: Found, _told: Told) -> Given:
    contacts = found.facts.get("contacts", {})
    # What everybody may read of the notice is for dmca-svc to say; here are only the words around it.
    told = contacts.get("announcement", {})
    return {
        "on": change.dt.date(),
        "pages": _pages(contacts.get("pages", ())),
        "complainant": _complainant(contacts),
        "work": told.get("work"),
        "notice": _fitting(told.get("notice")),
    }


def _counter_noticed(change: Change, party: Party, person: Person, found: Found, told: Told) -> Given:
    contacts = found.facts.get("contacts", {})
    public = counter_notice_of(change) or {}
    sent: Mapping[str, Any] = next(
        (one for one in contacts.get("counter_notices", ()) if str(one["counter_notice_id"]) == public.get("counter_notice_id")), {}
    )
    window = public.get("window") or {}
    to_complainant = party is Party.COMPLAINANT
    return {
        "account": None if to_complainant else person.wiki_user,
        "on": day_of(public.get("received_at", change.state["received_at"])),
        "missing": () if to_complainant else _spoken(told.words.missing, public.get("missing", ())),
        "unverified": not to_complainant and not public.get("subscriber_verified", False),
        "elsewhere": not to_complainant and public.get("received_by_agent_at") is None,
        # The statute has the complainant be given a copy, name and all (17 U.S.C. 512(g)(2)(B)).
        "sender": (sent.get("name") or sent.get("wiki_user")) if to_complainant else None,
        "text": _fitting(sent.get("text")) if to_complainant else None,
        "pages": _pages(sent.get("pages") or contacts.get("pages", ())) if to_complainant else (),
        "opens_on": local_day(window.get("opens")),
        "closes_on": local_day(window.get("closes"), ends=True),
        "agent": _address("agent_address", told.at),
        "links": POLICY.value("counter_notice_links", on=told.at.date()),
    }


def _court_action(change: Change, party: Party, person: Person, _found: Found, told: Told) -> Given:
    action = court_action_of(change) or {}
    return {
        "account": None if party is Party.COMPLAINANT else person.wiki_user,
        "on": day_of(action["received_at"]) if action else change.dt.date(),
        "forum": told.words.forum["ccb" if action.get("forum") == "ccb" else "court"],
        "holds": action.get("state") == "holding",
        "agent": _address("agent_address", told.at),
    }


def _appeal(change: Change, _party: Party, _person: Person, _found: Found, told: Told) -> Given:
    state = change.state
    return {
        "on": day_of(state["filed_at"]) if change.kind == "filed" else change.dt.date(),
        "answer_by": day_or_none(state.get("answer_due_at")),
        # Nothing of a case is answered before the appellant is verified (D14), and why it fails is of the case.
        "reasons": _spoken(told.words.ineligible, state.get("ineligible_codes", ())) if state.get("appellant_verified") else (),
        "outcome": spoken(told.words.outcome, state["outcome"]) if state.get("outcome") else None,
        "to": _address("appeals_address", told.at),
    }


def _alert(change: Change, _party: Party, _person: Person, _found: Found, told: Told) -> Given:
    return {
        "noun": change.aggregate.replace("_", " "),
        "kind": spoken(told.words.kind, change.matter),
        "at": change.dt,
        "due": moment((change.state.get("clock") or {}).get("target_at")),
        "change": change.kind.replace("_", " "),
    }


def _unusual_rate(change: Change, _party: Party, _person: Person, _found: Found, _told: Told) -> Given:
    return {"at": change.dt, **change.state["rate"]}


_GIVERS: Mapping[type[Facts], Callable[[Change, Party, Person, Found, Told], Given]] = {
    Received: _received,
    Decided: _decided,
    SenderWarned: _sender_warned,
    SenderLockedOut: _sender_locked_out,
    AccountMeasure: _account_measure,
    Measure: _measure,
    RightsRemoved: _rights_removed,
    Warned: _warned,
    Ended: _ended,
    Released: _released,
    Notice: _notice,
    Takedown: _takedown,
    Announcement: _announcement,
    CounterNoticed: _counter_noticed,
    CourtAction: _court_action,
    Appeal: _appeal,
    Alert: _alert,
    UnusualRate: _unusual_rate,
}


def _rights(change: Change, party: Party, told_at: datetime) -> list[Given]:
    state = change.state
    if change.kind == "modified" and state.get("nature") != "substantial_atypical":
        # An ordinary change opens no new window; the first letter's date stands (R103).
        return []
    issued = moment(state.get("issued_at")) or moment(state.get("decided_at")) or change.dt
    rights = appeal_right(
        party=party,
        matter=change.matter,
        issued_at=issued,
        told_at=told_at,
        course=state.get("course", "act"),
        expires=state.get("expires_at") is not None,
        irrevocable=state.get("irrevocable", False),
        part_of_global_ban=state.get("part_of") is not None,
    )
    return [{"to": right.to, "on": right.on} for right in rights]


def _fitting(text: str | None) -> str | None:
    """Leave out a text that no letter can hold: then the letter says where it is to be had."""
    return None if text is None or len(text) > LONGEST_PASSAGE else text


def _address(name: str, told_at: datetime) -> str:
    return str(POLICY.value(name, on=told_at.date()))


def _complainant(contacts: Mapping[str, Any]) -> str | None:
    complainant = contacts.get("complainant", {})
    named = complainant.get("organisation") or complainant.get("name")
    return None if named is None else str(named)


def _pages(pages: Sequence[Mapping[str, Any]]) -> list[str]:
    return [f"{page['title']} ({page['wiki']})" for page in pages]


def _spoken(among: Mapping[str, str], codes: Sequence[str]) -> list[str]:
    return [spoken(among, code) for code in codes]
