"""What is taken back says on whose word, letters join a notice, measures of the house keep pages down, and what is kept stays down here too.

Revision ID: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
INSERT_ONLY = {"grants": ("SELECT", "INSERT")}

# The same question that `rules/restoration.py` answers for a page: what beside its own counter-notice keeps it down at a moment?
KEPT = """
CREATE FUNCTION kept_down(about uuid, back_at timestamptz) RETURNS text LANGUAGE sql STABLE SET search_path = dmca, pg_temp AS $$
  WITH mine AS (SELECT id, notice_id, place_hash FROM page WHERE id = about),
       same AS (SELECT p.* FROM page p JOIN mine ON p.place_hash = mine.place_hash)
  SELECT CASE
    WHEN EXISTS (
      SELECT FROM same o JOIN mine ON o.notice_id <> mine.notice_id JOIN notice n ON n.id = o.notice_id
      WHERE (o.named OR o.state <> 'up') AND o.state <> 'restored' AND o.withdrawn_at IS NULL
        AND n.state IN ('accepted', 'taken_down', 'counter_noticed', 'held', 'restored')
        AND NOT EXISTS (
          SELECT FROM asked_page a JOIN counter_notice c ON c.id = a.counter_notice_id
          WHERE a.page_id = o.id AND a.held_by IS NULL AND c.state = 'accepted'
            AND CASE WHEN c.early_at IS NULL THEN c.enforcer_from ELSE c.opens END <= back_at))
      THEN 'another notice'
    WHEN EXISTS (SELECT FROM court_action c JOIN same ON same.id = ANY (c.page_ids) WHERE c.stays_down)
      OR EXISTS (SELECT FROM page_hold h JOIN same ON same.id = ANY (h.page_ids) WHERE h.ended_at IS NULL)
      THEN 'an order'
    WHEN EXISTS (SELECT FROM measure_page k JOIN measure m ON m.id = k.measure_id JOIN mine ON mine.place_hash = k.place_hash
                 WHERE k.ended_at IS NULL AND m.ended_at IS NULL)
      THEN 'a measure'
  END
$$
"""

PAGE = """
CREATE FUNCTION guard_kept_page() RETURNS trigger LANGUAGE plpgsql SET search_path = dmca, pg_temp AS $$
DECLARE keeper text;
BEGIN
  keeper := kept_down(NEW.id, NEW.restored_at);
  IF keeper IS NOT NULL THEN
    RAISE EXCEPTION '% keeps this page down', keeper USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

RECEIPT = """
CREATE FUNCTION guard_kept_receipt() RETURNS trigger LANGUAGE plpgsql SET search_path = dmca, pg_temp AS $$
DECLARE keeper text;
BEGIN
  keeper := kept_down(NEW.page_id, NEW.at);
  IF keeper IS NOT NULL THEN
    RAISE EXCEPTION '% keeps this page down', keeper USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

TAKEN_BACK = """
CREATE FUNCTION guard_taken_back() RETURNS trigger LANGUAGE plpgsql SET search_path = dmca, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM withdrawal w WHERE w.notice_id = NEW.notice_id AND NEW.id = ANY (w.page_ids) AND w.at = NEW.withdrawn_at) THEN
    RAISE EXCEPTION 'nobody recorded on whose word this is taken back' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

JOINING = """
CREATE FUNCTION guard_joining() RETURNS trigger LANGUAGE plpgsql SET search_path = dmca, pg_temp AS $$
BEGIN
  IF NOT (CASE NEW.joined_as
      WHEN 'counter_notice' THEN EXISTS (SELECT FROM counter_notice c WHERE c.id = NEW.became AND c.notice_id = NEW.notice_id)
        OR EXISTS (SELECT FROM counter_completion c WHERE c.id = NEW.became AND c.notice_id = NEW.notice_id)
      WHEN 'retraction' THEN EXISTS (SELECT FROM withdrawal w WHERE w.id = NEW.became AND w.notice_id = NEW.notice_id)
      WHEN 'court_action' THEN EXISTS (SELECT FROM court_action c WHERE c.id = NEW.became AND c.notice_id = NEW.notice_id)
      ELSE EXISTS (SELECT FROM cure c WHERE c.id = NEW.became AND c.notice_id = NEW.notice_id) END) THEN
    RAISE EXCEPTION 'the letter became nothing under that notice' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

MEASURE = """
CREATE FUNCTION guard_measure() RETURNS trigger LANGUAGE plpgsql SET search_path = dmca, pg_temp AS $$
BEGIN
  IF (NEW.id, NEW.action_hash, NEW.at) IS DISTINCT FROM (OLD.id, OLD.action_hash, OLD.at)
     OR OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at THEN
    RAISE EXCEPTION 'a measure stays what it was, and ends once' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

