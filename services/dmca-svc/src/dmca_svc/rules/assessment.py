"""A person's word over the machine's: which elements a notice has, and what follows (R40, D8, 17 U.S.C. 512(c)(3))."""

from collections.abc import Collection, Mapping

from kernel.decision import Decision, Reason

from dmca_svc.model import NoticeFacts, State
from dmca_svc.model.notice import EVALUATED
from dmca_svc.reading import Finding, Verdict
from dmca_svc.reading.model import NOTICE_ELEMENTS
from dmca_svc.reading.verdict import verdict_of_notice

CITES = {
    "signature": "17 U.S.C. 512(c)(3)(A)(i)",
    "work": "17 U.S.C. 512(c)(3)(A)(ii)",
    "material": "17 U.S.C. 512(c)(3)(A)(iii)",
    "contact": "17 U.S.C. 512(c)(3)(A)(iv)",
    "good_faith": "17 U.S.C. 512(c)(3)(A)(v)",
    "accuracy_authority": "17 U.S.C. 512(c)(3)(A)(vi)",
}
_LACKS = {
    "signature": "The notice lacks a signature of a person authorised to act for the owner.",
    "work": "The notice does not name the work that is infringed.",
    "material": "The notice does not say which material infringes and where it is.",
    "contact": "The notice does not say how its sender can be reached.",
    "good_faith": "The notice lacks the statement of good-faith belief.",
    "accuracy_authority": "The notice lacks the statement of accuracy, or that of authority under penalty of perjury.",
}


def may_assess(notice: NoticeFacts, elements: Collection[str], *, taken_back: bool = False) -> Decision:
    """Until the notice is in review, a person may say of each of the six elements whether it is met, and which pages it names; not those
    for which the complainant took it back (R40, D8, D10).
    """  # noqa: D205 - the rule is one sentence
    unjudged = [name for name in NOTICE_ELEMENTS if name not in elements]
    return Decision.of(
        (
            notice.state not in EVALUATED,
            Reason("not_in_evaluation", f"The notice is {notice.state}; its elements are judged before it goes into review.", "R40"),
        ),
        (
            bool(unjudged),
            Reason("elements_unjudged", f"A person says of every element whether it is met; not yet of: {', '.join(unjudged)}.", "D8"),
        ),
        (taken_back, Reason("withdrawn_already", "The complainant took the notice back for one of these pages.", "D10")),
    )


def verdict(elements: Mapping[str, bool]) -> Verdict:
    """All six elements: compliant; work, material and contact but another missing: curable; otherwise defective (D8, 512(c)(3)(B)(ii))."""
    return verdict_of_notice({name: Finding(elements[name]) for name in NOTICE_ELEMENTS})


def state_after(found: Verdict, *, cure_open: bool = False) -> State:
    """Only a compliant notice goes on to review as one; any other stays received, with its verdict shown, and a curable one of which the
    complainant was asked for what is missing waits for the cure (D8).
    """  # noqa: D205 - the rule is one sentence
    if found is Verdict.COMPLIANT:
        return State.COMPLIANT
    return State.CURE_REQUESTED if found is Verdict.CURABLE and cure_open else State.RECEIVED


def lacks(missing: Collection[str]) -> tuple[Reason, ...]:
    """Each element that is missing is a reason of its own, with its paragraph of the statute (D8)."""
    return tuple(Reason(f"lacks_{name}", _LACKS[name], CITES[name]) for name in NOTICE_ELEMENTS if name in missing)


def already_removed(down_elsewhere: Collection[bool]) -> bool:
    """Where every page that a notice names is down for another one already, that ground of a rejection is proposed to a person (D9)."""
    return bool(down_elsewhere) and all(down_elsewhere)


def differences(machine: Mapping[str, bool], person: Mapping[str, bool]) -> tuple[str, ...]:
    """What the person found otherwise than the machine is kept beside the assessment (D8)."""
    return tuple(name for name, met in person.items() if machine.get(name, False) is not met)
