"""A case as a file: the queue's orders, notes, evidence, holds, findings, reports, and a kind that is set right (R73, R98, R99, D5, D20, D27).

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
INSERT_ONLY = {"grants": ("SELECT", "INSERT")}
REPORTED = "removed_as IS NOT DISTINCT FROM 'reported_material'"
FILTERS = ("state", "kind", "team", "assignee", "clock_state")
CAUSES = "cause IN ('new_information', 'request_expanded', 'unforeseen')"

EVIDENCE_CHECKS = {
    "removed_as_known": "removed_as IN ('added_by_mistake', 'reported_material')",
    "removed_whole": "num_nonnulls(removed_as, removed_at, removed_by) IN (0, 3)",
    "bytes_until_removed": "(content IS NULL) = (removed_at IS NOT NULL)",
    "known_unless_reported": f"num_nonnulls(sha256, size, words) = CASE WHEN {REPORTED} THEN 0 ELSE 3 END",
    "mistake_explained": "(removed_note IS NOT NULL) = (coalesce(removed_as, '') = 'added_by_mistake')",
    "hash_whole": "sha256 ~ '^[0-9a-f]{64}$'",
    "not_empty": "size > 0",
    "bytes_as_counted": "octet_length(content) = 45 + 4 * ((size + 2) / 3)",
}

# Child protection and threats to life come first, and what is decided waits for nobody (R50).
RANK = """
CREATE FUNCTION rank_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.rank := CASE WHEN NEW.state IN ('decided', 'closed') THEN 2 WHEN NEW.priority = 'urgent' THEN 0
    WHEN NEW.priority = 'high' THEN 1 ELSE 2 END;
  RETURN NEW;
END $$
"""

# The first receipt stays whatever happens; the first target stays with the kind, and another kind is on record with its reason (R87, D5).
KIND = """
CREATE FUNCTION kind_is_on_record() RETURNS trigger LANGUAGE plpgsql SET search_path = intake, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM kind_change k WHERE k.case_id = NEW.id AND k.from_kind = OLD.kind AND k.to_kind = NEW.kind
                 AND k.target_at IS NOT DISTINCT FROM OLD.target_at) THEN
    RAISE EXCEPTION 'another kind is on record with the target that counted before' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
"""

# What was noted of evidence never changes; what is removed stays removed, and may only become reported material, which leaves less of it.
EVIDENCE = """
CREATE FUNCTION guard_evidence() RETURNS trigger LANGUAGE plpgsql SET search_path = intake, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.removed_at IS NOT NULL THEN
      RAISE EXCEPTION 'evidence is there before it is removed' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM "case" c WHERE c.id = NEW.case_id AND c.kind <> 'child_protection' AND c.state NOT IN ('open', 'closed')) THEN
      RAISE EXCEPTION 'evidence is added to a case that a person took on, and never to child protection' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.case_id, NEW."by", NEW.at, NEW.claimed_type, NEW.media_type, NEW.cautions)
     IS DISTINCT FROM (OLD.id, OLD.case_id, OLD."by", OLD.at, OLD.claimed_type, OLD.media_type, OLD.cautions)
     OR (NEW.sha256 IS NOT NULL AND NEW.sha256 IS DISTINCT FROM OLD.sha256) OR (NEW.size IS NOT NULL AND NEW.size IS DISTINCT FROM OLD.size)
     OR (NEW.words IS NOT NULL AND NEW.words IS DISTINCT FROM OLD.words)
     OR (NEW.content IS NOT NULL AND NEW.content IS DISTINCT FROM OLD.content) THEN
    RAISE EXCEPTION 'what was noted of evidence never changes' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.removed_as IS NOT NULL AND NEW.removed_as IS DISTINCT FROM OLD.removed_as
     AND (OLD.removed_as, NEW.removed_as) IS DISTINCT FROM ('added_by_mistake', 'reported_material') THEN
    RAISE EXCEPTION 'what was removed stays removed' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.removed_as = 'added_by_mistake' AND OLD.removed_as IS NULL AND EXISTS (
       SELECT FROM hold h WHERE h.case_id = NEW.case_id AND h.record IN ('case', 'evidence') AND h.record_id IN (NEW.case_id, NEW.id)
       AND h.released_at IS NULL AND (h.until IS NULL OR h.until > NEW.removed_at)) THEN
    RAISE EXCEPTION 'a legal hold lies on this evidence' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