TRIGGERS = {
    "page_kept_guard": (
        "page",
        "UPDATE",
        "WHEN (NEW.state = 'restored' AND OLD.state <> 'restored') EXECUTE FUNCTION guard_kept_page()",
    ),
    "page_receipt_kept_guard": ("page_receipt", "INSERT", "WHEN (NEW.effect = 'restored') EXECUTE FUNCTION guard_kept_receipt()"),
    "page_taken_back_guard": (
        "page",
        "UPDATE",
        "WHEN (NEW.withdrawn_at IS NOT NULL AND OLD.withdrawn_at IS NULL) EXECUTE FUNCTION guard_taken_back()",
    ),
    "joining_guard": ("joining", "INSERT", "EXECUTE FUNCTION guard_joining()"),
    "measure_guard": ("measure", "UPDATE", "EXECUTE FUNCTION guard_measure()"),
}

# What was taken back before stands on the word of whoever recorded it: nothing else was asked.
BEFORE = """
INSERT INTO withdrawal (id, notice_id, page_ids, note_id, verified_by, by, at)
  SELECT gen_random_uuid(), n.notice_id, ARRAY(
      SELECT p.id FROM page p WHERE p.notice_id = n.notice_id AND p.withdrawn_at = n.at), n.id, 'recorder', n.by, n.at
  FROM note n WHERE n.about = 'withdrawal'
"""


def upgrade() -> None:
    """Lay it down."""
    _withdrawals()
    _measures()
    op.execute(BEFORE)
    for statement in (KEPT, PAGE, RECEIPT, TAKEN_BACK, JOINING, MEASURE):
        op.execute(statement)
    for name, (table, when, does) in TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW {does}")


def downgrade() -> None:
    """Take it away again."""
    for name, (table, _, _) in TRIGGERS.items():
        op.execute(f"DROP TRIGGER {name} ON {table}")
    functions = ("guard_measure()", "guard_joining()", "guard_taken_back()", "guard_kept_receipt()", "guard_kept_page()")
    for function in (*functions, "kept_down(uuid, timestamptz)"):
        op.execute(f"DROP FUNCTION {function}")
    for table in ("measure_page", "measure", "concern", "joining", "withdrawal"):
        op.drop_table(table)


def _withdrawals() -> None:
    op.create_table(
        "withdrawal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("page_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("verified_by", sa.Text(), nullable=False),
        sa.Column("verified_note", sa.Uuid(), nullable=True),
        sa.Column("letter_id", sa.Uuid(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("verified_by IN ('confirmed', 'same_sender', 'recorder')", name="verified_by_known"),
        sa.CheckConstraint("(verified_by = 'confirmed') = (verified_note IS NOT NULL)", name="confirmed_how"),
        sa.CheckConstraint("verified_by <> 'same_sender' OR letter_id IS NOT NULL", name="sender_of_a_letter"),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"]),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"]),
        sa.ForeignKeyConstraint(["verified_note"], ["note.id"]),
        sa.ForeignKeyConstraint(["letter_id"], ["notice.id"]),
        sa.PrimaryKeyConstraint("id"),
        info=INSERT_ONLY,
    )
    op.create_index("withdrawal_notice", "withdrawal", ["notice_id"])
    op.create_table(
        "joining",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("joined_as", sa.Text(), nullable=False),
        sa.Column("became", sa.Uuid(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("joined_as IN ('counter_notice', 'retraction', 'court_action', 'cure')", name="joined_as_known"),
        sa.CheckConstraint("notice_id <> id", name="of_another"),
        sa.ForeignKeyConstraint(["id"], ["notice.id"]),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"]),
        sa.PrimaryKeyConstraint("id"),
        info=INSERT_ONLY,
    )
    op.create_index("joining_notice", "joining", ["notice_id"])
    op.create_table(
        "concern",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("event_version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("page_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"]),
        sa.PrimaryKeyConstraint("notice_id", "event_version"),
        info=INSERT_ONLY,
    )


def _measures() -> None:
    op.create_table(
        "measure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("action_hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("action_hash"),
    )
    op.create_table(
        "measure_page",
        sa.Column("measure_id", sa.Uuid(), nullable=False),
        sa.Column("place_hash", sa.LargeBinary(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["measure_id"], ["measure.id"]),
        sa.PrimaryKeyConstraint("measure_id", "place_hash"),
    )
    op.create_index("measure_page_place", "measure_page", ["place_hash"])
