"""The conditions that the matrix may name: each asks one thing of the change, and its docstring is the condition."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from notify_svc.model import Change, Party

Condition = Callable[[Change, Party], bool]
_IN_FORCE = {"enacted", "enforced"}
_PUT_AWAY = {"no_formal_notice", "joined_elsewhere", "not_answered"}


def heard(change: Change, _party: Party) -> bool:
    """A sender who is locked out is not answered out of courtesy (R118, D12)."""
    sender = change.state.get("sender") or {}
    return sender.get("state") != "locked_out"


def asks_anew(change: Change, party: Party) -> bool:
    """What was missing at receipt the acknowledgement has asked for; a sender who is locked out is not asked (R88, D12)."""
    return change.version > 2 and heard(change, party)


def notice_due(change: Change, _party: Party) -> bool:
    """The neutral notice of a child-protection measure waits while the named group withholds it (D20)."""
    return not change.state.get("notice_withheld", False)


def stands(change: Change, _party: Party) -> bool:
    """A notice that is released goes out while its measure is in force (D20)."""
    return change.state.get("state") in _IN_FORCE


def ended_since(change: Change, party: Party) -> bool:
    """Of a measure that ended while its notice waited, the subject learns that it ended; of one that never came about, nothing (D20)."""
    return was_in_force(change, party) and not stands(change, party)


def substantial(change: Change, _party: Party) -> bool:
    """Only a substantial, atypical modification is a new decision (R102, R103)."""
    return change.state.get("nature") == "substantial_atypical"


def released(change: Change, _party: Party) -> bool:
    """Whoever has an account that a modification took out of a decision is told that it concerns them no more (R95, D26)."""
    return bool(change.state.get("released"))


def released_openly(change: Change, party: Party) -> bool:
    """Of a measure whose notice waits nobody learns by being released from it (D20)."""
    return released(change, party) and notice_due(change, party)


def was_in_force(change: Change, _party: Party) -> bool:
    """An emergency measure was in force before its chain declined it (D4)."""
    return change.state.get("enacted_at") is not None


def was_in_force_openly(change: Change, party: Party) -> bool:
    """A reversed measure of which its subject was not told ends as quietly as it began (D4, D20)."""
    return was_in_force(change, party) and notice_due(change, party)


def came_directly(change: Change, _party: Party) -> bool:
    """A notice that was passed on has been acknowledged where it arrived (R87)."""
    return change.state.get("request_id") is None


def was_notice(change: Change, _party: Party) -> bool:
    """The letter of a rejection goes to whoever sent a notice; what was put away as none is not answered like one (R39, R41)."""
    return not _PUT_AWAY & set(change.state.get("rejection", ()))


def no_notice(change: Change, _party: Party) -> bool:
    """Whoever wrote what is no formal notice is pointed to the volunteers; what joined another matter gets no letter of its own (R39)."""
    return "no_formal_notice" in change.state.get("rejection", ())


def announced(change: Change, _party: Party) -> bool:
    """A takedown is announced unless Legal recorded a reason not to (D17)."""
    return bool(change.state.get("announce", True))


def mirrored(change: Change, party: Party) -> bool:
    """What concerns Commons is announced there too (R43)."""
    return announced(change, party) and "commonswiki" in change.state.get("wikis", ())


def was_taken_down(change: Change, _party: Party) -> bool:
    """Only those whose material came down are told that a notice was withdrawn (D10)."""
    return change.state.get("taken_down_at") is not None


def counter_notice_accepted(change: Change, _party: Party) -> bool:
    """The complainant's copy goes out once the counter-notice is compliant and its window is set (D10)."""
    return (counter_notice_of(change) or {}).get("window") is not None


def material_is_down(change: Change, _party: Party) -> bool:
    """Whoever is found to have given material after it came down is told then; a word on a counter-notice finds nobody (R49)."""
    return was_taken_down(change, _party) and change.state.get("counter_notice_id") is None


def counter_notice_incomplete(change: Change, _party: Party) -> bool:
    """What a counter-notice lacks is asked for at once (D10)."""
    return _counter_state(change) == "incomplete"


def counter_notice_rejected(change: Change, party: Party) -> bool:
    """A counter-notice that opens no window at all is answered (D10)."""
    return _counter_state(change) == "rejected" and not counter_notice_accepted(change, party)


def stays_down(change: Change, party: Party) -> bool:
    """When an action ended with the material staying down, its subscriber is told (D10)."""
    return _counter_state(change) == "rejected" and counter_notice_accepted(change, party)


def counter_notice_withdrawn(change: Change, _party: Party) -> bool:
    """Whoever took a counter-notice back has that confirmed (D10)."""
    return _counter_state(change) == "withdrawn"


def copy_withdrawn(change: Change, party: Party) -> bool:
    """A complainant who had a copy of a counter-notice learns that it was taken back (D10)."""
    return counter_notice_withdrawn(change, party) and counter_notice_accepted(change, party)


def not_holding(change: Change, _party: Party) -> bool:
    """A court action that holds is told to the subscriber by its own letter (D10)."""
    return (court_action_of(change) or {}).get("state") != "holding"


def from_complainant(change: Change, _party: Party) -> bool:
    """Receipt of a court action is confirmed to the complainant who told us of it, or whose agent did (D10)."""
    return (court_action_of(change) or {}).get("told_by") in {"complainant", "agent"}


def is_appellant(change: Change, party: Party) -> bool:
    """Letters about an appeal go to the appellant, in the role in which they appeal (R105)."""
    return change.state.get("appellant_role") == party.value


CONDITIONS: Mapping[str, Condition] = MappingProxyType(
    {
        condition.__name__: condition
        for condition in (
            heard,
            asks_anew,
            notice_due,
            stands,
            ended_since,
            substantial,
            released,
            released_openly,
            was_in_force,
            was_in_force_openly,
            came_directly,
            was_notice,
            no_notice,
            announced,
            mirrored,
            was_taken_down,
            counter_notice_accepted,
            material_is_down,
            counter_notice_incomplete,
            counter_notice_rejected,
            stays_down,
            counter_notice_withdrawn,
            copy_withdrawn,
            not_holding,
            from_complainant,
            is_appellant,
        )
    }
)


def counter_notice_of(change: Change) -> Mapping[str, Any] | None:
    """Find the counter-notice that the change is about."""
    return _named(change, "counter_notices", "counter_notice_id")


def _counter_state(change: Change) -> str | None:
    state: str | None = (counter_notice_of(change) or {}).get("state")
    return state


def court_action_of(change: Change) -> Mapping[str, Any] | None:
    """Find the court action that the change is about."""
    return _named(change, "court_actions", "court_action_id")


def team_of(change: Change) -> str:
    """A staff alert goes to the team that owns the matter; child protection to the named group alone (R86, D20).

    How many actions there are is no matter's own: whatever the last of them was, the team that acts hears of it (R110).
    """
    if change.kind == "unusual_rate":
        return "trust_and_safety"
    if change.matter == "child_protection":
        return "child_protection"
    if change.aggregate == "appeal":
        return "appeals"
    if change.aggregate == "dmca_notice":
        return "legal"
    return str(change.state.get("team", "trust_and_safety"))


def _named(change: Change, among: str, by: str) -> Mapping[str, Any] | None:
    wanted = change.state.get(by)
    return next((one for one in change.state.get(among, ()) if wanted is not None and one[by] == wanted), None)
