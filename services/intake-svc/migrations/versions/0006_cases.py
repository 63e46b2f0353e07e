"""A matter split off from a case has a case of its own, and a case passes from one team to the other, on record (R86-R88, R113).

What is split off keeps the receipt of its letter, what is carried along names what it was, and no case changes its team unsaid, on every
path: HTTP, retry, replay, direct SQL.

Revision ID: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
INSERT_ONLY = {"grants": ("SELECT", "INSERT")}
SAFE = "LANGUAGE plpgsql SET search_path = intake, pg_temp"
TOPICS = (
    "remark", "correction", "take_over", "release", "kind", "breach", "expansion", "report", "hold", "hold_released",
)  # fmt: skip

EVIDENCE = """
CREATE OR REPLACE FUNCTION guard_evidence() RETURNS trigger LANGUAGE plpgsql SET search_path = intake, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.removed_at IS NOT NULL THEN
      RAISE EXCEPTION 'evidence is there before it is removed' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM "case" c WHERE c.id = NEW.case_id AND c.kind <> 'child_protection' AND {there}) THEN
      RAISE EXCEPTION 'evidence is added to a case that a person took on, and never to child protection' USING ERRCODE = 'check_violation';
    END IF;
    {carried}RETURN NEW;
  END IF;
  IF (NEW.id, NEW.case_id, NEW."by", NEW.at, NEW.claimed_type, NEW.media_type, NEW.cautions{also_new})
     IS DISTINCT FROM (OLD.id, OLD.case_id, OLD."by", OLD.at, OLD.claimed_type, OLD.media_type, OLD.cautions{also_old})
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
# A person looked at what is carried along, so that it needs nobody who took its new case on; it is the same bytes or nothing.
CARRIED = """IF NEW.carried_from IS NOT NULL AND NOT EXISTS (
         SELECT FROM evidence e WHERE e.id = NEW.carried_from AND e.case_id <> NEW.case_id AND e.sha256 = NEW.sha256 AND e.size = NEW.size) THEN
      RAISE EXCEPTION 'what is carried along is what was there' USING ERRCODE = 'check_violation';
    END IF;
    """
LETTER = f"""
CREATE FUNCTION guard_letter() RETURNS trigger {SAFE} AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM request r WHERE r.id = NEW.letter_id AND r.letter_id IS NULL AND r.received_at = NEW.received_at
                   AND r.filed_by = NEW.filed_by) THEN
    RAISE EXCEPTION 'what is split off has the receipt of its letter' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""
TEAM = f"""
CREATE FUNCTION team_is_on_record() RETURNS trigger {SAFE} AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM hand_over h WHERE h.case_id = NEW.id AND h.from_team = OLD.team AND h.to_team = NEW.team) THEN
    RAISE EXCEPTION 'no case changes its team unsaid' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    """Make room for splits and for what passes between teams; what was counted as reports stays as it was."""
    op.add_column("case", sa.Column("reports", sa.Integer(), nullable=False, server_default="1"))
    op.execute('UPDATE "case" SET reports = cardinality(request_ids)')
    op.alter_column("case", "reports", server_default=None)
    op.create_check_constraint("reports_counted", "case", "reports > 0")
    op.add_column("request", sa.Column("letter_id", sa.Uuid(), nullable=True))
    for table, column, of in (("request", "letter_id", "request"), ("note", "carried_from", "note"), ("evidence", "carried_from", "evidence")):
        if table != "request":
            op.add_column(table, sa.Column(column, sa.Uuid(), nullable=True))
        op.create_foreign_key(f"{table}_{column}_fkey", table, of, [column], ["id"], initially="DEFERRED", deferrable=True)
    op.create_index("request_letter", "request", ["letter_id"], postgresql_where=sa.text("letter_id IS NOT NULL"))
    _topics(*TOPICS, "split", "hand_over")
    _tables()
    op.execute(LETTER)
    op.execute(
        "CREATE TRIGGER request_letter BEFORE INSERT ON request FOR EACH ROW"
        " WHEN (NEW.letter_id IS NOT NULL) EXECUTE FUNCTION guard_letter()"
    )
    op.execute(
        "CREATE TRIGGER request_keeps_letter BEFORE UPDATE ON request FOR EACH ROW"
        " WHEN (OLD.letter_id IS DISTINCT FROM NEW.letter_id) EXECUTE FUNCTION keeps_first_receipt()"
    )
    op.execute(TEAM)
    op.execute(
        'CREATE CONSTRAINT TRIGGER case_team_is_on_record AFTER UPDATE OF team ON "case" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW'
        " WHEN (OLD.team <> NEW.team AND OLD.kind = NEW.kind) EXECUTE FUNCTION team_is_on_record()"
    )
    there = "(c.state <> 'closed' AND (c.state <> 'open' OR NEW.carried_from IS NOT NULL))"
    op.execute(EVIDENCE.format(there=there, carried=CARRIED, also_new=", NEW.carried_from", also_old=", OLD.carried_from"))


def _topics(*words: str) -> None:
    op.drop_constraint("topic_known", "note")
    listed = ", ".join(f"'{word}'" for word in words)
    op.create_check_constraint("topic_known", "note", f"topic IN ({listed})")


def _tables() -> None:
    op.create_table(
        "split",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("to_case_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("case_id <> to_case_id", name="split_in_two"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["to_case_id"], ["case.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
        info=INSERT_ONLY,
    )
    op.create_index("split_case", "split", ["case_id", "id"])
    op.create_index("split_to_case", "split", ["to_case_id", "id"])
    op.create_table(
        "hand_over",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("from_team", sa.Text(), nullable=False),
        sa.Column("to_team", sa.Text(), nullable=False),
        sa.Column("from_assignee", sa.Text(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("from_team IN ('trust_and_safety', 'legal')", name="from_team_known"),
        sa.CheckConstraint("to_team IN ('trust_and_safety', 'legal')", name="to_team_known"),
        sa.CheckConstraint("from_team <> to_team", name="to_the_other_team"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
        info=INSERT_ONLY,
    )
    op.create_index("hand_over_case", "hand_over", ["case_id", "id"])


def downgrade() -> None:
    """Take it away; a case keeps the team that it has, and what was split off stays a request of its own."""
    op.execute("DROP FUNCTION team_is_on_record CASCADE")
    op.execute("DROP TRIGGER request_keeps_letter ON request")
    op.execute("DROP FUNCTION guard_letter CASCADE")
    op.execute(EVIDENCE.format(there="c.state NOT IN ('open', 'closed')", carried="", also_new="", also_old=""))
    for table in ("hand_over", "split"):
        op.drop_table(table)
    op.execute("DELETE FROM note WHERE topic IN ('split', 'hand_over')")
    _topics(*TOPICS)
    op.drop_column("evidence", "carried_from")
    op.drop_column("note", "carried_from")
    op.drop_index("request_letter", table_name="request")
    op.drop_column("request", "letter_id")
    op.drop_column("case", "reports")
