"""Ten members, known to counsel alone (D13)."""

from __future__ import annotations

from datetime import date

from kernel.decision import Decision, Reason

from appeals_svc.rules.numbers import POLICY


def may_enrol(*, sitting: int, pseudonym_used: bool, sits_already: bool, on: date) -> Decision:
    """The committee has ten members, each under a pseudonym that nobody had before (D13)."""
    chairs: int = POLICY.value("committee_members", on=on)
    return Decision.of(
        (sitting >= chairs, Reason("committee_full", "Every chair of the committee is taken; somebody leaves first.", "D13")),
        (pseudonym_used, Reason("pseudonym_used", "This pseudonym is or was another's; votes of two people would look like one's.", "D13")),
        (sits_already, Reason("sits_already", "This person sits on the committee already.", "D13")),
    )


def may_depart(*, sits: bool) -> Decision:
    """A member leaves once (D13)."""
    return Decision.of((not sits, Reason("left_already", "This member has left the committee.", "D13")))
