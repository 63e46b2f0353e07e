"""What follows a takedown: uploaders, completed and withdrawn counter-notices, holds that end, pages that two notices name (R49, D10).

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

HOLD_MOVES = """
CREATE FUNCTION legal_move(old text, new text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT legal_move_before_holds_end(old, new)
    OR (old, new) IN (('held', 'taken_down'), ('held', 'counter_noticed'), ('held', 'restored'))
$$
"""

COUNTER_MOVES = """
CREATE OR REPLACE FUNCTION legal_counter_move(old text, new text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT (old, new) IN (
    ('received', 'incomplete'), ('received', 'accepted'), ('received', 'rejected'), ('received', 'withdrawn'),
    ('incomplete', 'accepted'), ('incomplete', 'rejected'), ('incomplete', 'withdrawn'),
    ('accepted', 'held'), ('accepted', 'restored'), ('accepted', 'withdrawn'),
    ('held', 'accepted'), ('held', 'hold_ended'), ('held', 'withdrawn'),
    ('hold_ended', 'accepted'), ('hold_ended', 'held'), ('hold_ended', 'restored'), ('hold_ended', 'rejected'), ('hold_ended', 'withdrawn'),
    ('restored', 'held'))
$$
"""

COUNTER_MOVES_BEFORE = """
CREATE OR REPLACE FUNCTION legal_counter_move(old text, new text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT (old, new) IN (
    ('received', 'incomplete'), ('received', 'accepted'), ('received', 'rejected'), ('incomplete', 'accepted'), ('incomplete', 'rejected'),
    ('accepted', 'held'), ('accepted', 'restored'), ('restored', 'held'))
$$
"""

COMPLETION = """
CREATE FUNCTION guard_completion() RETURNS trigger LANGUAGE plpgsql SET search_path = dmca, pg_temp AS $$
BEGIN
  IF OLD.opens IS NOT NULL AND (NEW.completed_at, NEW.completed_by_agent_at)
     IS DISTINCT FROM (OLD.completed_at, OLD.completed_by_agent_at) THEN
    RAISE EXCEPTION 'what came after a window opened does not move it' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.completed_at IS DISTINCT FROM OLD.completed_at AND OLD.state <> 'incomplete' THEN
    RAISE EXCEPTION 'only what was found incomplete is completed' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.restoring AND NOT OLD.restoring AND NEW.state <> 'accepted' THEN
    RAISE EXCEPTION 'only what is accepted and held by nothing is restored' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

COURT_ACTION = """
CREATE FUNCTION guard_court_action() RETURNS trigger LANGUAGE plpgsql SET search_path = dmca, pg_temp AS $$
BEGIN
  IF (NEW.id, NEW.notice_id, NEW.forum, NEW.told_by, NEW.received_at, NEW.filed_at, NEW.recorded_by, NEW.recorded_at, NEW.page_ids)
     IS DISTINCT FROM (OLD.id, OLD.notice_id, OLD.forum, OLD.told_by, OLD.received_at, OLD.filed_at, OLD.recorded_by, OLD.recorded_at,
                       OLD.page_ids) THEN
    RAISE EXCEPTION 'what the agent was told stays as it was told' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state <> OLD.state AND (OLD.state, NEW.state) <> ('holding', 'ended') THEN
    RAISE EXCEPTION 'no move from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

ASKED_PAGE = """
CREATE FUNCTION guard_asked_page() RETURNS trigger LANGUAGE plpgsql SET search_path = dmca, pg_temp AS $$
BEGIN
  IF OLD.held_by IS NOT NULL AND NEW.held_by IS DISTINCT FROM OLD.held_by AND NOT EXISTS (
      SELECT FROM court_action a WHERE a.id = OLD.held_by AND a.state = 'ended') THEN
    RAISE EXCEPTION 'an action that goes on keeps its page down' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

DOWN_ALREADY = """
CREATE FUNCTION guard_page_receipt() RETURNS trigger LANGUAGE plpgsql SET search_path = dmca, pg_temp AS $$
BEGIN
  IF NEW.other_page_id IS NOT NULL AND NOT EXISTS (
      SELECT FROM page other JOIN page mine ON mine.place_hash = other.place_hash AND mine.notice_id <> other.notice_id
      WHERE other.id = NEW.other_page_id AND mine.id = NEW.page_id AND other.state = 'removed') THEN
    RAISE EXCEPTION 'no other notice has this page down' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

GUARDS = {
    "completion_guard": ("counter_notice", "UPDATE", "guard_completion()"),
    "court_action_guard": ("court_action", "UPDATE", "guard_court_action()"),
    "asked_page_guard": ("asked_page", "UPDATE", "guard_asked_page()"),
    "page_receipt_guard": ("page_receipt", "INSERT", "guard_page_receipt()"),
}
MOMENT = sa.DateTime(timezone=True)
COUNTER_STATES = "'received', 'incomplete', 'accepted', 'held', 'restored', 'rejected'"


def upgrade() -> None:
    """Lay it down: uploaders, completions, ends of holds, and their guards."""
    _uploaders()
    _completions()
    _counter_notices()
    _court_actions()
    _receipts()
    _holds()
    op.add_column("notice", sa.Column("unannounced_by", sa.Text()))
    op.add_column("notice", sa.Column("unannounced_at", MOMENT))
    op.add_column("notice", sa.Column("unannounced_note", sa.Uuid()))
    op.create_check_constraint("unannounced_whole", "notice", "num_nonnulls(unannounced_by, unannounced_at, unannounced_note) IN (0, 3)")
    op.execute("ALTER FUNCTION legal_move(text, text) RENAME TO legal_move_before_holds_end")
    for statement in (HOLD_MOVES, COUNTER_MOVES, COMPLETION, COURT_ACTION, ASKED_PAGE, DOWN_ALREADY):
        op.execute(statement)
    for name, (table, when, function) in GUARDS.items():
        op.execute(f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}")


def downgrade() -> None:
    """Take it away again."""
    for name, (table, _, function) in GUARDS.items():
        op.execute(f"DROP TRIGGER {name} ON {table}")
        op.execute(f"DROP FUNCTION {function}")
    op.execute("DROP FUNCTION legal_move(text, text)")
    op.execute("ALTER FUNCTION legal_move_before_holds_end(text, text) RENAME TO legal_move")
    op.execute(COUNTER_MOVES_BEFORE)
    op.drop_constraint("unannounced_whole", "notice")
    for column in ("unannounced_by", "unannounced_at", "unannounced_note"):
        op.drop_column("notice", column)
    op.drop_table("page_hold")
    _receipts_back()
    _court_actions_back()
    _counter_notices_back()
    op.drop_table("counter_completion")
    op.drop_table("uploader")


def _uploaders() -> None:
    op.create_table(
        "uploader",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("account_hash", sa.LargeBinary(), nullable=False),
        sa.Column("person", sa.LargeBinary(), nullable=False),
        sa.Column("page_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("notification_id", sa.Uuid()),
        sa.Column("letter", sa.Text()),
        sa.Column("informed_at", MOMENT),
        sa.Column("informed_channel", sa.Text()),
        sa.CheckConstraint("num_nonnulls(informed_at, informed_channel) IN (0, 2)", name="informed_whole"),
        sa.CheckConstraint("informed_at IS NULL OR notification_id IS NOT NULL", name="informed_by_a_letter"),
        sa.CheckConstraint("letter IN ('queued', 'delivered', 'failed', 'uncertain', 'suppressed')", name="letter_known"),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("notice_id", "account_hash", name="uploader_once"),
    )
    op.create_index("uploader_account", "uploader", ["account_hash"])
    op.create_index("page_place", "page", ["place_hash"])


def _completions() -> None:
    op.create_table(
        "counter_completion",
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("filed_by", sa.Text(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("received_by_agent_at", MOMENT, nullable=True),
        sa.Column("letter", sa.LargeBinary(), nullable=False),
        sa.Column("reading", sa.LargeBinary(), nullable=False),
        sa.Column("sender", sa.LargeBinary(), nullable=False),
        sa.Column("unread", sa.Text(), nullable=True),
        sa.Column("attachments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("read_elements", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("missing", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("counter_notice_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("channel IN ('legal', 'form', 'forwarded')", name="channel_known"),
        sa.CheckConstraint("document IN ('notice', 'counter_notice', 'retraction', 'court_action', 'other')", name="document_known"),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"]),
        sa.ForeignKeyConstraint(["counter_notice_id"], ["counter_notice.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("request_id"),
    )
    op.create_index("counter_completion_notice", "counter_completion", ["notice_id"])


def _counter_notices() -> None:
    table = "counter_notice"
    for column in (
        sa.Column("subscriber", sa.LargeBinary()),
        sa.Column("subscriber_hash", sa.LargeBinary()),
        sa.Column("agent_by", sa.Text()),
        sa.Column("agent_at", MOMENT),
        sa.Column("agent_note", sa.Uuid(), sa.ForeignKey("note.id")),
        sa.Column("completed_at", MOMENT),
        sa.Column("completed_by_agent_at", MOMENT),
        sa.Column("completion_judged", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("released_by", sa.Text()),
        sa.Column("released_at", MOMENT),
        sa.Column("withdrawn_at", MOMENT),
    ):
        op.add_column(table, column)
    op.alter_column(table, "completion_judged", server_default=None)
    for name in ("state_known", "window_by_acceptance", "window_from_the_agent"):
        op.drop_constraint(name, table)
    for name, check in {
        "state_known": f"state IN ({COUNTER_STATES}, 'hold_ended', 'withdrawn')",
        "window_by_acceptance": "CASE WHEN state IN ('accepted', 'held', 'hold_ended', 'restored') THEN opens IS NOT NULL"
        " WHEN state IN ('received', 'incomplete') THEN opens IS NULL ELSE true END",
        "window_from_the_agent": "opens IS NULL OR CASE WHEN completed_at IS NULL THEN received_by_agent_at ELSE completed_by_agent_at END"
        " IS NOT NULL",
        "completed_whole": "completed_by_agent_at IS NULL OR completed_at IS NOT NULL",
        "agent_by_counsel": "num_nonnulls(agent_by, agent_at, agent_note) IN (0, 3)",
        "released_by_legal": "num_nonnulls(released_by, released_at) IN (0, 2)",
        "withdrawn_when": "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)",
        "withdrawn_restores_nothing": "state <> 'withdrawn' OR NOT restoring",
    }.items():
        op.create_check_constraint(name, table, check)


def _counter_notices_back() -> None:
    table = "counter_notice"
    for name in (
        "state_known",
        "window_by_acceptance",
        "window_from_the_agent",
        "completed_whole",
        "agent_by_counsel",
        "released_by_legal",
        "withdrawn_when",
        "withdrawn_restores_nothing",
    ):
        op.drop_constraint(name, table)
    op.create_check_constraint("state_known", table, f"state IN ({COUNTER_STATES})")
    op.create_check_constraint("window_by_acceptance", table, "(state IN ('accepted', 'held', 'restored')) = (opens IS NOT NULL)")
    op.create_check_constraint("window_from_the_agent", table, "opens IS NULL OR received_by_agent_at IS NOT NULL")
    for column in (
        "subscriber",
        "subscriber_hash",
        "agent_by",
        "agent_at",
        "agent_note",
        "completed_at",
        "completed_by_agent_at",
        "completion_judged",
        "released_by",
        "released_at",
        "withdrawn_at",
    ):
        op.drop_column(table, column)


def _court_actions() -> None:
    table = "court_action"
    op.add_column(table, sa.Column("docket_known", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column(table, sa.Column("stays_down", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column(table, sa.Column("ended_at", MOMENT))
    op.add_column(table, sa.Column("ended_by", sa.Text()))
    op.add_column(table, sa.Column("ended_note", sa.Uuid(), sa.ForeignKey("note.id")))
    op.alter_column(table, "docket_known", server_default=None)
    op.alter_column(table, "stays_down", server_default=None)
    op.drop_constraint("state_known", table)
    op.create_check_constraint("state_known", table, "state IN ('holding', 'not_holding', 'ended')")
    op.create_check_constraint("ended_whole", table, "num_nonnulls(ended_at, ended_by, ended_note) IN (0, 3)")
    op.create_check_constraint("ended_when", table, "(state = 'ended') = (ended_at IS NOT NULL)")


def _court_actions_back() -> None:
    table = "court_action"
    for name in ("state_known", "ended_whole", "ended_when"):
        op.drop_constraint(name, table)
    op.create_check_constraint("state_known", table, "state IN ('holding', 'not_holding')")
    for column in ("docket_known", "stays_down", "ended_at", "ended_by", "ended_note"):
        op.drop_column(table, column)


def _holds() -> None:
    op.create_table(
        "page_hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("page_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("laid_by", sa.Text(), nullable=False),
        sa.Column("laid_at", MOMENT, nullable=False),
        sa.Column("laid_note", sa.Uuid(), nullable=False),
        sa.Column("ended_by", sa.Text()),
        sa.Column("ended_at", MOMENT),
        sa.Column("ended_note", sa.Uuid()),
        sa.CheckConstraint("cause IN ('order', 'measure')", name="cause_known"),
        sa.CheckConstraint("cardinality(page_ids) > 0", name="holds_something"),
        sa.CheckConstraint("num_nonnulls(ended_at, ended_by, ended_note) IN (0, 3)", name="ended_whole"),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"]),
        sa.ForeignKeyConstraint(["laid_note"], ["note.id"]),
        sa.ForeignKeyConstraint(["ended_note"], ["note.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("page_hold_notice", "page_hold", ["notice_id"])


def _receipts() -> None:
    table = "page_receipt"
    op.add_column(table, sa.Column("other_page_id", sa.Uuid(), sa.ForeignKey("page.id")))
    op.add_column(table, sa.Column("acting_account", sa.Text(), nullable=False, server_default="staff"))
    op.alter_column(table, "acting_account", server_default=None)
    op.drop_constraint("one_proof", table)
    op.create_check_constraint("one_proof", table, "num_nonnulls(log_id, revision_id, note_id, other_page_id) = 1")
    op.create_check_constraint("down_already", table, "other_page_id IS NULL OR (effect = 'removed' AND other_page_id <> page_id)")
    op.create_check_constraint("acting_account_known", table, "acting_account IN ('staff', 'wmfoffice')")


def _receipts_back() -> None:
    table = "page_receipt"
    for name in ("one_proof", "down_already", "acting_account_known"):
        op.drop_constraint(name, table)
    op.create_check_constraint("one_proof", table, "num_nonnulls(log_id, revision_id, note_id) = 1")
    op.drop_column(table, "other_page_id")
    op.drop_column(table, "acting_account")
    op.drop_index("page_place", "page")
