"""Where a ban holds (R14, R25, R27, R28)."""

from kernel.decision import Decision, Reason
from kernel.kinds import Kind

from ban_svc.model import ActionSpec


def has_its_scope(spec: ActionSpec) -> Decision:
    """A global ban holds everywhere; an event ban says where, and *everywhere* takes no narrower word beside it (R14, R27, R28)."""
    scope = spec.scope
    narrowed = scope is not None and any((scope.countries, scope.places, scope.projects, scope.events))
    event = spec.kind is Kind.EVENT_BAN
    return Decision.of(
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
