"""Senders and their standing: what was observed, warnings with their receipts, lock-outs of two persons (R117-R119, D12).

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)

# The warning comes before the lock-out, and a sender is known by one mark for ever (R118).
SENDER = """
CREATE FUNCTION guard_sender() RETURNS trigger LANGUAGE plpgsql SET search_path = intake, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'good' THEN
      RAISE EXCEPTION 'a sender begins in good standing' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.mark, NEW.known_by) IS DISTINCT FROM (OLD.id, OLD.mark, OLD.known_by) THEN
    RAISE EXCEPTION 'a sender stays who it is' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
       ('good', 'warned'), ('warned', 'locked_out'), ('locked_out', 'warned')) THEN
    RAISE EXCEPTION 'a sender does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state = 'locked_out' AND NOT EXISTS (
       SELECT FROM lock_out l WHERE l.sender_id = NEW.id AND l.state = 'in_force' AND l.until = NEW.locked_out_until) THEN
    RAISE EXCEPTION 'nobody is locked out without a confirmed lock-out' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

# A warning is received once, and nothing else of it changes: its receipt is the proof (R118).
WARNING = """
CREATE FUNCTION guard_sender_warning() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.delivered_at IS NOT NULL THEN
      RAISE EXCEPTION 'a warning is given before it is received' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.delivered_at IS NOT NULL OR (NEW.id, NEW.sender_id, NEW.request_id, NEW.event_id, NEW."by", NEW.at)
     IS DISTINCT FROM (OLD.id, OLD.sender_id, OLD.request_id, OLD.event_id, OLD."by", OLD.at) THEN
    RAISE EXCEPTION 'a warning stays as it was given, and is received once' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

# Warned and received, gone on after it, two persons, none of them aimed at or complained about (R118, D12).
LOCK_OUT = """
CREATE FUNCTION guard_lock_out() RETURNS trigger LANGUAGE plpgsql SET search_path = intake, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'proposed' THEN
      RAISE EXCEPTION 'a lock-out is proposed first' USING ERRCODE = 'check_violation';
    END IF;
  ELSE
    IF (NEW.id, NEW.sender_id, NEW.request_id, NEW.points, NEW.days, NEW.note, NEW."by", NEW.at)
       IS DISTINCT FROM (OLD.id, OLD.sender_id, OLD.request_id, OLD.points, OLD.days, OLD.note, OLD."by", OLD.at)
       OR (OLD.until IS NOT NULL AND (NEW.confirmed_by, NEW.confirmed_at, NEW.confirmation, NEW.until)
           IS DISTINCT FROM (OLD.confirmed_by, OLD.confirmed_at, OLD.confirmation, OLD.until)) THEN
      RAISE EXCEPTION 'a lock-out stays as it was decided' USING ERRCODE = 'check_violation';
    END IF;
    IF (OLD.state, NEW.state) NOT IN (
         ('proposed', 'in_force'), ('proposed', 'superseded'), ('in_force', 'ended'), ('in_force', 'lifted')) THEN
      RAISE EXCEPTION 'a lock-out does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> 'in_force' THEN
      RETURN NEW;
    END IF;
  END IF;
  IF NOT EXISTS (
       SELECT FROM sender_warning w JOIN sender_conduct c ON c.sender_id = w.sender_id AND c.happened_at > w.delivered_at
       WHERE w.sender_id = NEW.sender_id) THEN
    RAISE EXCEPTION 'nobody is locked out who was not warned, or has stopped' USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT FROM sender_conduct c WHERE c.sender_id = NEW.sender_id
             AND c.aimed_at && ARRAY_REMOVE(ARRAY[NEW."by", NEW.confirmed_by], NULL)) THEN
    RAISE EXCEPTION 'whoever it was aimed at does not decide' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    """Make room for the standing of senders; a request says what its sender's was when it was the matter."""
    op.create_table(
        "sender",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("known_by", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("locked_out_until", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("known_by IN ('email', 'wiki_user')", name="known_by_known"),
        sa.CheckConstraint("state IN ('good', 'warned', 'locked_out')", name="state_known"),
        sa.CheckConstraint("(state = 'locked_out') = (locked_out_until IS NOT NULL)", name="lock_out_ends"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("mark", name="sender_once"),
    )
    _conduct()
    _warning()
    _lock_out()
    op.add_column("request", sa.Column("sender_id", sa.Uuid(), nullable=True))
    op.add_column("request", sa.Column("sender_state", sa.Text(), nullable=True))
    op.add_column("request", sa.Column("sender_locked_out_until", MOMENT, nullable=True))
    op.create_foreign_key("request_sender_id_fkey", "request", "sender", ["sender_id"], ["id"], initially="DEFERRED", deferrable=True)
    op.create_check_constraint("sender_state_known", "request", "sender_state IN ('good', 'warned', 'locked_out')")
    op.create_check_constraint("sender_said_whole", "request", "(sender_id IS NULL) = (sender_state IS NULL)")
    op.create_index("request_sender", "request", ["sender_id"], postgresql_where=sa.text("sender_id IS NOT NULL"))
    for name, table, when, body in (
        ("guard_sender", "sender", "INSERT OR UPDATE", SENDER),
        ("guard_sender_warning", "sender_warning", "INSERT OR UPDATE", WARNING),
        ("guard_lock_out", "lock_out", "INSERT OR UPDATE", LOCK_OUT),
    ):
        op.execute(body)
        op.execute(f"CREATE TRIGGER {table}_guard BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def _belongs(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([f"{table}_id"], [f"{table}.id"], initially="DEFERRED", deferrable=True)


def _conduct() -> None:
    op.create_table(
        "sender_conduct",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("seriousness", sa.SmallInteger(), nullable=False),
        sa.Column("intended", sa.Boolean(), nullable=False),
        sa.Column("aimed_at", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("seriousness BETWEEN 1 AND 3", name="seriousness_known"),
        sa.CheckConstraint("happened_at <= at", name="has_happened"),
        _belongs("sender"),
        _belongs("request"),
        sa.PrimaryKeyConstraint("id"),
        info={"grants": ("SELECT", "INSERT")},
    )
    op.create_index("sender_conduct_sender", "sender_conduct", ["sender_id", "id"])


def _warning() -> None:
    op.create_table(
        "sender_warning",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("delivered_at", MOMENT, nullable=True),
        _belongs("sender"),
        _belongs("request"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("event_id", name="sender_warning_event"),
    )
    op.create_index("sender_warning_sender", "sender_warning", ["sender_id", "id"])


def _lock_out() -> None:
    op.create_table(
        "lock_out",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("confirmation", sa.LargeBinary(), nullable=True),
        sa.Column("until", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.Column("lifting", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("state IN ('proposed', 'superseded', 'in_force', 'ended', 'lifted')", name="state_known"),
        sa.CheckConstraint("points > 0 AND days > 0", name="length_given"),
        sa.CheckConstraint('confirmed_by <> "by"', name="lock_out_of_two_persons"),
        sa.CheckConstraint(
            "num_nonnulls(confirmed_by, confirmed_at, confirmation, until) ="
            " CASE WHEN state IN ('in_force', 'ended', 'lifted') THEN 4 ELSE 0 END",
            name="lock_out_confirmed",
        ),
        sa.CheckConstraint("until = confirmed_at + days * interval '24 hours'", name="lock_out_as_proposed"),
        sa.CheckConstraint("num_nonnulls(lifted_by, lifting) = CASE WHEN state = 'lifted' THEN 2 ELSE 0 END", name="lifted_why"),
        sa.CheckConstraint("(ended_at IS NOT NULL) = (state IN ('superseded', 'ended', 'lifted'))", name="lock_out_ended"),
        _belongs("sender"),
        _belongs("request"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("lock_out_proposed", "lock_out", ["sender_id"], unique=True, postgresql_where=sa.text("state = 'proposed'"))
    op.create_index("lock_out_in_force", "lock_out", ["sender_id"], unique=True, postgresql_where=sa.text("state = 'in_force'"))
    op.create_index("lock_out_sender", "lock_out", ["sender_id", "id"])


def downgrade() -> None:
    """Take it all away; whoever was locked out is heard."""
    op.drop_index("request_sender", table_name="request")
    for column in ("sender_locked_out_until", "sender_state", "sender_id"):
        op.drop_column("request", column)
    for table in ("lock_out", "sender_warning", "sender_conduct", "sender"):
        op.drop_table(table)
    for name in ("guard_sender", "guard_sender_warning", "guard_lock_out"):
        op.execute(f"DROP FUNCTION {name}")
