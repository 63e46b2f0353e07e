"""May this fact go to this reader (R37, R67, R75, R95, D17, D20, D24, D25)."""

from collections.abc import Mapping
from types import MappingProxyType

from kernel.decision import Decision, Reason

from notify_svc.model import Disclosure, Party

_D = Disclosure
_EVERYBODY = frozenset({_D.REFERENCE})

READS: Mapping[Party, frozenset[Disclosure]] = MappingProxyType(
    {
        Party.REQUESTER: _EVERYBODY | {_D.OWN_CONTACT, _D.DECIDED, _D.STANDING, _D.APPEAL, _D.CORRECTION},
        Party.SUBJECT: _EVERYBODY | {_D.OWN_CONTACT, _D.DECIDED, _D.MEASURE, _D.CRITERIA, _D.WARNING, _D.APPEAL, _D.CORRECTION},
        Party.TEAM: _EVERYBODY | {_D.CLOCK},
        Party.COMMUNITY: _EVERYBODY | {_D.NOTICE, _D.COMPLAINANT},
        Party.COMPLAINANT: _EVERYBODY
        | {_D.OWN_CONTACT, _D.DECIDED, _D.NOTICE, _D.COMPLAINANT, _D.COUNTER_NOTICE, _D.APPEAL, _D.CORRECTION},
        Party.UPLOADER: _EVERYBODY | {_D.OWN_CONTACT, _D.NOTICE, _D.COMPLAINANT, _D.COUNTER_NOTICE, _D.CORRECTION},
        Party.OTHER_AFFECTED: _EVERYBODY | {_D.OWN_CONTACT, _D.DECIDED, _D.CORRECTION},
        Party.FUNCTIONARIES: _EVERYBODY,
        Party.ORGANISER: _EVERYBODY,
    }
)
"""What each reader may learn at all; the matter may narrow it further."""

# What no letter tells anybody: it has its own owner, guard and access log.
_NEVER: Mapping[Disclosure, Reason] = MappingProxyType(
    {
        _D.REQUESTER_IDENTITY: Reason("requester_identity", "Who asked for an action is told to nobody by letter.", "R95"),
        _D.GROUNDS: Reason("grounds", "Why somebody was banned is told in no letter.", "D17"),
        _D.CHILD_PROTECTION: Reason("child_protection", "Who reported, what was found and who was told goes into no letter.", "D20"),
        _D.CHECKUSER: Reason("checkuser", "A check proves nothing against anybody and is never shown as a finding.", "R75"),
    }
)
_DMCA_ONLY = frozenset({_D.NOTICE, _D.COMPLAINANT, _D.COUNTER_NOTICE})


def may_tell(party: Party, fact: Disclosure, matter: str) -> Decision:
    """A reader is told only what the matrix, the policy's confidentiality and the decisions on publication leave to them.

    `matter` is the kind of the matter (`global_ban`, `dmca`, …).
    """
    never = _NEVER.get(fact)
    if never is not None:
        return Decision((never,))
    return Decision.of(
        (fact not in READS[party], Reason("not_for_this_reader", f"This fact is not for the {party}.", "R95")),
        (
            fact is _D.WARNING and (party is not Party.SUBJECT or matter != "conduct_warning"),
            Reason("warning_confidential", "A warning is told to the person warned and to nobody else.", "R67"),
        ),
        (
            fact is _D.CRITERIA and matter != "rights_removal",
            Reason("no_rights_here", "Only whoever loses advanced rights is told what it takes to apply for them again.", "R72"),
        ),
        (
            fact in _DMCA_ONLY and matter != "dmca",
            Reason("no_notice_here", "Only a DMCA matter has a notice, a complainant and counter-notices.", "D17"),
        ),
        (
            fact is _D.MEASURE and matter == "checkuser",
            Reason("check_decides_nothing", "A check decides nothing about a person.", "R75"),
        ),
    )