# A hold ends once, by release, and nothing else of it changes; while one is live, no key of its case is destroyed (D27).
HOLD = """
CREATE FUNCTION guard_hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.released_at IS NOT NULL OR (NEW.id, NEW.case_id, NEW.record, NEW.record_id, NEW.reason, NEW.until, NEW."by", NEW.at)
     IS DISTINCT FROM (OLD.id, OLD.case_id, OLD.record, OLD.record_id, OLD.reason, OLD.until, OLD."by", OLD.at) THEN
    RAISE EXCEPTION 'a hold stays as it was laid, and is released once' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""
HELD = """
CREATE FUNCTION holds_outrank_erasure() RETURNS trigger LANGUAGE plpgsql SET search_path = intake, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM hold h WHERE h.released_at IS NULL AND (h.until IS NULL OR h.until > NEW.destroyed_at)
             AND (h.case_id = NEW.id OR h.case_id IN (SELECT r.case_id FROM request r WHERE r.key_id = NEW.id))) THEN
    RAISE EXCEPTION 'a legal hold lies on what this key opens' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    """Make room for what a case gathers, and order the queue."""
    op.add_column("case", sa.Column("rank", sa.SmallInteger(), nullable=False, server_default="2"))
    op.alter_column("case", "rank", server_default=None)
    op.add_column("case", sa.Column("clock_since", MOMENT, nullable=True))
    op.add_column("request", sa.Column("subject_hashes", postgresql.ARRAY(sa.LargeBinary()), nullable=False, server_default="{}"))
    op.alter_column("request", "subject_hashes", server_default=None)
    op.create_check_constraint("lane_names_nobody", "request", "kind <> 'child_protection' OR cardinality(subject_hashes) = 0")
    op.create_index("request_subjects", "request", ["subject_hashes"], postgresql_using="gin")
    op.execute(RANK)
    op.execute(
        'CREATE TRIGGER case_rank BEFORE INSERT OR UPDATE OF state, priority, rank ON "case" FOR EACH ROW EXECUTE FUNCTION rank_case()'
    )
    op.execute('UPDATE "case" SET rank = 2')
    op.drop_index("case_due", table_name="case")
    op.create_index("case_due", "case", ["rank", "due_at", "id"])
    for name in FILTERS:
        op.create_index(f"case_due_by_{name}", "case", [name, "rank", "due_at", "id"])
        op.create_index(f"case_received_by_{name}", "case", [name, "received_at", "id"])
    _notes()
    _evidence()
    _evaluation()
    _holds()
    _kinds()


def _belongs(table: str = "case") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([f"{table}_id"], [f"{table}.id"], initially="DEFERRED", deferrable=True)


