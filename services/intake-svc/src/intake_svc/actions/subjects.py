"""Cases about somebody are found by keyed hashes of whom their requests are about; no name is kept for it (R95, D20)."""

import json
from collections.abc import Sequence
from uuid import UUID

from chassis.audit import log_access
from chassis.edge import Edge
from chassis.errors import AccessReasonMissing
from kernel.kinds import Kind
from sqlalchemy import ColumnElement, LargeBinary, cast, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col

from intake_svc.tables import Case, Request

WHO = 2
"""Of a subject as it is compared, what says who it is: whether a user or an address, and which; not on which wiki."""


def hashes_of(edge: Edge, kind: Kind | None, matter: str | None) -> list[bytes]:
    """Give the marks of whom a request is about; of child protection there are none (D20)."""
    if matter is None or kind is Kind.CHILD_PROTECTION:
        return []
    subjects: list[list[str]] = json.loads(matter)[0]
    return sorted({mark_of(edge, one[:WHO]) for one in subjects})


def mark_of(edge: Edge, subject: Sequence[str]) -> bytes:
    """Hash whom something is about, written the one way that they are compared in."""
    return edge.runtime.keyring.hash("intake.subject", json.dumps(list(subject)))


async def about(edge: Edge, subject: Sequence[str]) -> ColumnElement[bool]:
    """Say in SQL which cases are about somebody; that it was asked is logged under the mark, whatever is found.

    Raises:
        AccessReasonMissing: the caller gave no reason for asking about a person.
    """
    if not (edge.access_reason or "").strip():
        raise AccessReasonMissing
    mark = mark_of(edge, subject)
    await log_access(edge, "subject", UUID(bytes=mark[:16]))
    asked = col(Request.subject_hashes).contains(cast([mark], ARRAY(LargeBinary)))
    return col(Case.id).in_(select(col(Request.case_id)).where(asked, col(Request.case_id).is_not(None)))
