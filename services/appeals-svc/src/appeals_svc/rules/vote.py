"""Votes and what they make: secret until the last, more than half, a tie ratifies; and who answers (D13, D14)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from kernel.decision import Decision, Reason

from appeals_svc.model import (
    ANSWERABLE,
    OUTCOME_OF,
    Ballot,
    Outcome,
    PanelFacts,
    Participation,
    Result,
    Route,
    SeatFacts,
    SeatState,
    State,
    Vote,
)
from appeals_svc.rules.conflict import took_part
from appeals_svc.rules.panel import CLOSED, FACILITATOR_TOOK_PART, NOT_ACCEPTED, NOT_ON_PANEL, quorum_of

VOTES_OUTSTANDING = Reason(
    "votes_outstanding", "Votes are outstanding: the votes open when all are in, or with the quorum once the 28 days are over.", "D13"
)


def may_vote(facts: PanelFacts, seat: SeatFacts | None, ballot: Ballot) -> Decision:
    """Each one who was cleared votes once, while the votes are closed to everybody (D13)."""
    return Decision.of(
        (facts.closed or facts.state is State.DECIDED, CLOSED),
        (facts.state is not State.IN_PANEL and not facts.closed and facts.state is not State.DECIDED, NOT_ACCEPTED),
        (seat is None or seat.state is SeatState.EXCLUDED, NOT_ON_PANEL),
        (
            seat is not None and seat.state is SeatState.WAITING,
            Reason("not_cleared", "Counsel has not cleared you for this appeal yet.", "D13"),
        ),
        (seat is not None and seat.state is SeatState.RECUSED, Reason("recused", "You stepped back from this appeal.", "D13")),
        (seat is not None and seat.voted, Reason("voted_already", "Your vote is in; each has one.", "D13")),
        (
            ballot.vote is Vote.RATIFY and bool(ballot.conditions),
            Reason("conditions_with_ratify", "A decision that is ratified stands as it is; conditions go with another vote.", "D13"),
        ),
    )


def all_in(facts: PanelFacts, on: date) -> bool:
    """The votes open when everybody who sits has voted and they make the quorum (D13)."""
    waits = any(seat.state is SeatState.WAITING or (seat.state is SeatState.CLEARED and not seat.voted) for seat in facts.seats)
    return not waits and facts.votes >= quorum_of(facts.route, on)


def are_open(*, opened: bool) -> Decision:
    """Until the votes are open nobody is told what any of them says (D13)."""
    return Decision.of((not opened, VOTES_OUTSTANDING))


def result_of(ballots: Sequence[Ballot]) -> Result:
    """The outcome is what more than half of the votes cast say; where no vote has more than half, as in a tie, the decision is ratified.
    A condition holds that more than half of the votes cast name (D13).
    """  # noqa: D205 - the rule is these sentences
    counts = Counter(ballot.vote for ballot in ballots)
    named: dict[str, list[str]] = {}
    for ballot in ballots:
        for key, text in {_plain(text): text for text in ballot.conditions}.items():
            named.setdefault(key, []).append(text)
    kept = tuple(texts[0] for texts in named.values() if 2 * len(texts) > len(ballots))
    outcome = outcome_of(counts)
    return Result(outcome, {vote: counts[vote] for vote in Vote}, () if outcome is Outcome.RATIFIED else kept)


def outcome_of(counts: Mapping[Vote, int]) -> Outcome:
    """More than half of the votes cast decide; without such a majority the decision is ratified (D13)."""
    cast = sum(counts.values())
    winner = next((vote for vote in Vote if 2 * counts.get(vote, 0) > cast), Vote.RATIFY)
    return OUTCOME_OF[winner]


def may_answer(facts: PanelFacts, facilitator: str, participants: Sequence[Participation], at: datetime) -> Decision:
    """A facilitator who had no part answers once the votes are open: when all are in, or when the 28 days are over and the quorum has
    voted; that the days are over decides nothing by itself (R97, D13).
    """  # noqa: D205 - the rule is one sentence
    on = at.date()
    due = facts.target_at is not None and at >= facts.target_at and facts.votes >= quorum_of(facts.route, on)
    return Decision.of(
        (took_part(facilitator, participants), FACILITATOR_TOOK_PART),
        (facts.state is not State.IN_PANEL, NOT_ACCEPTED),
        (facts.state is State.IN_PANEL and not (facts.closed or due), VOTES_OUTSTANDING),
    )


def may_answer_alone(facts: PanelFacts, counsel: str, participants: Sequence[Participation]) -> Decision:
    """An appeal about child protection is handled and answered by counsel alone, who had no part in it (D13, D14)."""
    return Decision.of(
        (facts.state not in ANSWERABLE, NOT_ACCEPTED),
        (facts.route is not Route.COUNSEL, Reason("not_counsels_alone", "This appeal is judged by several, not by counsel alone.", "D14")),
        (
            took_part(counsel, participants),
            Reason("counsel_took_part", "You took part in what is appealed; another counsel answers it.", "D13"),
        ),
    )


def _plain(text: str) -> str:
    """Two who write the same condition mean the same, whatever the spaces and capitals."""
    return " ".join(text.split()).casefold()
