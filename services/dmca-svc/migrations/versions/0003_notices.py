"""The life of a notice before and beside its review: cures, answers to what is no notice, duplicates, withdrawals (R39, D8, D9, D10).

Revision ID: 0003
"""

import importlib.util
from pathlib import Path
from types import ModuleType

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOVES = """
CREATE FUNCTION legal_move(old text, new text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT legal_move_before_cures(old, new) OR (old, new) IN (
    ('received', 'cure_requested'), ('received', 'rejected'), ('received', 'withdrawn'),
    ('cure_requested', 'received'), ('cure_requested', 'compliant'), ('cure_requested', 'in_review'), ('cure_requested', 'withdrawn'),
    ('compliant', 'withdrawn'), ('in_review', 'cure_requested'), ('in_review', 'withdrawn'), ('accepted', 'withdrawn'),
    ('taken_down', 'restored'), ('taken_down', 'withdrawn'), ('counter_noticed', 'withdrawn'), ('held', 'withdrawn'),
    ('restored', 'withdrawn'))
$$
"""

NOTICE = """
CREATE OR REPLACE FUNCTION guard_notice() RETURNS trigger LANGUAGE plpgsql SET search_path = dmca, pg_temp AS $$
DECLARE signed recommendation;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'received' THEN
      RAISE EXCEPTION 'a notice begins as received' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.request_id, NEW.channel, NEW.received_at, NEW.received_by_agent_at)
     IS DISTINCT FROM (OLD.id, OLD.request_id, OLD.channel, OLD.received_at, OLD.received_by_agent_at) THEN
    RAISE EXCEPTION 'the receipt of a notice never changes' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state <> OLD.state AND NOT legal_move(OLD.state, NEW.state) THEN
    RAISE EXCEPTION 'no move from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.decided_at IS NOT NULL AND (NEW.recommendation_id, NEW.decided_at) IS DISTINCT FROM (OLD.recommendation_id, OLD.decided_at) THEN
    RAISE EXCEPTION 'what was decided stays what was signed' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.answered_as IS NOT NULL AND (NEW.answered_as, NEW.joined_to) IS DISTINCT FROM (OLD.answered_as, OLD.joined_to) THEN
    RAISE EXCEPTION 'what was answered stays answered' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at THEN
    RAISE EXCEPTION 'what was taken back stays taken back' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state = 'withdrawn' AND OLD.state <> 'withdrawn' AND EXISTS (
      SELECT FROM page p WHERE p.notice_id = NEW.id AND p.state = 'removed') THEN
    RAISE EXCEPTION 'a notice is withdrawn when its material is back' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.answered_as IS NOT NULL AND NEW.takedown_at IS NOT NULL THEN
    RAISE EXCEPTION 'for what is no notice nothing comes down' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.state = 'received' AND NEW.state = 'rejected' AND NEW.answered_as IS NULL THEN
    RAISE EXCEPTION 'a notice is rejected by the chain' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.answered_as IS NULL AND (NEW.decided_at IS NOT NULL OR NEW.takedown_at IS NOT NULL) THEN
    SELECT * INTO signed FROM recommendation WHERE id = NEW.recommendation_id;
    IF NOT FOUND OR NOT chain_is_whole(NEW.recommendation_id) OR (NEW.state = 'rejected') IS DISTINCT FROM (signed.course = 'reject') THEN
      RAISE EXCEPTION 'not decided: the signatures, Legal''s among them, do not make the chain' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.takedown_by = signed.evaluator OR EXISTS (
        SELECT FROM assessment a WHERE a.notice_id = NEW.id AND a.counter_notice_id IS NULL AND a.by = NEW.takedown_by) THEN
      RAISE EXCEPTION 'whoever evaluated it does not take it down' USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  RETURN NEW;
END $$
"""

