"""Changing a decision in force: what is ordinary, what is substantial and atypical, and who decides it (R29-R31, R102, R103, D26)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kernel.decision import Decision, Reason
from kernel.months import add_months
from kernel.review import Course, Level, chain_for
from kernel.review.chain import Chain

from ban_svc.model import ActionSpec, LifeFacts, Nature, Route, Scope, Term, WaitingFacts
from ban_svc.rules.aimed import is_about_somebody, is_wider
from ban_svc.rules.lift import is_in_force, may_act_on
from ban_svc.rules.numbers import POLICY

CHANGEABLE = frozenset(
    {
        "expires_at",
        "starts_at",
        "irrevocable",
        "scope",
        "term",
        "no_rights_until",
        "reapply_criteria",
        "warning",
        "grounds",
        "tou_basis",
        "justification",
        "extraordinary",
        "overrides_local",
        "prior_warnings",
        "no_warning_reason",
        "margin",
        "instead_of",
        "smallest_measure",
        "disclosure",
        "disclosure_reason",
        "accounts",
        "addresses",
        "pages",
        "rights",
        "protection",
    }
)
"""What a modification may change. The kind, the person and the matter that it belongs to are decided anew."""
_AIMS = frozenset({"accounts", "addresses", "pages", "rights"})
_OPEN = ("public", "restricted", "confidential")
_FIELDS = ("countries", "places", "projects", "events")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a modification is: its nature, whether it burdens, and why, as remarks for those who sign."""

    nature: Nature
    burdens: bool
    remarks: tuple[Reason, ...] = ()

    def route(self, nature: Nature) -> Route:
        """What burdens goes through the chain of the kind, and what its author takes for substantial too, for Legal signs it; the rest
        needs the manager and one more (R102, D26).
        """  # noqa: D205 - the rule is one sentence
        return Route.CHAIN if self.burdens or nature == "substantial_atypical" else Route.TWO_PEOPLE


def changed(old: ActionSpec, new: ActionSpec) -> frozenset[str]:
    """Name the fields that say something else; saying nothing and saying none is the same."""
    return frozenset(name for name in ActionSpec.model_fields if (getattr(old, name) or None) != (getattr(new, name) or None))


def judge(old: ActionSpec, new: ActionSpec, term: Term) -> Judgement:
    """A wider scope, an account, range, right or page more, stricter protection, finite to indefinite, adding *irrevocable*, long term to
    permanent and an end more than twelve months later are substantial and atypical; a later end by months, a correction and a narrowing are
    ordinary; of extensions that together exceed the first term, Legal says why they are not substantial (R31, R102, R103, D26).
    """  # noqa: D205 - the rule is one sentence
    substantial = _substantial(old, new, term)
    total = Decision.of(
        (
            _later(old, new) and not substantial.reasons and _exceeds_first(new, term),
            Reason("exceeds_first_term", "All extensions together exceed the first term; Legal's note says why it is ordinary.", "D26"),
        )
    )
    nature: Nature = "substantial_atypical" if substantial.reasons else "ordinary"
    return Judgement(nature, bool(substantial.reasons) or _burdens(old, new), substantial.reasons + total.reasons)


def may_modify(
    facts: LifeFacts, old: ActionSpec, new: ActionSpec, nature: Nature, term: Term, *, waiting: WaitingFacts | None, by: str
) -> Decision:
    """A decision in force is changed in what it says and what it names of its person, once its own chain has ended; never in whom it is
    against, nor in what was over once done; and its nature is at least what the rule finds (D4, D26).
    """  # noqa: D205 - the rule is one sentence
    allowed = is_in_force(facts) & may_act_on(facts) & _is_free(facts, waiting, by=by)
    if new.kind is not old.kind:
        # What else the text says is another kind's, which may have no action at all.
        another = Reason("kind_changed", "Another kind has another chain; propose that, naming what led to it.", "D26")
        return allowed & Decision.of((True, another))
    judged = judge(old, new, term)
    return allowed & Decision.of(
        (not changed(old, new), Reason("nothing_changed", "The text says what is in force already.", "D26")),
        *(
            (True, Reason("field_fixed", f"A modification does not change {name}; decide it anew.", "D26"))
            for name in sorted(_fixed(facts, old, new))
        ),
        (
            nature == "ordinary" and judged.nature != "ordinary",
            Reason("nature_understated", "This is substantial and atypical: " + " ".join(one.says for one in judged.remarks), "D26"),
        ),
    )


def is_signed(waiting: WaitingFacts, state: str) -> Decision:
    """Levels sign what burdens, as long as its review is open; a narrowing waits for a second person instead (D26)."""
    return Decision.of(
        (waiting.route is not Route.CHAIN, Reason("two_people_decide", "It burdens nobody; a second person confirms it.", "D26")),
        (state != "proposed", Reason("review_closed", "This review has ended; nothing more is signed in it.", "D2")),
    )


def may_enact_modification(facts: LifeFacts, waiting: WaitingFacts | None, state: str, *, by: str) -> Decision:
    """An enforcer puts into force what the whole chain approved, once; never whoever proposed it, is aimed at or recused (R113, D1)."""
    if waiting is None:
        return is_in_force(facts) & Decision.of((True, Reason("enacted_already", "The modification is in force already.", "R20")))
    return (
        is_in_force(facts)
        & may_act_on(facts)
        & Decision.of(
            (state != "approved", Reason("not_approved", "Its chain has not approved the modification.", "R113")),
            (by == waiting.by, Reason("evaluator_enacts", "Whoever proposed the modification does not put it into force.", "D1")),
        )
    )


