"""The tables that every service has in its own schema; defined once, without schema (the role's `search_path` decides).

`info["grants"]` is what the service's own role may do with a table, `info["import_role"]` what the role of a service's import may, where
a table of the service asks for one; `chassis.migrations` grants exactly that.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData()

INSERT_ONLY = {"grants": ("SELECT", "INSERT")}


def _moment(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("event_id", Uuid, nullable=False, unique=True),
    Column("stream", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("traceparent", Text),
    _moment("at"),
    _moment("sent_at", nullable=True),
    Index("outbox_version", "stream", "key", "version", unique=True),
    Index("outbox_unsent", "id", postgresql_where="sent_at IS NULL"),
    info={"grants": ("SELECT", "INSERT", "UPDATE (sent_at)"), "import_role": INSERT_ONLY["grants"]},
)
"""What this service said. Rows stay: they are the record, and `office replay` can send them again."""

inbox = Table(
    "inbox",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("reaction", Text, primary_key=True),
    Column("stream", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("version", Integer, nullable=False),
    _moment("at"),
    Index("inbox_position", "reaction", "stream", "key", "version"),
    info=INSERT_ONLY,
)
"""What this service has heard and acted on, once for each reaction."""

parked = Table(
    "parked",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("event_id", Uuid, nullable=False),
    Column("reaction", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("traceparent", Text),
    Column("tries", SmallInteger, nullable=False),
    _moment("next_at", nullable=True),
    Column("error", Text, nullable=False),
    _moment("at"),
    Index("parked_event", "event_id", "reaction", unique=True),
    Index("parked_key", "reaction", "stream", "key", "version"),
    Index("parked_due", "next_at", postgresql_where="next_at IS NOT NULL"),
    info={"grants": ("SELECT", "INSERT", "UPDATE", "DELETE")},
)
"""Events whose reaction failed, or that stand behind one that did. `next_at` NULL: it waits for a person."""

deadline = Table(
    "deadline",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("aggregate_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    _moment("due_at"),
    Column("state", Text, nullable=False),
    _moment("ended_at", nullable=True),
    Column("tries", SmallInteger, nullable=False, server_default="0"),
    _moment("next_try_at", nullable=True),
    Column("error", Text),
    Column("traceparent", Text),
    Index("deadline_due", "due_at", postgresql_where="state = 'waiting'"),
    Index("deadline_aggregate", "aggregate_id"),
    info={"grants": ("SELECT", "INSERT", "UPDATE"), "import_role": INSERT_ONLY["grants"]},
)
"""Dates that the law or the policy sets: `waiting`, `fired`, `cancelled`; rows, not jobs. `traceparent` is the trace that set it."""

delivery = Table(
    "delivery",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("aggregate_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("intent", LargeBinary, nullable=False),
    Column("data_key", Uuid, nullable=False),
    Column("urgent", Boolean, nullable=False),
    _moment("not_before"),
    Column("state", Text, nullable=False),
    Column("tries", SmallInteger, nullable=False, server_default="0"),
    _moment("attempted_at", nullable=True),
    _moment("next_at", nullable=True),
    Column("receipt", JSONB),
    _moment("receipt_at", nullable=True),
    Column("error", Text),
    Column("traceparent", Text),
    _moment("at"),
    Index("delivery_due", "next_at", postgresql_where="next_at IS NOT NULL"),
    Index("delivery_aggregate", "aggregate_id"),
    info={"grants": ("SELECT", "INSERT", "UPDATE")},
)
"""What leaves the house: `waiting`, `attempting`, `done`, `failed`, `uncertain`, `cancelled`. Nothing is done without its receipt."""

audit = Table(
    "audit",
    metadata,
    Column("id", Uuid, primary_key=True),
    _moment("at"),
    _moment("law_at"),
    Column("role", Text, nullable=False),
    Column("sub", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("aggregate", Text),
    Column("aggregate_id", Uuid),
    Column("outcome", Text, nullable=False),
    Column("prior_state", Text),
    Column("state", Text),
    Column("digest", Text),
    Column("policy_date", Text),
    Column("reasons", ARRAY(Text), nullable=False),
    Column("cites", ARRAY(Text), nullable=False),
    Column("request_id", Text, nullable=False),
    Column("event_id", Uuid),
    Index("audit_aggregate", "aggregate_id", "at", "id"),
    info={**INSERT_ONLY, "import_role": INSERT_ONLY["grants"]},
)
"""Who did or was refused what, on which ground: ids, codes and digests only."""

access_log = Table(
    "access_log",
    metadata,
    Column("id", Uuid, primary_key=True),
    _moment("at"),
    Column("role", Text, nullable=False),
    Column("sub", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("aggregate", Text, nullable=False),
    Column("aggregate_id", Uuid, nullable=False),
    Column("reason", LargeBinary, nullable=False),
    Column("reason_hash", LargeBinary, nullable=False),
    Column("request_id", Text, nullable=False),
    Index("access_log_aggregate", "aggregate_id", "at"),
    info={**INSERT_ONLY, "keys_role": ("SELECT", "UPDATE (reason)"), "import_role": INSERT_ONLY["grants"]},
)
"""Who read a person, evidence, a child-protection case or an event list, and why; written before the first byte."""

data_key = Table(
    "data_key",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("ring_key", Text),
    Column("wrapped", LargeBinary),
    _moment("destroyed_at", nullable=True),
    info={
        "grants": ("SELECT", "INSERT", "UPDATE"),
        "keys_role": ("SELECT", "UPDATE (ring_key, wrapped)"),
        "import_role": INSERT_ONLY["grants"],
    },
)
"""One key for each case, person or matter, wrapped by the keyring. Destroying it is the deletion (D27): at once here and in every later
back-up. One that is older still holds the wrapped key, and opens as long as it and the ring's key are both kept."""

idempotency = Table(
    "idempotency",
    metadata,
    Column("caller", Text, primary_key=True),
    Column("operation", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("body_hash", LargeBinary, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("body", LargeBinary, nullable=False),
    _moment("at"),
    Index("idempotency_at", "at"),
    info={"grants": ("SELECT", "INSERT", "DELETE")},
)
"""Answers of finished writes, kept for seven days so that a repeat is answered and not done again."""

seal = Table(
    "seal",
    metadata,
    Column("no", BigInteger, primary_key=True, autoincrement=False),
    Column("table", Text, nullable=False),
    Column("row_id", Text, nullable=False),
    Column("row_hash", LargeBinary, nullable=False),
    Column("prev", LargeBinary, nullable=False),
    Index("seal_row", "table", "row_id", unique=True),
    info=INSERT_ONLY,
)
"""A hash chain over committed rows of audit, access log and outbox."""

TABLES = {table.name: table for table in metadata.sorted_tables}