PAGE = """
CREATE OR REPLACE FUNCTION guard_page() RETURNS trigger LANGUAGE plpgsql SET search_path = dmca, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'up' THEN
      RAISE EXCEPTION 'a page is up when it is named' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.withdrawn_at IS NOT NULL AND (NEW.withdrawn_at, NEW.withdrawn_by) IS DISTINCT FROM (OLD.withdrawn_at, OLD.withdrawn_by) THEN
    RAISE EXCEPTION 'what was taken back stays taken back' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state = OLD.state THEN
    RETURN NEW;
  END IF;
  IF NOT EXISTS (SELECT FROM page_receipt r WHERE r.page_id = NEW.id AND r.effect = NEW.state) THEN
    RAISE EXCEPTION 'no page turns without its receipt' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state = 'removed' AND (
      (OLD.state = 'restored' AND OLD.wrongly_restored_at IS NULL)
      OR NOT EXISTS (SELECT FROM notice n WHERE n.id = NEW.notice_id AND n.takedown_at IS NOT NULL)) THEN
    RAISE EXCEPTION 'no takedown runs for this page' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state = 'restored' AND (OLD.state <> 'removed' OR NOT EXISTS (
      SELECT FROM asked_page a JOIN counter_notice c ON c.id = a.counter_notice_id
      WHERE a.page_id = NEW.id AND a.held_by IS NULL AND c.restoring AND NEW.restored_at >= c.opens)
    AND (NEW.withdrawn_at IS NULL OR EXISTS (SELECT FROM asked_page a WHERE a.page_id = NEW.id AND a.held_by IS NOT NULL))) THEN
    RAISE EXCEPTION 'no restoration runs for this page' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state = 'up' THEN
    RAISE EXCEPTION 'a page that came down is restored, never forgotten' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

MOMENT = sa.DateTime(timezone=True)
COLUMNS = {
    "notice": (
        ("automatic", sa.Boolean()),
        ("letter_hash", sa.LargeBinary()),
        ("sender_hash", sa.LargeBinary()),
        ("duplicate_of", sa.Uuid()),
        ("contact_due_at", MOMENT),
        ("cure_lapses_at", MOMENT),
        ("answered_as", sa.Text()),
        ("answered_by", sa.Text()),
        ("answered_note", sa.Uuid()),
        ("joined_to", sa.Uuid()),
        ("withdrawn_at", MOMENT),
    ),
    "page": (("down_elsewhere", sa.Uuid()), ("withdrawn_at", MOMENT), ("withdrawn_by", sa.Text())),
}
CHECKS = {
    ("notice", "cure_of_the_curable"): "state <> 'cure_requested' OR (verdict IS NOT NULL AND verdict = 'curable')",
    ("notice", "cure_until_when"): "state <> 'cure_requested' OR cure_lapses_at IS NOT NULL",
    ("notice", "answer_known"): "answered_as IN ('vrt', 'joined', 'no_answer')",
    ("notice", "answered_whole"): "num_nonnulls(answered_as, answered_by, answered_note) IN (0, 3)",
    ("notice", "no_notice_answered"): "answered_as IS NULL OR (state = 'rejected' AND (verdict IS NULL OR verdict = 'defective'))",
    ("notice", "joined_to_something"): "(joined_to IS NULL) = (answered_as IS DISTINCT FROM 'joined')",
    ("notice", "withdrawn_when"): "state <> 'withdrawn' OR withdrawn_at IS NOT NULL",
    ("notice", "of_another"): "duplicate_of <> id AND joined_to <> id",
    ("page", "withdrawn_by_somebody"): "num_nonnulls(withdrawn_at, withdrawn_by) IN (0, 2)",
}
# Each as it is now, and as it was.
CHANGED = {
    "state_known": (
        "state IN ('received', 'cure_requested', 'compliant', 'in_review', 'accepted', 'rejected', 'taken_down', 'counter_noticed', "
        "'held', 'restored', 'withdrawn')",
        "state IN ('received', 'compliant', 'in_review', 'accepted', 'rejected', 'taken_down', 'counter_noticed', 'held', 'restored')",
    ),
    "decided_when": (
        "state = 'withdrawn' OR (state IN ('received', 'cure_requested', 'compliant', 'in_review')) = (decided_at IS NULL)",
        "(state IN ('received', 'compliant', 'in_review')) = (decided_at IS NULL)",
    ),
    "taken_down_when": (
        "state = 'withdrawn' OR (state IN ('taken_down', 'counter_noticed', 'held', 'restored')) = (taken_down_at IS NOT NULL)",
        "(state IN ('taken_down', 'counter_noticed', 'held', 'restored')) = (taken_down_at IS NOT NULL)",
    ),
}
INDEXES = {
    "notice_letter": ("notice", ["letter_hash"]),
    "notice_sender": ("notice", ["sender_hash", "received_at", "id"]),
    "notice_duplicate": ("notice", ["duplicate_of"]),
}


def upgrade() -> None:
    """Lay it down."""
    for table, columns in COLUMNS.items():
        for name, kind in columns:
            default = sa.false() if name == "automatic" else None
            op.add_column(table, sa.Column(name, kind, nullable=default is None, server_default=default))
    op.alter_column("notice", "automatic", server_default=None)
    for table, column in (("notice", "duplicate_of"), ("notice", "joined_to"), ("page", "down_elsewhere")):
        op.create_foreign_key(f"{table}_{column}_fkey", table, "notice", [column], ["id"])
    for (table, name), said in CHECKS.items():
        op.create_check_constraint(name, table, said)
    for name, (now, _) in CHANGED.items():
        _check_anew(name, now)
    for name, (table, columns) in INDEXES.items():
        op.create_index(name, table, columns)
    _cures()
    op.execute("ALTER FUNCTION legal_move(text, text) RENAME TO legal_move_before_cures")
    for statement in (MOVES, NOTICE, PAGE):
        op.execute(statement)


def downgrade() -> None:
    """Take it away again."""
    guards = _first_guards()
    op.execute("DROP FUNCTION legal_move(text, text)")
    op.execute("ALTER FUNCTION legal_move_before_cures(text, text) RENAME TO legal_move")
    for statement in (guards.NOTICE, guards.PAGE):
        op.execute(statement.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
    op.drop_table("cure")
    op.drop_table("cure_request")
    for name, (table, _) in INDEXES.items():
        op.drop_index(name, table)
    for name, (_, before) in CHANGED.items():
        _check_anew(name, before)
    for table, name in CHECKS:
        op.drop_constraint(name, table)
    for table, columns in COLUMNS.items():
        for name, _ in columns:
            op.drop_column(table, name)


def _check_anew(name: str, said: str) -> None:
    op.drop_constraint(name, "notice")
    op.create_check_constraint(name, "notice", said)


def _cures() -> None:
    op.create_table(
        "cure_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("missing", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("lapses_at", MOMENT, nullable=False),
        sa.Column("letter", sa.Text()),
        sa.Column("letter_at", MOMENT),
        sa.CheckConstraint("letter IN ('queued', 'delivered', 'failed', 'uncertain', 'suppressed')", name="letter_known"),
        sa.CheckConstraint("num_nonnulls(letter, letter_at) IN (0, 2)", name="letter_whole"),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("cure_request_notice", "cure_request", ["notice_id"])
    op.create_table(
        "cure",
        sa.Column("request_id", sa.Uuid(), unique=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("filed_by", sa.Text(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("received_by_agent_at", MOMENT),
        sa.Column("letter", sa.LargeBinary(), nullable=False),
        sa.Column("reading", sa.LargeBinary(), nullable=False),
        sa.Column("sender", sa.LargeBinary(), nullable=False),
        sa.Column("unread", sa.Text()),
        sa.Column("attachments", postgresql.JSONB(), nullable=False),
        sa.Column("read_elements", postgresql.JSONB(), nullable=False),
        sa.Column("verdict", sa.Text()),
        sa.Column("missing", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("channel IN ('legal', 'form', 'forwarded')", name="channel_known"),
        sa.CheckConstraint("document IN ('notice', 'counter_notice', 'retraction', 'court_action', 'other')", name="document_known"),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("cure_notice", "cure", ["notice_id"])


def _first_guards() -> ModuleType:
    """Load the step before, whose guards come back; a module's name cannot begin with a digit."""
    spec = importlib.util.spec_from_file_location("first_guards", Path(__file__).with_name("0002_guards.py"))
    if spec is None or spec.loader is None:
        raise ImportError("0002_guards.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
