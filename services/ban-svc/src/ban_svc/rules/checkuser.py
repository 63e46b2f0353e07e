"""A CheckUser: for one of the purposes that the policy allows, where it is pertinent and nothing else would do (R73-R78, D3)."""

from kernel.decision import Decision, Reason
from kernel.kinds import Kind

from ban_svc.model import ActionSpec, Matter
from ban_svc.rules.numbers import POLICY


def uses_checkuser(spec: ActionSpec, matter: Matter) -> Decision:
    """A CheckUser records an allowed purpose, why it is pertinent and why there is no other way, names what is checked, and gives the
    reason when its results are withheld (R74, R76, R77).
    """  # noqa: D205 - the rule is one sentence
    if spec.kind is not Kind.CHECKUSER:
        return Decision()
    use, allowed = spec.checkuser, POLICY.value("grounds_checkuser", on=matter.now.date())
    return Decision.of(
        (
            use is None,
            Reason("checkuser_missing", "Record in `checkuser` its purpose, why it is pertinent, and why no other way is.", "R76"),
        ),
        (
            use is not None and use.purpose not in allowed,
            Reason("purpose_not_allowed", f"The purpose of a CheckUser is one of {', '.join(allowed)}.", "R74"),
        ),
        (
            use is not None and use.share == "withheld" and not use.share_why,
            Reason("share_why_missing", "Results that are withheld from stewards are withheld for a reason; record it.", "R77"),
        ),
        (not (spec.accounts or spec.addresses), Reason("nothing_to_check", "Name the accounts or addresses to check.", "R76")),
    )
