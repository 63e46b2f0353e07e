"""A matter that a person splits off from a case, and what of the case goes along with it (R88, D12)."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from kernel.kinds import Kind

from intake_svc.model.filing import Brought


@dataclass(frozen=True, slots=True)
class Matter:
    """A second matter in one letter, in the words of whoever read it: `kind` is what is asked for."""

    kind: Kind
    brought: Brought


@dataclass(frozen=True, slots=True)
class Along:
    """The notes and the evidence of a case that belong to what is split off too."""

    notes: Collection[UUID] = ()
    evidence: Collection[UUID] = ()
