"""Which kinds of action there are, which of them this release carries out, and what each may say (R1, R10, R59)."""

from kernel.decision import Decision, Reason
from kernel.kinds import ACTION_KINDS, Kind

from ban_svc.model import CARRIED, ActionSpec

_ALWAYS = {"kind", "starts_at", "grounds", "tou_basis", "justification", "overrides_local", "imposed_by", "disclosure", "disclosure_reason"}
_PERSON = {"accounts", "individual_id", "expires_at"}
TAKES = {
    Kind.GLOBAL_BAN: _ALWAYS | _PERSON | {"addresses", "scope", "prior_warnings", "no_warning_reason", "escalates"},
    Kind.EVENT_BAN: _ALWAYS | _PERSON | {"scope", "prior_warnings", "no_warning_reason", "irrevocable", "part_of", "escalates"},
    Kind.RANGE_BLOCK: _ALWAYS | {"addresses", "enforces", "expires_at", "extraordinary"},
    Kind.ACCOUNT_TERMINATION: _ALWAYS | {"accounts", "individual_id"},
    Kind.CONDUCT_WARNING: _ALWAYS | {"accounts", "individual_id", "warning", "extraordinary", "prior_warnings"},
}
"""The fields of `ActionSpec` that mean something for a kind; one that does not is refused, so that nobody signs what will not happen."""


def may_carry_out(kind: Kind) -> Decision:
    """Only an office action is proposed here, a DMCA matter is not one of ours, and what this release does not carry out is refused
    whole (R1, R10, R59).
    """  # noqa: D205 - the rule is one sentence
    action = kind in ACTION_KINDS
    return Decision.of(
        (
            kind is Kind.DMCA,
            Reason("dmca_elsewhere", "Copyright notices are decided where they are received; nothing is proposed about them here.", "R42"),
        ),
        (
            kind is not Kind.DMCA and not action,
            Reason("no_action_kind", f"A matter of the kind {kind} is no office action; propose what it should lead to.", "R1"),
        ),
        (
            action and kind not in CARRIED,
            Reason("not_carried_out", f"This release does not carry out actions of the kind {kind}; nothing was stored.", "R113"),
        ),
    )


def says_what_its_kind_takes(spec: ActionSpec) -> Decision:
    """A proposal says only what means something for its kind (R99, D1)."""
    said = {name for name in type(spec).model_fields if getattr(spec, name)}
    return Decision.of(
        *(
            (True, Reason("field_not_of_kind", f"The field {name} means nothing for the kind {spec.kind}; leave it out.", "D1"))
            for name in sorted(said - TAKES[spec.kind])
        )
    )
