"""From when until when an action holds (R20, R22, R29, D15)."""

from kernel.decision import Decision, Reason
from kernel.kinds import Kind

from ban_svc.model import ActionSpec, Matter


def lasts_as_it_may(spec: ActionSpec, matter: Matter) -> Decision:
    """An end lies in the future and after the start; only an event ban begins later than it is enacted, and a range block does not
    outlive its ban (R20, R29, D15).
    """  # noqa: D205 - the rule is one sentence
    start, end, ban = spec.starts_at, spec.expires_at, matter.enforces
    return Decision.of(
        (
            end is not None and end <= matter.now,
            Reason("ends_in_the_past", "The end lies in the past; name one in the future, or none.", "R29"),
        ),
        (
            start is not None and end is not None and end <= start,
            Reason("ends_before_it_starts", "The end must lie after the start.", "R28"),
        ),
        (
            start is not None and spec.kind is not Kind.EVENT_BAN,
            Reason("starts_at_enactment", "It takes effect at the moment of enactment and cannot begin at another.", "R20"),
        ),
        (
            end is not None and ban is not None and ban.expires_at is not None and end > ban.expires_at,
            Reason("outlives_its_ban", "A range block ends at the latest with the ban that it enforces.", "D15"),
        ),
    )
