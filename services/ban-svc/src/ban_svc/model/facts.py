"""The frozen facts that a rule may ask about; the shell gathers them, no rule looks anything up."""

from dataclasses import dataclass
from datetime import datetime

from kernel.kinds import Kind
from kernel.review import Course

from ban_svc.model.state import IN_FORCE, State


@dataclass(frozen=True, slots=True)
class BanFacts:
    """Another action that a proposal names: what it is, where it stands, until when (UTC)."""

    kind: Kind
    state: State
    expires_at: datetime | None = None

    def in_force(self, now: datetime) -> bool:
        """Tell whether it holds at this moment; what has expired by the clock has expired, whether or not anybody noted it (R29)."""
        return self.state in IN_FORCE and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class Matter:
    """What surrounds a proposal: the case or copyright notice, the moment (UTC), what it names and what stands already.

    `enforces`, `part_of` and `escalates` are None, or hold None, where the proposal names nothing or something that does not exist.
    """

    course: Course
    now: datetime
    has_case: bool = True
    has_notice: bool = False
    individual_known: bool = True
    individuals_named: int = 0
    enforces: BanFacts | None = None
    part_of: BanFacts | None = None
    escalates: tuple[BanFacts | None, ...] = ()
    banned_already: bool = False
    proposed_already: bool = False
