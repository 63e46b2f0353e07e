"""What the policy asks a text to record, and this one leaves to those who sign: no refusal, a point on record that they see (R23, R35, R62,
R65, R68, R73).
"""  # noqa: D205 - one sentence

from datetime import date

from kernel.decision import Decision, Reason
from kernel.kinds import Kind

from ban_svc.model import ActionSpec
from ban_svc.rules.numbers import POLICY

OTHER = "other:"
_RIGHTS_USED = frozenset({Kind.RIGHTS_REMOVAL, Kind.CHECKUSER, Kind.PAGE_PROTECTION, Kind.RANGE_BLOCK, Kind.OTHER})
_MISCONDUCT = frozenset({Kind.GLOBAL_BAN, Kind.EVENT_BAN, Kind.CONDUCT_WARNING})
_BANS = {"event_ban": "an event ban", "global_ban": "a global ban"}


def is_exceptional(spec: ActionSpec) -> Decision:
    """An event ban is for the safety of those who attend, in exceptional circumstances, which `extraordinary` records (R23)."""
    unsaid = spec.kind is Kind.EVENT_BAN and not spec.extraordinary
    return Decision.of(
        (
            unsaid,
            Reason(
                "circumstances_unsaid",
                "The text does not say in `extraordinary` which exceptional circumstances call for an event ban; those who sign judge it.",
                "R23",
            ),
        )
    )


def is_about_events(spec: ActionSpec) -> Decision:
    """An event ban rests on a complaint about conduct that occurs or may occur at in-person events: each ground of the list is about such
    conduct, one in words may not be (R35).
    """  # noqa: D205 - the rule is one sentence
    in_words = bool(spec.grounds) and all(ground.startswith(OTHER) for ground in spec.grounds)
    return Decision.of(
        (
            spec.kind is Kind.EVENT_BAN and in_words,
            Reason(
                "events_unsaid",
                "Its ground is in words alone: those who sign judge whether the complaint is about conduct at in-person events.",
                "R35",
            ),
        )
    )


def leaves_margin(spec: ActionSpec) -> Decision:
    """A conduct warning is meant to prevent and to calm, and is given where there is margin for it, which `margin` records (R62)."""
    return Decision.of(
        (
            spec.kind is Kind.CONDUCT_WARNING and not spec.margin,
            Reason("margin_unsaid", "The text does not say in `margin` why there is margin for a warning; those who sign judge it.", "R62"),
        )
    )


def is_a_courtesy(spec: ActionSpec) -> Decision:
    """A warning may stand in for the event or global ban that would be due, as a courtesy and on record; good contributions are no reason
    for it, for they do not outweigh harm (R65).
    """  # noqa: D205 - the rule is one sentence
    ban = _BANS.get(spec.instead_of or "")
    says = f"It stands in for {ban} as a courtesy: those who sign agree to that, and not because contributions outweigh harm."
    return Decision.of((ban is not None, Reason("courtesy_for_a_ban", says, "R65")))


def weighs_harm(spec: ActionSpec) -> Decision:
    """Where it is decided not to act on misconduct, good contributions are not the reason, for they do not outweigh harm (R65)."""
    return Decision.of(
        (
            spec.kind in _MISCONDUCT,
            Reason("contributions_do_not_outweigh", "Contributions do not outweigh harm: the reason not to act is another.", "R65"),
        )
    )


def promises_nothing(words: str, *, on: date) -> Decision:
    """What a person is told promises no counselling afterwards and tells of no success of warnings, for there is neither (R68)."""
    told = " ".join(words.casefold().split())
    found = [one for one in POLICY.value("never_promised", on=on) if one in told]
    return Decision.of(
        (
            bool(found),
            Reason("promise_made", f"It speaks of what nobody is promised ({', '.join(found)}): there is none to be had.", "R68"),
        )
    )


def is_the_smallest(spec: ActionSpec) -> Decision:
    """Where advanced rights are used the text records why no smaller measure would do: in `smallest_measure`, and of a CheckUser in why
    there is no other way (R73, R76).
    """  # noqa: D205 - the rule is one sentence
    said = spec.smallest_measure or (spec.checkuser.no_other_way if spec.checkuser else None)
    return Decision.of(
        (
            spec.kind in _RIGHTS_USED and not said,
            Reason(
                "smallest_action",
                "The text does not say in `smallest_measure` why no smaller measure would do; those who sign judge it.",
                "R73",
            ),
        )
    )


def open_points(spec: ActionSpec, *, on: date) -> Decision:
    """What the policy asks to be recorded and the text does not say is asked of those who sign: they answer it in their notes, or return it
    (R23, R35, R62, R65, R68, R73).
    """  # noqa: D205 - the rule is one sentence
    told = " ".join((spec.warning or "", *(spec.reapply_criteria or ())))
    return (
        is_exceptional(spec)
        & is_about_events(spec)
        & leaves_margin(spec)
        & is_a_courtesy(spec)
        & promises_nothing(told, on=on)
        & is_the_smallest(spec)
    )
