"""Removal of advanced rights: which, on which wiki, for how long, and on what terms they may come back (R69-R73)."""

from kernel.decision import Decision, Reason
from kernel.kinds import Kind

from ban_svc.model import ActionSpec, Matter

PRIVACY = "privacy_prevents_community_handling"
"""The ground that puts on record that the community cannot handle it because the information cannot be shared (R69)."""


def removes_rights(spec: ActionSpec, matter: Matter) -> Decision:
    """A removal, which answers a breach of trust short of expulsion, names each right on its wiki once, and is permanent or long term; a
    long-term one says until when, and tells at the time what may be asked for before the rights come back (R69, R70, R71, R72, R73).
    """  # noqa: D205 - the rule is one sentence
    if spec.kind is not Kind.RIGHTS_REMOVAL:
        return Decision()
    rights = [(right.wiki, right.group) for right in spec.rights or ()]
    until, permanent = spec.no_rights_until, spec.term == "permanent"
    return Decision.of(
        (not rights, Reason("rights_missing", "Name in `rights` each group on each wiki.", "R69")),
        (len(set(rights)) < len(rights), Reason("right_twice", "The same group of the same wiki is named twice.", "R73")),
        (spec.term is None, Reason("term_missing", "Say in `term` whether the removal is permanent or long term.", "R71")),
        (
            spec.term == "long_term" and until is None,
            Reason("no_rights_until_missing", "A long-term removal says in `no_rights_until` when its holder may apply again.", "R72"),
        ),
        (
            permanent and (until is not None or bool(spec.reapply_criteria)),
            Reason(
                "permanent_has_no_return", "A permanent removal has no date and no criteria of return; make it long term instead.", "R71"
            ),
        ),
        (
            until is not None and until <= matter.now,
            Reason("no_rights_until_past", "The end of the time without rights lies in the past.", "R72"),
        ),
    )
