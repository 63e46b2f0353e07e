"""What stood before this system is recorded as it was, also when it is over; who was released by a modification; an event to log looks under.

What the import may write at all is said here, beside the guard that lets nobody else write it (R8, R29, R30, R83, D18, D26).

Revision ID: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

IMPORTED = """
CREATE FUNCTION guard_imported() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
DECLARE enforced action%ROWTYPE;
BEGIN
  IF session_user <> 'ban_import' THEN
    RAISE EXCEPTION 'what was not decided here is recorded by the import alone' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.kind NOT IN ('global_ban', 'event_ban', 'range_block') OR NEW.course <> 'act' OR NEW.emergency OR NEW.imposed_by <> 'foundation'
     OR NEW.performed_by IS NOT NULL OR cardinality(NEW.levels) > 0 OR NEW.source_hash IS NULL
     OR NEW.state NOT IN ('enforced', 'expired', 'lifted') OR (NEW.enacted_at <= NEW.proposed_at) IS NOT TRUE THEN
    RAISE EXCEPTION 'a ban or block from before is recorded as it was, and never as decided here' USING ERRCODE = 'check_violation';
  END IF;
  IF (NEW.state = 'enforced') IS DISTINCT FROM (NEW.ended_at IS NULL)
     OR NOT (NEW.enacted_at < NEW.ended_at AND NEW.ended_at <= NEW.proposed_at AND NEW.ended_at <= coalesce(NEW.expires_at, 'infinity'))
     OR NEW.state = 'expired' AND NEW.ended_at IS DISTINCT FROM NEW.expires_at THEN
    RAISE EXCEPTION 'what has ended has an end of its kind, and what has none holds' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.enforces IS NOT NULL THEN
    SELECT * INTO enforced FROM action WHERE id = NEW.enforces;
    IF NEW.kind <> 'range_block' OR enforced.kind <> 'global_ban' OR enforced.enacted_at IS NULL
       OR coalesce(NEW.ended_at, NEW.expires_at, 'infinity') > coalesce(enforced.ended_at, enforced.expires_at, 'infinity') THEN
      RAISE EXCEPTION 'a range block enforces a global ban and ends with it at the latest' USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  RETURN NEW;
END $$
"""

# As the sixth migration wrote it, and: what was over when it was recorded covered what it covered then.
COVER = """
CREATE OR REPLACE FUNCTION guard_cover() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.network IS NULL OR OLD.kind <> 'global_ban' OR OLD.ends_at IS NULL THEN
      RAISE EXCEPTION 'only an address whose time is over is forgotten' USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
  END IF;
  IF NOT EXISTS (SELECT FROM action a WHERE a.id = NEW.action_id AND a.kind = NEW.kind AND (
       a.state IN ('enacted', 'enforced', 'expired')
       OR (TG_OP = 'INSERT' AND a.state = 'lifted' AND a.origin = 'recorded' AND session_user = 'ban_import')
       OR (TG_OP = 'UPDATE' AND a.state IN ('lifted', 'overturned', 'declined') AND NEW.ends_at IS NOT NULL))) THEN
    RAISE EXCEPTION 'nothing is covered by an action that was not enacted' USING ERRCODE = 'check_violation';
  END IF;
  NEW.changed := pg_current_xact_id()::text::bigint;
  RETURN NEW;
END $$
"""
COVER_BEFORE = COVER.replace(
    "       OR (TG_OP = 'INSERT' AND a.state = 'lifted' AND a.origin = 'recorded' AND session_user = 'ban_import')\n", ""
)

# Nobody was covered before it was decided; and that somebody was covered before it was written down the import alone says.
BACKDATED = """
CREATE FUNCTION guard_cover_starts() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
DECLARE decision action%ROWTYPE;
BEGIN
  SELECT * INTO decision FROM action a WHERE a.id = NEW.action_id;
  IF NEW.starts_at < decision.enacted_at OR NEW.starts_at < decision.proposed_at AND session_user <> 'ban_import' THEN
    RAISE EXCEPTION 'nothing is covered before it is decided and on record' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

TRIGGERS = (
    "CREATE TRIGGER action_imported BEFORE INSERT ON action FOR EACH ROW WHEN (NEW.origin = 'recorded' AND NEW.state <> 'recorded') "
    "EXECUTE FUNCTION guard_imported()",
    "CREATE TRIGGER cover_starts BEFORE INSERT ON cover FOR EACH ROW EXECUTE FUNCTION guard_cover_starts()",
)


def upgrade() -> None:
    """Write the guards, the table of accounts released, and an id of each event that the access log can take."""
    for statement in (IMPORTED, COVER, BACKDATED, *TRIGGERS):
        op.execute(statement)
    op.create_table(
        "released_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("modification_id", sa.Uuid(), nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"]),
        sa.ForeignKeyConstraint(["modification_id"], ["modification.id"]),
        sa.PrimaryKeyConstraint("id"),
        info={"grants": ("SELECT", "INSERT")},
    )
    op.create_index("released_account_action", "released_account", ["action_id", "id"])
    op.add_column("action", sa.Column("released", sa.SmallInteger(), nullable=True))
    op.add_column("event", sa.Column("record_id", sa.Uuid(), nullable=False, server_default=sa.text("gen_random_uuid()")))
    op.alter_column("event", "record_id", server_default=None)
    op.create_unique_constraint("event_record", "event", ["record_id"])


def downgrade() -> None:
    """Take them away; what was recorded as lifted stays."""
    op.drop_constraint("event_record", "event", type_="unique")
    op.drop_column("event", "record_id")
    op.drop_column("action", "released")
    op.drop_table("released_account")
    op.execute("DROP TRIGGER cover_starts ON cover")
    op.execute("DROP TRIGGER action_imported ON action")
    op.execute(COVER_BEFORE)
    for name in ("guard_cover_starts()", "guard_imported()"):
        op.execute(f"DROP FUNCTION {name}")
