"""Operations of those who judge: seats, their clearance, votes, the answer; nobody's vote is ever shown (R108, D13, D14)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Annotated, Self
from uuid import UUID

from chassis.audit import log_access
from chassis.crypto import reveal
from chassis.http import OpenEdge, Received, Router
from kernel.actor import Role
from pydantic import BaseModel, Field
from sqlmodel import col, select
from starlette.requests import Request

from appeals_svc import rules
from appeals_svc.actions import outcome, panel, rulings, votes
from appeals_svc.actions.seats import Bench, bench_of
from appeals_svc.api.forms import Form, Line, Note, Prose
from appeals_svc.api.views import AppealView, Z
from appeals_svc.model import Ballot, Clearance, Outcome, SeatState, Vote
from appeals_svc.tables import Member

judging = Router(prefix="/appeals/v1", tags=["judging"])

REVIEWERS = (Role.EVALUATOR, Role.TEAM_PEER, Role.TEAM_MANAGER, Role.DIRECTOR, Role.CHIEF, Role.LEGAL)
"""Staff who may judge appeals of other kinds than the committee's, when they are named and had no part (D13)."""
OVERSEERS = (Role.FACILITATOR, Role.LEGAL, Role.AUDITOR)
SEATING = (
    "not_accepted",
    "facilitator_took_part",
    "counsel_alone",
    "voting_closed",
    "panel_full",
    "translation_missing",
    "drawn_not_named",
)
NAMING = ("too_few_members", "reviewers_wanted", "names_themselves", "seated_before", "reviewer_took_part")
VOTING = ("voting_closed", "not_accepted", "not_on_panel", "not_cleared", "recused", "voted_already", "conditions_with_ratify")
SEAT = "0195a0c2-0000-7000-8000-000000000006"
CAST = {"vote": "remand", "conditions": ["Hear both accounts again."], "note": "The second account was never asked."}

Sub = Annotated[Line, Field(min_length=1, max_length=255)]
Condition = Annotated[Line, Field(min_length=1, max_length=500)]


class PanelForm(Form):
    """Nothing for a panel of the committee, which is drawn; for other appeals the reviewers, by the person of their tokens."""

    reviewers: Annotated[tuple[Sub, ...], Field(max_length=2)] = ()


class SeatForm(Form):
    """What counsel says of one who is to judge, and why."""

    seat: UUID
    verdict: Clearance
    why: Note


class ClearanceForm(Form):
    """What counsel says of some seats or all."""

    seats: Annotated[list[SeatForm], Field(min_length=1, max_length=10)]


class RecusalForm(Form):
    """Why somebody steps back; sealed, and open to nobody but counsel."""

    why: Note


class VoteForm(Form):
    """One vote: an outcome, conditions that go with it (one text or several), and a note for the reply."""

    vote: Vote
    conditions: Condition | Annotated[tuple[Condition, ...], Field(max_length=10)] = ()
    note: Note

    def ballot(self) -> Ballot:
        """Give it to the action."""
        conditions = (self.conditions,) if isinstance(self.conditions, str) else self.conditions
        return Ballot(self.vote, conditions, self.note)


class OutcomeForm(Form):
    """The reasoned reply; the outcome is computed."""

    reply: Prose


class AnswerForm(Form):
    """What counsel alone decides, with the reasoned reply."""

    vote: Vote
    reply: Prose


class SeatView(BaseModel):
    """One seat: a member by pseudonym, or a reviewer by the opaque id of their token. Whether they voted is not said."""

    seat: UUID
    state: SeatState
    pseudonym: str | None = None
    reviewer: str | None = None
    since: Z


class DrawView(BaseModel):
    """One draw, as it can be counted again: SHA-256 over the seed and each id puts the free members in their order."""

    at: Z
    seed: str
    free: list[UUID]
    seats: int
    drawn: list[UUID]
    same_again: bool


class PanelView(BaseModel):
    """Who judges an appeal. `counts` and `computed` are there once the votes are open."""

    appeal_id: UUID
    question: str
    seats: list[SeatView]
    quorum: int
    votes: int
    votes_opened_at: Z | None = None
    counts: dict[Vote, int] | None = None
    computed: Outcome | None = None
    draws: list[DrawView] = []

    @classmethod
    def of(cls, bench: Bench, pseudonyms: dict[UUID, str], draws: list[DrawView], question: str) -> Self:
        """Show who sits."""
        appeal, facts = bench.appeal, bench.facts()
        counts = None if appeal.counts is None else {Vote(vote): count for vote, count in appeal.counts.items()}
        seats = [
            SeatView(
                seat=one.id,
                state=SeatState(one.state),
                pseudonym=None if one.member_id is None else pseudonyms[one.member_id],
                reviewer=one.reviewer,
                since=one.since,
            )
            for one in bench.seats.values()
        ]
        return cls(
            appeal_id=appeal.id,
            question=question,
            seats=seats,
            quorum=rules.quorum_of(facts.route, appeal.filed_at.date()),
            votes=appeal.votes,
            votes_opened_at=appeal.votes_opened_at,
            counts=counts,
            computed=None if counts is None else rules.outcome_of(counts),
            draws=draws,
        )


class OpinionsView(BaseModel):
    """What the votes say once they are open, in an order that names nobody; for the reply."""

    appeal_id: UUID
    outcome: Outcome
    counts: dict[Vote, int]
    conditions: list[str]
    notes: list[str]


async def unnamed(request: Request, _received: Received) -> None:
    """Keep whoever votes or steps back out of the log of requests and out of the trail of refusals (D13)."""
    caller = request.scope["office.caller"]
    request.scope["office.caller"] = replace(caller, by=request.app.state.runtime.performer)


