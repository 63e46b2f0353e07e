"""A modification comes into force: for the check, the person, the clock, the wikis, the range blocks and appeals (R29-R31, R102, D26)."""

from dataclasses import replace

from chassis.edge import Edge
from chassis.ticker import cancel, schedule
from kernel.kinds import Kind
from kernel.review import Course
from sqlalchemy import update
from sqlmodel import col

from ban_svc import rules
from ban_svc.actions.change import announce
from ban_svc.actions.expiry import uncover
from ban_svc.actions.inheritance import hold, link_decided
from ban_svc.actions.matter import aimed_at, is_proposed, matter_of, subjects_of
from ban_svc.actions.modification.release import cover_anew, owe_anew, release
from ban_svc.actions.modification.text import read_modification, text_in_force
from ban_svc.actions.owed import renew
from ban_svc.index import patch_after_commit
from ban_svc.model import ActionSpec, Effect, Matter
from ban_svc.tables import Action, Cover, Modification


async def put_into_force(edge: Edge, action: Action, blocks: list[Action], modification: Modification) -> None:
    """Have the new text hold from now on; `modification` says who confirmed it already, and the caller holds action and blocks.

    Raises:
        Refused: the law does not let it be done any more.
    """
    action_was, ended, named = action.public(), action.expires_at, set(action.subjects)
    old, spec = await text_in_force(edge, action), await read_modification(edge, action, modification)
    if action.individual_id is not None:
        # Whose an account is must not change between the question and the answer.
        await hold(edge, action.individual_id)
    matter = await matter_of_modification(edge, action, spec, by=modification.by)
    rules.may_be_done(spec, matter).or_refuse()
    # One statement: the database takes what is new with the modification that brings it, and not otherwise.
    await edge.session.flush()
    action.modified_by, action.nature = modification.id, modification.nature
    action.expires_at, action.starts_at = rules.ends_at(spec, matter.enforces), spec.starts_at
    action.irrevocable, action.disclosure = bool(spec.irrevocable), rules.disclosure_of(spec)
    action.subjects = list(modification.subjects)
    if modification.nature == "substantial_atypical":
        action.issuance, action.issued_at = (action.issuance or 1) + 1, edge.now
    await edge.session.flush()
    await release(edge, action, named - set(action.subjects), old)
    # Another scope, start or end holds for every account of the person.
    await link_decided(edge, action, spec)
    await cover_anew(edge, action, old, spec)
    await owe_anew(edge, action, old, spec)
    if action.expires_at != ended:
        await _move_end(edge, action)
    announce(edge, action, "modified", action_was)
    for block in blocks:
        await _shorten(edge, block, action)


async def matter_of_modification(edge: Edge, action: Action, spec: ActionSpec, *, by: str | None = None) -> Matter:
    """Gather what surrounds the new text: it rests on what the decision rests on, also where that was before this system, and what it names
    is of the person whom the decision is against. `by` proposed it, whoever acts now where nobody is named.
    """  # noqa: D205 - one sentence
    against = action.individual_id if spec.kind in rules.ABOUT_A_PERSON else None
    whose = spec if against is None or spec.individual_id is not None else spec.model_copy(update={"individual_id": against})
    matter = await matter_of(edge, whose, Course.ACT, case=action.case_id, notice=action.notice_id, action_id=action.id)
    fresh = [one for one in subjects_of(edge.runtime, spec) if one not in action.subjects]
    return replace(
        matter,
        has_case=matter.has_case or action.origin == "recorded",
        # Two who were found to be one may each be under a ban; that stands in the way of changing neither.
        banned_already=False,
        proposed_already=await is_proposed(edge, spec.kind, fresh, action.id),
        proposer_named=bool(await aimed_at(edge, by or edge.by.id, named=fresh, individual_id=against)),
    )


async def _move_end(edge: Edge, action: Action) -> None:
    """Have the covers, the clock and the wikis follow the new end; an address that a ban names is never kept longer by it (D23)."""
    lasting = (col(Cover.network).is_(None)) | (col(Cover.kind) != Kind.GLOBAL_BAN)
    alive = (col(Cover.ends_at).is_(None)) | (col(Cover.ends_at) > edge.now)
    mine = update(Cover).where(col(Cover.action_id) == action.id, alive)
    await edge.session.execute(mine.where(lasting).values(ends_at=action.expires_at))
    if action.expires_at is not None:
        await uncover(edge, action, action.expires_at)
    else:
        await patch_after_commit(edge, action.id)
    await cancel(edge, action.id, "action.expires")
    if action.expires_at is not None:
        schedule(edge, aggregate_id=action.id, kind="action.expires", due_at=action.expires_at)

    def carries_its_end(effect: Effect) -> bool:
        return rules.is_renewed(effect, on=edge.now.date())

    await renew(edge, action, carries_its_end)


async def _shorten(edge: Edge, block: Action, ban: Action) -> None:
    """Have a range block end with its ban, which ends sooner now (D15)."""
    if ban.expires_at is None or (block.expires_at is not None and block.expires_at <= ban.expires_at):
        return
    prior = block.public()
    block.expires_at, block.nature = ban.expires_at, "ordinary"
    await edge.session.flush()
    await _move_end(edge, block)
    announce(edge, block, "modified", prior)
