"""Which levels sign, and in which order: the procedure matrix as data (R19, R66, R113, D2, D3, D24)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib.resources import files

from kernel.actor import Role
from kernel.decision import Decision, Reason
from kernel.kinds import Kind
from kernel.policy import Policy

MATRIX = Policy.load(files("kernel.review").joinpath("matrix.toml"))


class Level(StrEnum):
    """A level of review, in the order asked; each is signed in the role of the same name."""

    TEAM_PEER = "team_peer"
    TEAM_MANAGER = "team_manager"
    DIRECTOR = "director"
    CHIEF = "chief"
    LEGAL = "legal"
    COMMUNICATIONS = "communications"
    EXECUTIVE_DIRECTOR = "executive_director"

    @property
    def role(self) -> Role:
        """Return the role that signs this level."""
        return Role(self.value)


class Course(StrEnum):
    """What the evaluator recommends: to act, or not to."""

    ACT = "act"
    NO_ACTION = "no_action"


@dataclass(frozen=True, slots=True)
class Chain:
    """Who is asked, in turn.

    `levels` are asked as long as nobody dissents; `column` is the whole column with the optional levels that the evaluator chose, and
    the same as `levels` when the course is to act. `optional` are the levels that the matrix leaves at choice, chosen or not.
    `approvals` are needed besides the evaluator.
    """

    kind: Kind
    course: Course
    levels: tuple[Level, ...]
    column: tuple[Level, ...]
    optional: frozenset[Level]
    approvals: int
    cite: str

    @property
    def everyone(self) -> tuple[Level, ...]:
        """Return every level that the kind's column knows, chosen or not, in the order asked."""
        return _in_order(frozenset(self.column) | self.optional)


def may_choose(kind: Kind, optional: frozenset[Level], *, on: date) -> Decision:
    """The evaluator may add only the levels that the procedure matrix leaves at choice for the kind (D24)."""
    if kind not in MATRIX.names():
        return Decision.of((True, Reason("no_chain", f"A matter of the kind {kind} is no action and has no review chain.", "R1")))
    at_choice = _levels(MATRIX.value(kind, on=on)["optional"])
    return Decision.of(
        *(
            (
                level not in at_choice,
                Reason("level_not_at_choice", f"The matrix does not leave {level} at choice for the kind {kind}.", "D24"),
            )
            for level in _in_order(optional)
        )
    )


def chain_for(kind: Kind, course: Course, *, optional: frozenset[Level] = frozenset(), on: date) -> Chain:
    """The column of the kind decides who signs; not to act asks peer, manager and, where the column has them, director and chief (D2).

    Raises:
        Refused: an optional level that the matrix does not leave at choice, or a kind that is no action.
    """
    may_choose(kind, optional, on=on).or_refuse()
    entry = MATRIX.entry(kind, on=on)
    column = _in_order(_levels(entry.value["required"]) | optional)
    levels = column if course is Course.ACT else _in_order(_levels(entry.value["no_action"]))
    return Chain(kind, course, levels, column, _levels(entry.value["optional"]), entry.value["approvals"], entry.cite)


def _levels(names: tuple[str, ...]) -> frozenset[Level]:
    """Read level names."""
    return frozenset(Level(name) for name in names)


def _in_order(levels: frozenset[Level]) -> tuple[Level, ...]:
    """Put levels in the order in which they are asked."""
    return tuple(level for level in Level if level in levels)