def _notes() -> None:
    op.create_table(
        "note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("corrects", sa.Uuid(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "topic IN ('remark', 'correction', 'take_over', 'release', 'kind', 'breach', 'expansion', 'report', 'hold', 'hold_released')",
            name="topic_known",
        ),
        sa.CheckConstraint("(topic = 'correction') = (corrects IS NOT NULL)", name="correction_of"),
        _belongs(),
        sa.ForeignKeyConstraint(["corrects"], ["note.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
        info=INSERT_ONLY,
    )
    op.create_index("note_case", "note", ["case_id", "id"])
    op.create_index("note_corrected_once", "note", ["corrects"], unique=True)


def _evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("claimed_type", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("cautions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("removed_as", sa.Text(), nullable=True),
        sa.Column("removed_by", sa.Text(), nullable=True),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.Column("removed_note", sa.LargeBinary(), nullable=True),
        *(sa.CheckConstraint(check, name=name) for name, check in EVIDENCE_CHECKS.items()),
        _belongs(),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("evidence_case", "evidence", ["case_id", "id"])
    op.create_index("evidence_once", "evidence", ["case_id", "sha256"], unique=True, postgresql_where=sa.text("removed_at IS NULL"))
    op.create_index("evidence_hash", "evidence", ["sha256"])
    # What is encrypted presses no smaller: the database need not try.
    op.execute("ALTER TABLE evidence ALTER COLUMN content SET STORAGE EXTERNAL")
    op.execute(EVIDENCE)
    op.execute("CREATE TRIGGER evidence_guard BEFORE INSERT OR UPDATE ON evidence FOR EACH ROW EXECUTE FUNCTION guard_evidence()")


def _evaluation() -> None:
    op.create_table(
        "finding",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("point", sa.Text(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("found IN ('met', 'not_met', 'not_applicable')", name="found_known"),
        _belongs(),
        sa.PrimaryKeyConstraint("id"),
        info=INSERT_ONLY,
    )
    op.create_index("finding_case", "finding", ["case_id", "id"])
    op.create_table(
        "report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        _belongs(),
        _belongs("request"),
        sa.PrimaryKeyConstraint("id"),
        info=INSERT_ONLY,
    )
    op.create_index("report_case", "report", ["case_id", "request_id"], unique=True)
    op.create_table(
        "breach_cause",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("target_at", MOMENT, nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint(CAUSES, name="cause_known"),
        _belongs(),
        sa.PrimaryKeyConstraint("id"),
        info=INSERT_ONLY,
    )
    op.create_index("breach_cause_case", "breach_cause", ["case_id", "id"])


def _holds() -> None:
    op.create_table(
        "hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("until", MOMENT, nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("released_at", MOMENT, nullable=True),
        sa.Column("released_by", sa.Text(), nullable=True),
        sa.Column("release_reason", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("record IN ('case', 'request', 'note', 'evidence', 'recommendation')", name="record_known"),
        sa.CheckConstraint("num_nonnulls(released_at, released_by, release_reason) IN (0, 3)", name="released_whole"),
        sa.CheckConstraint("(record = 'case') = (record_id = case_id)", name="held_record"),
        _belongs(),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("hold_case", "hold", ["case_id", "id"])
    op.execute(HOLD)
    op.execute("CREATE TRIGGER hold_guard BEFORE UPDATE ON hold FOR EACH ROW EXECUTE FUNCTION guard_hold()")
    op.execute(HELD)
    op.execute(
        "CREATE TRIGGER holds_outrank_erasure BEFORE UPDATE ON data_key FOR EACH ROW"
        " WHEN (OLD.destroyed_at IS NULL AND NEW.destroyed_at IS NOT NULL) EXECUTE FUNCTION holds_outrank_erasure()"
    )


def _kinds() -> None:
    op.create_table(
        "kind_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("from_kind", sa.Text(), nullable=False),
        sa.Column("to_kind", sa.Text(), nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("target_at", MOMENT, nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("clock IN ('kept', 'started', 'ended', 'changed', 'none')", name="clock_known"),
        sa.CheckConstraint("(clock IN ('none', 'started')) = (target_at IS NULL)", name="target_kept"),
        sa.CheckConstraint("from_kind <> to_kind", name="another_kind"),
        _belongs(),
        sa.PrimaryKeyConstraint("id"),
        info=INSERT_ONLY,
    )
    op.create_index("kind_change_case", "kind_change", ["case_id", "id"])
    op.execute('DROP TRIGGER case_keeps_first_receipt ON "case"')
    op.execute("""
        CREATE TRIGGER case_keeps_first_receipt BEFORE UPDATE ON "case" FOR EACH ROW
        WHEN (OLD.received_at IS DISTINCT FROM NEW.received_at
          OR (OLD.kind = NEW.kind AND (OLD.target_at, OLD.at_risk_at) IS DISTINCT FROM (NEW.target_at, NEW.at_risk_at))
          OR (OLD.kind <> NEW.kind AND OLD.kind = 'child_protection'))
        EXECUTE FUNCTION keeps_first_receipt()
    """)
    op.execute(KIND)
    op.execute("""
        CREATE CONSTRAINT TRIGGER case_kind_is_on_record AFTER UPDATE OF kind ON "case" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
        WHEN (OLD.kind <> NEW.kind) EXECUTE FUNCTION kind_is_on_record()
    """)


def downgrade() -> None:
    """Take it all away; a case keeps the kind that it has."""
    op.execute("DROP FUNCTION kind_is_on_record CASCADE")
    op.execute('DROP TRIGGER case_keeps_first_receipt ON "case"')
    op.execute("""
        CREATE TRIGGER case_keeps_first_receipt BEFORE UPDATE ON "case" FOR EACH ROW
        WHEN ((OLD.received_at, OLD.target_at, OLD.at_risk_at, OLD.kind) IS DISTINCT FROM (NEW.received_at, NEW.target_at, NEW.at_risk_at, NEW.kind))
        EXECUTE FUNCTION keeps_first_receipt()
    """)
    op.execute("DROP FUNCTION holds_outrank_erasure CASCADE")
    for table in ("kind_change", "hold", "breach_cause", "report", "finding", "evidence", "note"):
        op.drop_table(table)
    op.execute("DROP FUNCTION guard_hold")
    op.execute("DROP FUNCTION guard_evidence")
    for name in FILTERS:
        op.drop_index(f"case_received_by_{name}", table_name="case")
        op.drop_index(f"case_due_by_{name}", table_name="case")
    op.drop_index("case_due", table_name="case")
    op.create_index("case_due", "case", ["due_at", "id"])
    op.execute("DROP FUNCTION rank_case CASCADE")
    op.drop_index("request_subjects", table_name="request")
    op.drop_constraint("lane_names_nobody", "request")
    op.drop_column("request", "subject_hashes")
    op.drop_column("case", "clock_since")
    op.drop_column("case", "rank")
