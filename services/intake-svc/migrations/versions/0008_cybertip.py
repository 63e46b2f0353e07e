"""The sealed record of child protection, under a key of its own and shown to named readers alone; the duty to report (D20, D21).

Revision ID: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)

# A row is shown in a transaction that wrote, before, who looks: a named reader, or a delivery. Without that the table is empty.
SHOWN = """
CREATE POLICY sealed_entry_shown ON sealed_entry FOR SELECT USING (EXISTS (
  SELECT FROM access_log a WHERE a.aggregate = 'sealed_record' AND a.aggregate_id = sealed_entry.record_id
    AND a.xmin = pg_current_xact_id_if_assigned()::xid
    AND (a.operation = 'delivery' OR EXISTS (SELECT FROM lane_reader r WHERE r.sub = a.sub AND r.ended_at IS NULL))))
"""
# Nothing that was certified is changed, and a key that is gone stays gone.
CERTIFIED = """
CREATE FUNCTION guard_destruction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.destroyed_at IS NOT NULL THEN
    RAISE EXCEPTION 'a certificate stays as it is' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""
RECORD = """
CREATE FUNCTION guard_sealed_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.destroyed_at IS NOT NULL OR NEW.entries < OLD.entries OR (NEW.entries = OLD.entries AND NEW.chain <> OLD.chain) THEN
    RAISE EXCEPTION 'what lies in a sealed record stays until its key is destroyed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""
# The key of a record goes with its certificate, not before its time unless two persons asked for it, and never while a hold lies on its case.
DESTROYED = """
CREATE FUNCTION sealed_record_ends_lawfully() RETURNS trigger LANGUAGE plpgsql SET search_path = intake, pg_temp AS $$
DECLARE record sealed_record;
BEGIN
  SELECT * INTO record FROM sealed_record s WHERE s.id = NEW.id;
  IF NOT FOUND THEN
    RETURN NEW;
  END IF;
  IF NOT EXISTS (SELECT FROM destruction d WHERE d.record_id = NEW.id AND d.destroyed_at = NEW.destroyed_at
                 AND (d.confirmed_by IS NOT NULL OR record.preserve_until <= NEW.destroyed_at)) THEN
    RAISE EXCEPTION 'the key of a sealed record is destroyed with its certificate' USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT FROM hold h WHERE h.case_id = record.case_id AND h.record = 'case' AND h.released_at IS NULL
             AND (h.until IS NULL OR h.until > NEW.destroyed_at)) THEN
    RAISE EXCEPTION 'a legal hold lies on what this key opens' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""
