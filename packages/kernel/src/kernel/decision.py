"""A rule's answer: granted, or every reason that stands against it, each with its citation (DESIGN 2, R113)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn


@dataclass(frozen=True, slots=True)
class Reason:
    """One ground that stands against what was asked.

    `code` is snake_case and stable, `says` a sentence a person can act on, `cite` the policy rule (`R32`), decision (`D1`) or statute.
    """

    code: str
    says: str
    cite: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a rule answers: granted when no reason stands against it. Its truth value is `granted`."""

    reasons: tuple[Reason, ...] = ()

    @classmethod
    def of(cls, *grounds: tuple[bool, Reason]) -> Decision:
        """Collect the reason of every ground that stands, in the order written; none standing grants."""
        return cls(tuple(reason for stands, reason in grounds if stands))

    @property
    def granted(self) -> bool:
        """Tell whether nothing stands against it."""
        return not self.reasons

    def __bool__(self) -> bool:
        return self.granted

    def __and__(self, other: Decision) -> Decision:
        """Grant only what both grant; a reason that both give is said once."""
        return Decision(tuple(dict.fromkeys(self.reasons + other.reasons)))

    def or_refuse(self) -> None:
        """Go on when granted.

        Raises:
            Refused: with every reason, when not.
        """
        if self.reasons:
            raise Refused(self.reasons)


class Refused(Exception):
    """The law refuses; `reasons` says why, all of it. Also a stale digest (citing D1)."""

    def __init__(self, reasons: tuple[Reason, ...] | Reason) -> None:
        self.reasons = (reasons,) if isinstance(reasons, Reason) else tuple(reasons)
        if not self.reasons:
            raise ValueError("a refusal needs at least one reason")
        super().__init__("; ".join(f"{reason.says} ({reason.cite})" for reason in self.reasons))

    def __reduce__(self) -> tuple[type[Refused], tuple[tuple[Reason, ...]]]:
        """Keep the reasons when the exception crosses a process."""
        return type(self), (self.reasons,)


def refuse(code: str, says: str, cite: str) -> NoReturn:
    """Refuse for one reason.

    Raises:
        Refused: always.
    """
    raise Refused(Reason(code, says, cite))
