"""What a CheckUser found and until when it is kept; what a receipt says beside its proof; what others undid (R84, R92, R93, D19).

A result is kept for ninety days at most and destroyed no sooner than its time, unless a hold stands on it, on every path. A receipt stays as
it was entered: what was undone and is done again has a row of its own.

Revision ID: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

RESULT = """
CREATE FUNCTION guard_check_result() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.destroyed_at IS NOT NULL OR NOT EXISTS (
         SELECT FROM action a WHERE a.id = NEW.action_id AND a.kind = 'checkuser' AND a.state IN ('enacted', 'enforced')
           AND a.enacted_at <= NEW.collected_at) THEN
      RAISE EXCEPTION 'only a CheckUser in force has results' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.action_id, NEW."by", NEW.collected_at, NEW.at, NEW.until)
     IS DISTINCT FROM (OLD.id, OLD.action_id, OLD."by", OLD.collected_at, OLD.at, OLD.until)
     OR OLD.destroyed_at IS NOT NULL OR (NEW.text IS NOT NULL AND NEW.text <> OLD.text) THEN
    RAISE EXCEPTION 'a result stays as it was kept until it is destroyed' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.destroyed_at IS NOT NULL AND (NEW.destroyed_at < OLD.until OR EXISTS (
       SELECT FROM check_result_hold h WHERE h.result_id = NEW.id AND h.released_at IS NULL)) THEN
    RAISE EXCEPTION 'a result is destroyed when its time is over, and not while it is held' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

HOLD = """
CREATE FUNCTION guard_check_result_hold() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.released_at IS NOT NULL OR NOT EXISTS (
         SELECT FROM check_result r WHERE r.id = NEW.result_id AND r.destroyed_at IS NULL AND NEW.at < r.until AND r."by" <> NEW."by") THEN
      RAISE EXCEPTION 'a hold is set in time, and not by whoever keeps the result' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.result_id, NEW."by", NEW.at, NEW.reason_id) IS DISTINCT FROM (OLD.id, OLD.result_id, OLD."by", OLD.at, OLD.reason_id)
     OR OLD.released_at IS NOT NULL THEN
    RAISE EXCEPTION 'a hold stays as it was set until it is released, once' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

RECEIPT = """
CREATE FUNCTION guard_enforcement() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.again_of IS NOT NULL AND NOT EXISTS (
         SELECT FROM enforcement e WHERE e.id = NEW.again_of AND e.state = 'drifted' AND e.over_at IS NOT NULL
           AND (e.action_id, e.wiki, e.effect) = (NEW.action_id, NEW.wiki, NEW.effect)) THEN
      RAISE EXCEPTION 'done again is what was undone' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.action_id, NEW.wiki, NEW.effect, NEW.again_of)
     IS DISTINCT FROM (OLD.id, OLD.action_id, OLD.wiki, OLD.effect, OLD.again_of)
     OR (OLD.state IN ('done', 'drifted') AND (NEW.state NOT IN ('done', 'drifted')
         OR (NEW.log_id, NEW.revision_id, NEW.url, NEW."by", NEW.at, NEW.bars, NEW.marked)
            IS DISTINCT FROM (OLD.log_id, OLD.revision_id, OLD.url, OLD."by", OLD.at, OLD.bars, OLD.marked))) THEN
    RAISE EXCEPTION 'a receipt stays as it was entered' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

