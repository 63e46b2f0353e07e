"""Until when: six calendar months from issuance or from being informed, and ca@ without limit (R32, R102, R103, D7)."""

from __future__ import annotations

from datetime import UTC, datetime

from kernel.kinds import Kind
from kernel.months import months_after

from appeals_svc.model import AppellantRole, DecisionFacts, Nature, Term, Window
from appeals_svc.rules.numbers import POLICY


def issuance_at(terms: tuple[Term, ...], at: datetime) -> Term | None:
    """The right to appeal counts from the first issuance or from the latest substantial, atypical modification; an ordinary
    extension opens none (R102, R103).

    Returns None when nothing had been issued by `at`.
    """  # noqa: D205 - the rule is one sentence
    issued = [term for term in terms if term.nature is not Nature.ORDINARY and term.at <= at]
    return max(issued, key=lambda term: (term.at, term.version), default=None)


def informed_at(facts: DecisionFacts, issuance: Term) -> datetime | None:
    """Somebody is informed of an issuance when the letter that tells of it has its receipt, and not by a later letter about
    something else (D7).

    Of several such receipts the last counts, because it is the kinder one.
    """  # noqa: D205 - the rule is one sentence
    told = [letter.delivered_at for letter in facts.letters if letter.version is None or letter.version == issuance.version]
    return max(told, default=None)


def window_of(facts: DecisionFacts, issuance: Term) -> Window:
    """An appeal is accepted until the later of six calendar months from issuance and six from being informed; when a global ban
    that took an event ban in falls, six months begin anew for the event ban (R102, D7, D14).
    """  # noqa: D205 - the rule is one sentence
    fallen = [ban.ended_at for ban in facts.taken_in_by if ban.ended_at is not None]
    counts_from = max([issuance.at, *fallen])
    informed = informed_at(facts, issuance)
    policy_late_at = _months_after(counts_from)
    late_at = policy_late_at if informed is None else max(policy_late_at, _months_after(informed))
    return Window(counts_from, informed, policy_late_at, late_at)


def in_time(window: Window, at: datetime) -> bool:
    """An appeal that is received before the end of the window's last day in UTC is in time (D7)."""
    return at < window.late_at


def after_policy(window: Window, at: datetime) -> bool:
    """Counsel is told of an appeal that the policy's own six months would have shut out (D7)."""
    return at >= window.policy_late_at


def rests_on_claim(window: Window, at: datetime, claimed_informed_at: datetime | None) -> bool:
    """A late filer's own word that the letter came later goes to counsel, when the appeal would be in time if it is true (D7)."""
    if claimed_informed_at is None or in_time(window, at) or not window.counts_from <= claimed_informed_at <= at:
        return False
    return at < _months_after(claimed_informed_at)


def ca_is_open(facts: DecisionFacts, role: AppellantRole, at: datetime) -> bool:
    """The banned person may write to ca@, without limit, when the latest notice of an event ban as delivered has neither an
    expiration date nor the word irrevocable; a later notice rules from its own delivery (R32, D14).
    """  # noqa: D205 - the rule is one sentence
    if facts.matter is not Kind.EVENT_BAN or not facts.acts or role is not AppellantRole.SUBJECT:
        return False
    letters = [letter for letter in facts.letters if letter.delivered_at <= at]
    if not letters:
        return False
    latest = max(letters, key=lambda letter: letter.delivered_at)
    told = [term for term in facts.terms if latest.version is None or term.version <= latest.version]
    term = max(told, key=lambda term: term.version, default=None)
    return term is not None and term.expires_at is None and not term.irrevocable


def _months_after(at: datetime) -> datetime:
    """Return the first moment too late, by the number of months in force on the day it counts from."""
    months: int = POLICY.value("window_months", on=at.astimezone(UTC).date())
    return months_after(at, months)
