"""What counsel and the auditor see of a case (R95, R123, D4, D20, D27)."""

from kernel.actor import Actor, Role
from kernel.decision import Decision, Reason
from kernel.kinds import Kind

from intake_svc.model.case import CaseFacts
from intake_svc.rules.case import is_complained_of

COUNSEL = frozenset({Role.LEGAL, Role.AUDITOR})


def may_read_file(case: CaseFacts, reader: Actor, *, led_by: frozenset[str] = frozenset()) -> Decision:
    """The whole file of a case is read by Legal for counsel or a court and by the auditor; of child protection only by who is of the named
    group besides, and of a complaint about staff never by those complained of or whom they lead (R95, R123, D4).
    """  # noqa: D205 - the rule is one sentence
    outside = case.kind is Kind.CHILD_PROTECTION and not reader.holds(Role.CHILD_PROTECTION)
    about = is_complained_of(case, reader.sub, led_by=led_by)
    hidden = not reader.roles & COUNSEL or outside or about
    return Decision.of((hidden, Reason("not_yours", "The file of a case is counsel's and the auditor's to read.", "R95")))
