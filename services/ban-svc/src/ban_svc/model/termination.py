"""Legal's decision on a repeat infringer, as dmca-svc gives it out (R48, R49, D11)."""

from typing import Any
from uuid import UUID

from kernel.digest import digest
from kernel.kinds import Kind
from pydantic import BaseModel, ConfigDict

_TERMS = "Terms of Use, section 8 (DMCA compliance)"
_WHY_CLOSED = "A termination is told to the person and to those who carry it out."


class Account(BaseModel):
    """An account by its name."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str


class InfringerDecision(BaseModel):
    """What dmca-svc answers; a field it adds later is no fault of its. `at` is the text that the digest covers."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    infringer_id: UUID
    notice_id: UUID
    decided_by: str
    terminate: bool
    accounts: tuple[Account, ...]
    grounds: tuple[str, ...]
    note: str
    digest: str
    at: str

    def computed(self) -> str:
        """Compute the digest of what was fetched, the way dmca-svc computed it: over everything but the digest itself."""
        return digest(self.model_dump(mode="json", exclude={"digest"}))

    @property
    def decision_id(self) -> UUID:
        """An id of this very decision, out of its digest: one decision makes one action."""
        return UUID(self.digest[:32])

    def spec(self) -> dict[str, Any]:
        """Give what is proposed: these accounts, on these grounds, for Legal's reasons."""
        return {
            "kind": Kind.ACCOUNT_TERMINATION.value,
            "accounts": [{"name": account.name} for account in self.accounts],
            "grounds": list(self.grounds),
            "tou_basis": _TERMS,
            "justification": {"why": "legal_requirement", "note": self.note},
            "disclosure": "confidential",
            "disclosure_reason": _WHY_CLOSED,
        }