def may_take_back(waiting: WaitingFacts | None, *, by: str) -> Decision:
    """Whoever proposed a modification may take it back as long as it is not in force; it counts as neither upheld nor refused (D2)."""
    return Decision.of(
        (waiting is None, Reason("not_open", "No modification waits; what is in force is lifted or modified.", "R106")),
        (
            waiting is not None and waiting.by != by,
            Reason("not_the_evaluator", "Only whoever proposed the modification withdraws it.", "D1"),
        ),
    )


def chain_of_modification(spec: ActionSpec, facts: LifeFacts, optional: frozenset[Level] = frozenset()) -> Chain:
    """What burdens is signed by the kind's whole chain, and its nature by Legal also where the kind's column has no Legal (D26)."""
    chain = chain_for(spec.kind, Course.ACT, optional=optional, on=facts.now.date())
    levels = tuple(level for level in Level if level in chain.column or level is Level.LEGAL)
    return Chain(chain.kind, chain.course, levels, levels, chain.optional, chain.approvals, chain.cite)


def is_narrower(new: Scope | None, old: Scope | None) -> bool:
    """A scope lies inside another when each field that the other names is named too, with no value more; absent is any (R28)."""
    if old is None or old.everywhere:
        return new is None or old is None or not (new.associated and not old.associated)
    if new is None or new.everywhere or (new.associated and not old.associated):
        return False
    return all(_inside(getattr(new, field), getattr(old, field)) for field in _FIELDS)


def _inside(new: Sequence[str] | None, old: Sequence[str] | None) -> bool:
    """Tell whether the values of a field lie inside those of another; an absent field is any value."""
    return old is None or (new is not None and set(new) <= set(old))


def _is_free(facts: LifeFacts, waiting: WaitingFacts | None, *, by: str) -> Decision:
    """Only one modification waits at a time, and none before the decision's own chain has ended."""
    return Decision.of(
        (
            waiting is not None and (waiting.by != by or waiting.route is Route.CHAIN),
            Reason("proposed_already", "Another modification waits; it is decided first.", "D26"),
        ),
        (
            facts.signed_after,
            Reason("chain_not_ended", "Its own chain has not ended; it is changed once it was approved as it was done.", "D4"),
        ),
    )


def _fixed(facts: LifeFacts, old: ActionSpec, new: ActionSpec) -> frozenset[str]:
    """Name what is changed and cannot be."""
    different = changed(old, new)
    once_done = facts.kind not in POLICY.value("liftable", on=facts.now.date())
    aims = _AIMS if once_done else frozenset({"accounts"} if not is_about_somebody(old, new) else ())
    return different - CHANGEABLE | different & aims


def _substantial(old: ActionSpec, new: ActionSpec, term: Term) -> Decision:
    """Collect what makes it substantial and atypical."""
    on = term.began_at.date()
    months: int = POLICY.value("ordinary_extension_months", on=on)
    return is_wider(old, new, on=on) & Decision.of(
        (
            not is_narrower(new.scope, old.scope),
            Reason("scope_widened", "It holds where it did not hold before.", "D26"),
        ),
        (
            old.expires_at is not None and new.expires_at is None,
            Reason("made_indefinite", "It had an end and has none any more.", "D26"),
        ),
        (
            bool(new.irrevocable) and not old.irrevocable,
            Reason("made_irrevocable", "It says irrevocable, which closes a way to appeal (R32).", "D26"),
        ),
        (
            old.term == "long_term" and new.term == "permanent",
            Reason("made_permanent", "It was long term and is permanent.", "D26"),
        ),
        (
            _later(old, new) and not _within(old.expires_at, new.expires_at, months),
            Reason("extended_beyond_months", f"Its end comes more than {months} months later.", "R103"),
        ),
    )


def _burdens(old: ActionSpec, new: ActionSpec) -> bool:
    """Tell whether the person is worse off: longer, earlier, told to more, on more grounds, warned of more, kept from rights longer; or a
    page is shown in another way.
    """  # noqa: D205 - one sentence
    return any(
        (
            _later(old, new),
            old.starts_at != new.starts_at and (old.starts_at is not None and (new.starts_at is None or new.starts_at < old.starts_at)),
            _OPEN.index(new.disclosure) < _OPEN.index(old.disclosure),
            not set(new.grounds) <= set(old.grounds),
            new.warning != old.warning,
            bool(set(new.reapply_criteria or ()) - set(old.reapply_criteria or ())),
            _is_later(old.no_rights_until, new.no_rights_until),
            bool(new.overrides_local) and not old.overrides_local,
            _template(old) != _template(new),
        )
    )


def _template(spec: ActionSpec) -> str | None:
    return spec.protection.template if spec.protection else None


def _later(old: ActionSpec, new: ActionSpec) -> bool:
    return old.expires_at is not None and new.expires_at is not None and new.expires_at > old.expires_at


def _is_later(old: datetime | None, new: datetime | None) -> bool:
    """Tell whether a time without rights grows; none at all is the shortest."""
    return new is not None and (old is None or new > old)


def _within(old: datetime | None, new: datetime | None, months: int) -> bool:
    """Tell whether an end moves by no more calendar months than these."""
    return old is not None and new is not None and new.date() <= add_months(old.date(), months)


def _exceeds_first(new: ActionSpec, term: Term) -> bool:
    """Tell whether what lies behind the first end is longer than the first term was."""
    end, first = new.expires_at, term.first_end
    return end is not None and first is not None and end - first > first - term.began_at
