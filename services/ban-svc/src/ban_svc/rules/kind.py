"""Which kinds of action there are, which of them are carried out, and what each may say (R1, R10, R59)."""

from datetime import date

from kernel.decision import Decision, Reason
from kernel.kinds import ACTION_KINDS, Kind
from kernel.review import Course

from ban_svc.model import ActionSpec, Matter
from ban_svc.rules.numbers import POLICY

_ALWAYS = {"kind", "starts_at", "grounds", "tou_basis", "justification", "overrides_local", "imposed_by", "disclosure", "disclosure_reason"}
_ACCOUNTS = {"accounts", "individual_id"}
_PERSON = _ACCOUNTS | {"expires_at"}
_WARNINGS = {"prior_warnings", "no_warning_reason"}
_RIGHTS_USED = {"extraordinary", "smallest_measure"}
TAKES = {
    Kind.GLOBAL_BAN: _ALWAYS | _PERSON | _WARNINGS | {"addresses", "scope", "escalates"},
    Kind.EVENT_BAN: _ALWAYS | _PERSON | _WARNINGS | {"scope", "irrevocable", "part_of", "escalates", "extraordinary"},
    Kind.CHILD_PROTECTION: _ALWAYS | _ACCOUNTS | {"emergency"},
    Kind.CONDUCT_WARNING: _ALWAYS | _ACCOUNTS | {"warning", "margin", "instead_of", "extraordinary", "prior_warnings"},
    Kind.INTERACTION_BAN: _ALWAYS | _PERSON | _WARNINGS | {"warning", "extraordinary"},
    Kind.RIGHTS_REMOVAL: _ALWAYS | _ACCOUNTS | _WARNINGS | _RIGHTS_USED | {"rights", "term", "no_rights_until", "reapply_criteria"},
    Kind.CHECKUSER: _ALWAYS | _RIGHTS_USED | {"accounts", "addresses", "checkuser", "emergency"},
    Kind.PAGE_PROTECTION: _ALWAYS | _RIGHTS_USED | {"pages", "protection", "expires_at"},
    Kind.RANGE_BLOCK: _ALWAYS | _RIGHTS_USED | {"addresses", "enforces", "expires_at"},
    Kind.ACCOUNT_TERMINATION: _ALWAYS | _ACCOUNTS,
    Kind.OTHER: _ALWAYS | _PERSON | _WARNINGS | _RIGHTS_USED | {"pages"},
}
"""The fields of `ActionSpec` that mean something for a kind; one that does not is refused, so that nobody signs what will not happen."""

_SAID_ELSEWHERE = {Kind.CHILD_PROTECTION: frozenset({"pages", "emergency"})}
"""Fields whose refusal has a sentence of its own."""


def may_carry_out(kind: Kind, matter: Matter) -> Decision:
    """Only an office action is proposed here, a DMCA matter is not one of ours, and an interaction ban, which has a column in the procedure
    and no section in the policy any more, is imposed only while that is switched on (R1, R10, R59).
    """  # noqa: D205 - the rule is one sentence
    return Decision.of(
        (
            kind is Kind.DMCA,
            Reason("dmca_elsewhere", "Copyright notices are decided where they are received; nothing is proposed about them here.", "R42"),
        ),
        (
            kind is not Kind.DMCA and kind not in ACTION_KINDS,
            Reason("no_action_kind", f"A matter of the kind {kind} is no office action; propose what it should lead to.", "R1"),
        ),
        (
            kind is Kind.INTERACTION_BAN and matter.course is Course.ACT and not matter.interaction_bans,
            Reason(
                "interaction_bans_off",
                "The policy has no section on interaction bans any more and none is imposed; propose a warning, or counsel sets the date "
                "from which they are.",
                "R59",
            ),
        ),
    )


def interaction_bans_imposed(on: date) -> bool:
    """Interaction bans are imposed from the date on that counsel set for it, and until then they are not (R59)."""
    return bool(POLICY.value("interaction_bans_imposed", on=on))


def says_what_its_kind_takes(spec: ActionSpec) -> Decision:
    """A proposal says only what means something for its kind (R99, D1)."""
    said = {name for name in type(spec).model_fields if getattr(spec, name)}
    foreign = said - TAKES[spec.kind] - _SAID_ELSEWHERE.get(spec.kind, frozenset()) - {"emergency"}
    return Decision.of(
        *(
            (True, Reason("field_not_of_kind", f"The field {name} means nothing for the kind {spec.kind}; leave it out.", "D1"))
            for name in sorted(foreign)
        )
    )