REVERSAL = """
CREATE FUNCTION guard_reversal() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
       SELECT FROM enforcement e WHERE e.id = NEW.enforcement_id AND e.action_id = NEW.action_id AND e.state = 'drifted'
         AND e.seen_by = NEW."by") THEN
    RAISE EXCEPTION 'a reversal is of what a second look found undone' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

GUARDED = (
    ("check_result", "guard_check_result", "INSERT OR UPDATE"),
    ("check_result_hold", "guard_check_result_hold", "INSERT OR UPDATE"),
    ("enforcement", "guard_enforcement", "INSERT OR UPDATE"),
    ("reversal", "guard_reversal", "INSERT"),
)


def _moment(name: str, *, needed: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not needed)


def upgrade() -> None:
    """Add the tables and columns of this step, put on record what was found undone before it, then its guards."""
    _results()
    _receipts()
    for statement in (RESULT, HOLD, RECEIPT, REVERSAL):
        op.execute(statement)
    for table, function, when in GUARDED:
        op.execute(f"CREATE TRIGGER {table}_guard BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()")


def _results() -> None:
    op.create_table(
        "check_result",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("action_id", sa.Uuid(), sa.ForeignKey("action.id"), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        _moment("collected_at", needed=True),
        _moment("at", needed=True),
        _moment("until", needed=True),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        _moment("destroyed_at"),
        sa.CheckConstraint("(text IS NULL) = (destroyed_at IS NOT NULL)", name="check_result_destroyed"),
        sa.CheckConstraint("collected_at < until AND until <= collected_at + interval '2160 hours'", name="check_result_ninety_days"),
        sa.CheckConstraint("collected_at <= at AND at < until", name="check_result_kept_in_time"),
        info={"grants": ("SELECT", "INSERT", "UPDATE")},
    )
    op.create_index("check_result_action", "check_result", ["action_id", "id"])
    op.create_index("check_result_until", "check_result", ["until"], postgresql_where="destroyed_at IS NULL")
    op.create_table(
        "check_result_hold",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("result_id", sa.Uuid(), sa.ForeignKey("check_result.id"), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        _moment("at", needed=True),
        sa.Column("reason_id", sa.Uuid(), nullable=False),
        sa.Column("released_by", sa.String(), nullable=True),
        _moment("released_at"),
        sa.Column("release_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("num_nonnulls(released_by, released_at, release_id) IN (0, 3)", name="check_result_hold_released"),
        info={"grants": ("SELECT", "INSERT", "UPDATE")},
    )
    stands = "released_at IS NULL"
    op.create_index("check_result_hold_stands", "check_result_hold", ["result_id"], unique=True, postgresql_where=stands)


def _receipts() -> None:
    for column in (
        sa.Column("bars", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("marked", sa.Boolean(), nullable=True),
        sa.Column("still_marked", sa.Boolean(), nullable=True),
        sa.Column("again_of", sa.Uuid(), nullable=True),
    ):
        op.add_column("enforcement", column)
    op.create_foreign_key("enforcement_again_of", "enforcement", "enforcement", ["again_of"], ["id"])
    said = "state IN ('done', 'drifted') OR (bars IS NULL AND marked IS NULL)"
    op.create_check_constraint("enforcement_said_by_receipt", "enforcement", said)
    op.create_check_constraint("enforcement_said_by_look", "enforcement", "seen_by IS NOT NULL OR still_marked IS NULL")
    again = "again_of IS NOT NULL"
    op.create_index("enforcement_again_once", "enforcement", ["again_of"], unique=True, postgresql_where=again)
    op.create_table(
        "reversal",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("action_id", sa.Uuid(), sa.ForeignKey("action.id"), nullable=False),
        sa.Column("enforcement_id", sa.Uuid(), sa.ForeignKey("enforcement.id"), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        _moment("at", needed=True),
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("undone_by_id", sa.Uuid(), nullable=True),
        info={"grants": ("SELECT", "INSERT")},
    )
    op.create_index("reversal_action", "reversal", ["action_id", "at"])
    op.execute("""INSERT INTO reversal (id, action_id, enforcement_id, by, at, note_id)
                  SELECT gen_random_uuid(), action_id, id, seen_by, seen_at, note_id FROM enforcement WHERE state = 'drifted'""")


def downgrade() -> None:
    """Take the guards away, then columns and tables: what a check found is gone with them, and what was done again counts as undone."""
    for table, function, _ in GUARDED:
        op.execute(f"DROP TRIGGER {table}_guard ON {table}")
        op.execute(f"DROP FUNCTION {function}()")
    for table in ("reversal", "check_result_hold", "check_result"):
        op.drop_table(table)
    for name in ("enforcement_said_by_receipt", "enforcement_said_by_look"):
        op.drop_constraint(name, "enforcement", type_="check")
    op.drop_index("enforcement_again_once", table_name="enforcement")
    op.drop_constraint("enforcement_again_of", "enforcement", type_="foreignkey")
    for name in ("bars", "marked", "still_marked", "again_of"):
        op.drop_column("enforcement", name)