@judging.post("/appeals/{appeal_id}/panel", roles=(Role.FACILITATOR,), refuses=(*SEATING, *NAMING), example={})
async def seat_panel(edge: OpenEdge, appeal_id: UUID, form: PanelForm) -> AppealView:
    """Draw the panel of an accepted appeal, or seat its two reviewers; counsel clears each before they begin.

    The lot is taken once for an appeal. Asked again while a seat is free, the next of the same lot is seated.
    """
    return AppealView.of(await panel.seat(edge, appeal_id, form.reviewers))


@judging.get("/appeals/{appeal_id}/panel", roles=OVERSEERS)
async def read_panel(edge: OpenEdge, appeal_id: UUID) -> PanelView:
    """Read who judges an appeal, by pseudonym, and how they were drawn."""
    bench = await bench_of(edge, appeal_id, lock=False)
    members = [one.member_id for one in bench.seats.values() if one.member_id is not None]
    found = await edge.session.execute(select(Member.id, Member.pseudonym).where(col(Member.id).in_(members)))
    lots = [(row, same) for row, same in await rulings.of(edge, appeal_id) if row.what == "draw"]
    draws = [DrawView.model_validate({"at": row.at, **row.facts, **row.answer, "same_again": same}) for row, same in lots]
    return PanelView.of(bench, {row.id: row.pseudonym for row in found}, draws, rules.QUESTION)


@judging.post(
    "/appeals/{appeal_id}/panel/clearance",
    roles=(Role.LEGAL,),
    refuses=("not_accepted", "counsel_took_part", "voting_closed", "seat_is_free", "has_voted"),
    example={"seats": [{"seat": SEAT, "verdict": "clear", "why": "Knows none of the people in the case."}]},
)
async def clear_panel(edge: OpenEdge, appeal_id: UUID, form: ClearanceForm) -> AppealView:
    """Clear those who are to judge, or keep somebody out, whose seat goes to the next of the lot."""
    words = [panel.Word(one.seat, one.verdict, one.why) for one in form.seats]
    return AppealView.of(await panel.clear(edge, appeal_id, words))


@judging.post(
    "/appeals/{appeal_id}/recusals",
    roles=(Role.COMMITTEE, *REVIEWERS),
    prepares=unnamed,
    refuses=("not_on_panel", "voting_closed", "has_voted"),
    example={"why": "I have worked with the person."},
)
async def step_back(edge: OpenEdge, appeal_id: UUID, form: RecusalForm) -> AppealView:
    """Step back from an appeal before one's vote is in; the next of the lot takes the seat."""
    return AppealView.of(await panel.recuse(edge, appeal_id, form.why, member=edge.by.role == Role.COMMITTEE))


@judging.post("/appeals/{appeal_id}/votes", roles=(Role.COMMITTEE,), prepares=unnamed, refuses=VOTING, example=CAST)
async def cast_vote(edge: OpenEdge, appeal_id: UUID, form: VoteForm) -> AppealView:
    """Vote as a member of the panel. Votes are sealed until the last is in; who voted and how is never said."""
    return AppealView.of(await votes.cast(edge, appeal_id, form.ballot(), member=True))


@judging.post("/appeals/{appeal_id}/reviews", roles=REVIEWERS, prepares=unnamed, refuses=VOTING, example=CAST)
async def review_appeal(edge: OpenEdge, appeal_id: UUID, form: VoteForm) -> AppealView:
    """Vote as one of the two reviewers of the staff."""
    return AppealView.of(await votes.cast(edge, appeal_id, form.ballot(), member=False))


@judging.get("/appeals/{appeal_id}/opinions", roles=(Role.FACILITATOR,), reads="what the votes say", refuses=("votes_outstanding",))
async def read_opinions(edge: OpenEdge, appeal_id: UUID) -> OpinionsView:
    """Read what the votes say, once they are open, to write the reply."""
    bench = await bench_of(edge, appeal_id, lock=False)
    appeal = bench.appeal
    rules.are_open(opened=appeal.votes_opened_at is not None).or_refuse()
    await log_access(edge, "appeal", appeal.id)
    ballots = await votes.ballots_of(edge, appeal)
    conditions = [] if appeal.conditions is None else json.loads(await reveal(edge, appeal.conditions, place="appeal.conditions"))
    counts = {Vote(vote): count for vote, count in (appeal.counts or {}).items()}
    return OpinionsView(
        appeal_id=appeal.id,
        outcome=rules.outcome_of(counts),
        counts=counts,
        conditions=conditions,
        notes=[one.note for one in ballots],
    )


@judging.post(
    "/appeals/{appeal_id}/outcome",
    roles=(Role.FACILITATOR,),
    refuses=("facilitator_took_part", "not_accepted", "votes_outstanding"),
    example={"reply": "The panel finds that the matter was properly handled, because each account was heard."},
)
async def answer_appeal(edge: OpenEdge, appeal_id: UUID, form: OutcomeForm) -> AppealView:
    """Answer an appeal with the outcome that the votes make, and the reasoned reply.

    The votes are open when all are in; once the 28 days are over, the quorum is enough.
    """
    return AppealView.of(await outcome.answer(edge, appeal_id, form.reply))


@judging.post(
    "/appeals/{appeal_id}/answer",
    roles=(Role.LEGAL,),
    refuses=("not_accepted", "not_counsels_alone", "counsel_took_part"),
    example={"vote": "ratify", "reply": "Counsel has looked at the matter anew; the decision stands."},
)
async def answer_as_counsel(edge: OpenEdge, appeal_id: UUID, form: AnswerForm) -> AppealView:
    """Answer an appeal that counsel handles alone (D14)."""
    return AppealView.of(await outcome.answer_alone(edge, appeal_id, form.vote, form.reply))