# What is finished stays so; what was not required or was retracted may be reported all the same (D21).
TIP_MOVES = """
CREATE FUNCTION legal_cybertip_move(old text, new text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT (old, new) IN (('open', 'finished'), ('open', 'retracted'), ('open', 'not_required'), ('retracted', 'open'), ('not_required', 'open'))
$$
"""
TIP = """
CREATE FUNCTION guard_cybertip() RETURNS trigger LANGUAGE plpgsql SET search_path = intake, pg_temp AS $$
BEGIN
  IF OLD.state <> NEW.state AND NOT legal_cybertip_move(OLD.state, NEW.state) THEN
    RAISE EXCEPTION 'no move of a report from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state IN ('not_required', 'retracted') AND (num_nonnulls(NEW.waived_by, NEW.second, NEW.counsel) < 3
     OR NEW.waived_by IN (NEW.second, NEW.counsel) OR NEW.second = NEW.counsel) THEN
    RAISE EXCEPTION 'three persons decide not to report' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    """Make the sealed record, its readers and its end, and the duty to report."""
    _sealed()
    _cybertip()


def _belongs(table: str, column: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column or f"{table}_id"], [f"{table}.id"], initially="DEFERRED", deferrable=True)


def _sealed() -> None:
    op.create_table(
        "lane_reader",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("named_by", sa.Text(), nullable=False),
        sa.Column("named_at", MOMENT, nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint("named_by <> sub", name="named_by_another"),
        sa.CheckConstraint("num_nonnulls(ended_by, ended_at) IN (0, 2)", name="ended_whole"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("lane_reader_once", "lane_reader", ["sub"], unique=True, postgresql_where=sa.text("ended_at IS NULL"))
    op.create_table(
        "sealed_record",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("chain", sa.LargeBinary(), nullable=False),
        sa.Column("preserve_until", MOMENT, nullable=True),
        sa.Column("destroyed_at", MOMENT, nullable=True),
        _belongs("case"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("sealed_record_case", "sealed_record", ["case_id"], unique=True)
    op.create_table(
        "sealed_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("what IN ('request', 'completion', 'added', 'report')", name="what_known"),
        sa.CheckConstraint("(what IN ('request', 'completion')) = (request_id IS NOT NULL)", name="brought_by_a_request"),
        _belongs("sealed_record", "record_id"),
        _belongs("request"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("sealed_entry_record", "sealed_entry", ["record_id", "id"])
    op.create_index("sealed_entry_request", "sealed_entry", ["request_id"])
    op.create_table(
        "destruction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.Column("destroyed_at", MOMENT, nullable=True),
        sa.Column("certificate", sa.Text(), nullable=True),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("ground IN ('term_over', 'law_enforcement')", name="ground_known"),
        sa.CheckConstraint("num_nonnulls(certificate, signature, destroyed_at) IN (0, 3)", name="certified_whole"),
        sa.CheckConstraint("(ground = 'term_over') <= (destroyed_at IS NOT NULL)", name="term_is_over_at_once"),
        sa.CheckConstraint("(confirmed_by IS NOT NULL) = (ground <> 'term_over' AND destroyed_at IS NOT NULL)", name="confirmed_by_two"),
        sa.CheckConstraint('confirmed_by <> "by"', name="confirmed_by_another"),
        sa.CheckConstraint("(ground = 'law_enforcement') = (words IS NOT NULL)", name="asked_in_words"),
        _belongs("sealed_record", "record_id"),
        _belongs("case"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("destruction_once", "destruction", ["record_id", "ground"], unique=True)
    op.execute("ALTER TABLE sealed_entry ENABLE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY sealed_entry_written ON sealed_entry FOR INSERT WITH CHECK (true)")
    op.execute(SHOWN)
    for function in (CERTIFIED, RECORD, DESTROYED):
        op.execute(function)
    op.execute("CREATE TRIGGER destruction_guard BEFORE UPDATE ON destruction FOR EACH ROW EXECUTE FUNCTION guard_destruction()")
    op.execute("CREATE TRIGGER sealed_record_guard BEFORE UPDATE ON sealed_record FOR EACH ROW EXECUTE FUNCTION guard_sealed_record()")
    op.execute(
        "CREATE TRIGGER sealed_record_ends_lawfully BEFORE UPDATE ON data_key FOR EACH ROW"
        " WHEN (OLD.destroyed_at IS NULL AND NEW.destroyed_at IS NOT NULL) EXECUTE FUNCTION sealed_record_ends_lawfully()"
    )


def _cybertip() -> None:
    op.create_table(
        "cybertip",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("incident", "decided_by")),
        sa.Column("decided_at", MOMENT, nullable=True),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("environment", "report_id")),
        *(sa.Column(name, MOMENT, nullable=True) for name in ("opened_at", "finished_at")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("failure", "waived_as", "waived_by")),
        sa.Column("waiver", sa.LargeBinary(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("second", "counsel")),
        sa.CheckConstraint("state IN ('open', 'finished', 'retracted', 'not_required')", name="state_known"),
        sa.CheckConstraint("step IN ('undecided', 'sending', 'failed', 'over')", name="step_known"),
        sa.CheckConstraint("waived_as IN ('not_apparent', 'educational_discussion', 'school_event')", name="waived_as_known"),
        sa.CheckConstraint("environment IN ('test', 'production')", name="environment_known"),
        sa.CheckConstraint("(state = 'open') = (step <> 'over')", name="open_until_over"),
        sa.CheckConstraint(
            "(report_id IS NULL) = (opened_at IS NULL) AND (report_id IS NULL) = (environment IS NULL)", name="report_whole"
        ),
        sa.CheckConstraint("(state = 'finished') = (finished_at IS NOT NULL)", name="finished_when"),
        sa.CheckConstraint("state <> 'finished' OR report_id IS NOT NULL", name="finished_with_receipt"),
        sa.CheckConstraint("step <> 'sending' OR decided_by IS NOT NULL", name="sent_by_decision"),
        _belongs("case"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("cybertip_case", "cybertip", ["case_id"], unique=True)
    op.create_table(
        "cybertip_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tip_id", sa.Uuid(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("answered", sa.Text(), nullable=False),
        sa.Column("report_id", sa.Text(), nullable=True),
        sa.CheckConstraint("environment IN ('test', 'production')", name="environment_known"),
        sa.CheckConstraint("answered IN ('sent', 'opened', 'refused', 'not_sent', 'lost', 'dropped')", name="answered_known"),
        sa.CheckConstraint("(report_id IS NOT NULL) = (answered IN ('opened', 'dropped'))", name="opened_with_number"),
        _belongs("cybertip", "tip_id"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("cybertip_attempt_tip", "cybertip_attempt", ["tip_id", "id"])
    op.execute(TIP_MOVES)
    op.execute(TIP)
    op.execute("CREATE TRIGGER cybertip_guard BEFORE UPDATE ON cybertip FOR EACH ROW EXECUTE FUNCTION guard_cybertip()")


def downgrade() -> None:
    """Take it all away; what was sealed is lost with it."""
    op.execute("DROP TRIGGER sealed_record_ends_lawfully ON data_key")
    for table in ("cybertip_attempt", "cybertip", "destruction", "sealed_entry", "sealed_record", "lane_reader"):
        op.drop_table(table)
    op.execute("DROP FUNCTION guard_cybertip()")
    op.execute("DROP FUNCTION legal_cybertip_move(text, text)")
    for name in ("sealed_record_ends_lawfully", "guard_sealed_record", "guard_destruction"):
        op.execute(f"DROP FUNCTION {name}()")
