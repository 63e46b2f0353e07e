"""Take an appeal in, and take in what it lacked: reasons, verification (R105-R107, D7, D14)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from chassis import ticker
from chassis.audit import write_audit
from chassis.crypto import DataKey, Sealed, data_key, new_data_key
from chassis.edge import Edge, new_id
from chassis.errors import Busy
from chassis.outbox import record
from contracts.appeal import AppealChange, AppealChangeKind, AppealState
from kernel.names import canonical_user
from sqlalchemy import or_
from sqlmodel import col, select

from appeals_svc import rules
from appeals_svc.actions import rulings
from appeals_svc.actions.facts import facts_of, known, locked_out_until
from appeals_svc.model import HOLDS_NO_PLACE, AppellantRole, Channel, DecisionFacts, Route, State, Term
from appeals_svc.tables import Appeal, Decision

KIND_OF: dict[State, AppealChangeKind] = {
    State.INCOMPLETE: "reasons_requested",
    State.FILED: "filed",
    State.WITH_COUNSEL: "filed",
    State.INELIGIBLE: "ineligible",
}


@dataclass(frozen=True, slots=True)
class Appellant:
    """Who appeals, in plain text only while it is sealed. At least one of the three names somebody."""

    role: AppellantRole
    name: str | None = None
    email: str | None = None
    wiki_user: str | None = None
    verified_how: str | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """An appeal as it came in."""

    decision_kind: str
    decision_id: UUID
    appellant: Appellant
    channel: Channel
    reasons: str | None = None
    claimed_informed_at: datetime | None = None
    locale: str | None = None


async def file(edge: Edge, letter: Letter, *, party: bool | None) -> Appeal:
    """File an appeal; what is not eligible is filed as `ineligible` with its reasons.

    `party` is what the owner of the file answered about the appellant, None when it was not asked.

    Raises:
        Busy: the decision became known between that question and now; ask again.
    """
    # The decision first: of eight that file at once each sees what the one before it filed.
    decision = await known(edge, letter.decision_kind, letter.decision_id, lock=True)
    appeal = _new(edge, letter, decision, party=party)
    key = new_data_key(edge, appeal.id)
    who = letter.appellant
    appeal.name = _seal(key, who.name, "name")
    appeal.email = _seal(key, who.email, "email")
    appeal.wiki_user = _seal(key, who.wiki_user, "wiki_user")
    appeal.reasons = _seal(key, letter.reasons, "reasons")
    if who.verified_how is not None:
        _verified(edge, appeal, key, who.verified_how)
    await _judge(edge, appeal, decision)
    edge.session.add(appeal)
    if appeal.state == State.INCOMPLETE and appeal.answer_due_at is not None:
        ticker.schedule(edge, aggregate_id=appeal.id, kind="appeal.reasons_due", due_at=appeal.answer_due_at)
    record(edge, AppealChange.of(KIND_OF[State(appeal.state)], state=appeal.public(), prior=None, version=1, **edge.stamp()))
    _audit(edge, appeal, None)
    return appeal


async def give_reasons(edge: Edge, appeal_id: UUID, reasons: str) -> Appeal:
    """Complete an appeal that gave no reasons; its filing date stays.

    Raises:
        NotFound: there is no such appeal.
        Refused: it waits for none, or their time is over.
    """
    appeal, decision = await _lock(edge, appeal_id)
    missing = appeal.reasons is None
    rules.may_give_reasons(State(appeal.state), missing=missing, due_at=appeal.answer_due_at, at=edge.now).or_refuse()
    key = await data_key(edge, appeal.id)
    await _go_on(edge, appeal, decision, reasons=_seal(key, reasons, "reasons"))
    return appeal


async def verify(edge: Edge, appeal_id: UUID, how: str, *, party: bool | None) -> Appeal:
    """Put on record how an appellant was verified, and judge the appeal as of its filing.

    Raises:
        NotFound: there is no such appeal.
        Refused: it was verified before, or does not wait for it.
        Busy: as `file`.
    """
    appeal, decision = await _lock(edge, appeal_id)
    rules.may_verify(State(appeal.state), verified=appeal.verified_at is not None).or_refuse()
    _verified(edge, appeal, await data_key(edge, appeal.id), how)
    appeal.party = party
    await _go_on(edge, appeal, decision)
    return appeal


async def lapse(edge: Edge, appeal: Appeal) -> None:
    """End an appeal whose reasons did not come in time; the caller holds its lock."""
    prior, before = appeal.public(), appeal.state
    appeal.state = State.INELIGIBLE
    appeal.eligibility = [asdict(rules.REASONS_MISSING)]
    _say(edge, appeal, prior=prior, before=before)


async def _lock(edge: Edge, appeal_id: UUID) -> tuple[Appeal, Decision | None]:
    """Lock an appeal and, before it, its decision: parents first."""
    found = await edge.get(Appeal, appeal_id, "appeal")
    decision = await known(edge, found.decision_kind, found.decision_id, lock=True)
    return await edge.lock(Appeal, appeal_id, "appeal"), decision


def _new(edge: Edge, letter: Letter, decision: Decision | None, *, party: bool | None) -> Appeal:
    who, hashes = letter.appellant, edge.runtime.keyring
    user = None if who.wiki_user is None else canonical_user(who.wiki_user)
    email = None if who.email is None else who.email.strip().casefold()
    # Accounts and addresses change hands and multiply; the investigated person of an action is one, whatever they write from.
    one = decision.individual_id if decision is not None and who.role is AppellantRole.SUBJECT else None
    person = f"individual:{one}" if one is not None else f"user:{user}" if user else f"email:{email}" if email else f"name:{who.name}"
    return Appeal(
        id=new_id(),
        decision_kind=letter.decision_kind,
        decision_id=letter.decision_id,
        role=who.role,
        channel=letter.channel,
        state=State.FILED,
        # Until the appeal is judged the staff who verify its appellant have it in hand.
        route=Route.STAFF,
        filed_at=edge.now,
        filed_by=edge.by.id,
        policy_date=edge.now.date(),
        person=hashes.hash("appeals.person", person),
        email_hash=None if email is None else hashes.hash("appeals.email", email),
        user_hash=None if user is None else hashes.hash("appeals.wiki_user", user),
        claimed_informed_at=letter.claimed_informed_at,
        locale=letter.locale,
        party=party,
    )


async def _judge(edge: Edge, appeal: Appeal, decision: Decision | None) -> None:
    """Ask the rules as of the filing, and put the appeal where their answer leads."""
    role, at = AppellantRole(appeal.role), appeal.filed_at
    facts = None if decision is None else await facts_of(edge, decision, role)
    issuance = rules.final_issuance(facts, at)
    verified = appeal.verified_at is not None
    if verified and facts is not None and issuance is not None and appeal.party is None and rules.has_appeal(facts, role):
        raise Busy("decision_just_known", "The decision became known while this was being filed; nothing was stored, file it again.")
    earlier = issuance is not None and await _filed_before(edge, appeal, issuance.issuance)
    claim = rules.Claim(verified, appeal.party, earlier, appeal.claimed_informed_at)
    decided = rules.may_file(facts, role, at, claim)
    if verified:
        rulings.keep(edge, appeal.id, rulings.Filed(facts, role, Channel(appeal.channel), at, claim), on=at.date())
    appeal.eligibility = [asdict(reason) for reason in decided.reasons]
    # A stranger, and who is not verified, is not told what it is about: so nothing of the case is on the appeal either.
    if verified and facts is not None and issuance is not None and appeal.party:
        _date(appeal, facts, issuance)
        if decision is not None and role is AppellantRole.REQUESTER:
            # Counsel is told; it closes no appeal (D12).
            appeal.locked_out_until = await locked_out_until(edge, decision)
    if verified and not decided:
        appeal.state = State.INELIGIBLE
    elif appeal.reasons is None:
        appeal.state = State.INCOMPLETE
        appeal.answer_due_at = appeal.answer_due_at or rules.reasons_due(at)
    else:
        appeal.state = State.WITH_COUNSEL if verified else State.FILED


def _date(appeal: Appeal, facts: DecisionFacts, issuance: Term) -> None:
    """Put both dates of D7 on the appeal, whether counsel is to be told, and who answers it."""
    role, at = AppellantRole(appeal.role), appeal.filed_at
    window, limitless = rules.window_of(facts, issuance), rules.ca_is_open(facts, role, at)
    appeal.matter, appeal.issuance = facts.matter, issuance.issuance
    appeal.route = rules.route_of(facts, role, Channel(appeal.channel), at)
    appeal.informed_at = window.informed_at
    appeal.deadline = None if limitless else window.until
    appeal.policy_deadline = window.policy_until
    appeal.after_policy = rules.after_policy(window, at)
    appeal.on_claim = not limitless and rules.rests_on_claim(window, at, appeal.claimed_informed_at)


async def _filed_before(edge: Edge, appeal: Appeal, issuance: int) -> bool:
    """Tell whether the same person has a verified appeal of this issuance: as the same person, account or address."""
    same = [col(Appeal.person) == appeal.person]
    if appeal.email_hash is not None:
        same.append(col(Appeal.email_hash) == appeal.email_hash)
    if appeal.user_hash is not None:
        same.append(col(Appeal.user_hash) == appeal.user_hash)
    earlier = select(Appeal.id).where(
        Appeal.decision_id == appeal.decision_id,
        Appeal.issuance == issuance,
        Appeal.id != appeal.id,
        col(Appeal.verified_at).is_not(None),
        col(Appeal.state).not_in(sorted(HOLDS_NO_PLACE)),
        # Taken back before counsel let it proceed, it cost nobody anything and may come again (R105).
        or_(col(Appeal.state) != State.WITHDRAWN, col(Appeal.counsel_at).is_not(None)),
        or_(*same),
    )
    with edge.session.no_autoflush:
        return (await edge.session.scalar(earlier.limit(1))) is not None


async def _go_on(edge: Edge, appeal: Appeal, decision: Decision | None, *, reasons: Sealed | None = None) -> None:
    """Judge again what has become more complete, and say where it went."""
    prior, before = appeal.public(), appeal.state
    if reasons is not None:
        appeal.reasons = reasons
    await _judge(edge, appeal, decision)
    if before == State.INCOMPLETE and appeal.state != State.INCOMPLETE:
        await ticker.cancel(edge, appeal.id, "appeal.reasons_due")
    if before == appeal.state == State.INCOMPLETE:
        # Verified and still without reasons: they were asked for, and are not asked for twice.
        _audit(edge, appeal, before)
        return
    _say(edge, appeal, prior=prior, before=before)


def _say(edge: Edge, appeal: Appeal, *, prior: AppealState, before: str) -> None:
    appeal.version += 1
    kind = KIND_OF[State(appeal.state)]
    record(edge, AppealChange.of(kind, state=appeal.public(), prior=prior, version=appeal.version, **edge.stamp()))
    _audit(edge, appeal, before)


def _audit(edge: Edge, appeal: Appeal, before: str | None) -> None:
    write_audit(
        edge,
        aggregate="appeal",
        aggregate_id=appeal.id,
        prior_state=before,
        state=appeal.state,
        policy_date=appeal.policy_date,
        reasons=appeal.against,
    )


def _verified(edge: Edge, appeal: Appeal, key: DataKey, how: str) -> None:
    appeal.verified_how = _seal(key, how, "verified_how")
    appeal.verified_by, appeal.verified_at = edge.by.id, edge.now


def _seal(key: DataKey, text: str | None, column: str) -> Sealed | None:
    return None if text is None else key.seal(text, place=f"appeal.{column}")
