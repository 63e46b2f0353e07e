"""How requests and cases end without an action, which requests are one matter, what was passed on, who outside was alerted.

The legal moves of requests, cases and resolutions are here as `model` has them, and what ends without an action was confirmed by a second
person, on every path: HTTP, retry, schedule, replay, direct SQL (R60, R87, R88, R113, D2).

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SAFE = "LANGUAGE plpgsql SET search_path = intake, pg_temp"
CASE_KINDS = (
    "account_termination", "breach_report", "checkuser", "child_protection", "conduct_warning", "enforcement_interference", "event_ban",
    "global_ban", "interaction_ban", "other", "page_protection", "range_block", "rights_removal", "staff_complaint", "threat_of_harm",
    "user_information",
)  # fmt: skip

CASE_MOVES = """
CREATE FUNCTION legal_case_move(old text, new text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT (old, new) IN (
    ('open', 'evaluating'), ('open', 'decided'), ('open', 'closed'),
    ('evaluating', 'in_review'), ('evaluating', 'decided'), ('evaluating', 'closed'),
    ('in_review', 'evaluating'), ('in_review', 'decided'), ('closed', 'evaluating'))
$$
"""
REQUEST_MOVES = """
CREATE FUNCTION legal_request_move(old text, new text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT (old, new) IN (
    ('incomplete', 'complete'), ('incomplete', 'forwarded'), ('incomplete', 'duplicate'), ('incomplete', 'deferred'),
    ('incomplete', 'refused'), ('incomplete', 'resolved'), ('incomplete', 'withdrawn'), ('incomplete', 'lapsed'),
    ('complete', 'forwarded'), ('complete', 'duplicate'), ('complete', 'deferred'), ('complete', 'refused'), ('complete', 'resolved'),
    ('complete', 'withdrawn'), ('duplicate', 'complete'), ('duplicate', 'incomplete'), ('duplicate', 'deferred'), ('duplicate', 'refused'),
    ('duplicate', 'resolved'), ('duplicate', 'withdrawn'), ('deferred', 'refused'), ('deferred', 'resolved'), ('refused', 'deferred'),
    ('refused', 'resolved'), ('resolved', 'deferred'), ('resolved', 'refused'))
$$
"""
RESOLUTION_MOVES = """
CREATE FUNCTION legal_resolution_move(old text, new text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT (old, new) IN (('proposed', 'confirmed'), ('proposed', 'superseded'), ('confirmed', 'reopened'))
$$
"""
GUARD_MOVE = """
CREATE FUNCTION guard_{noun}_move() RETURNS trigger {safe} AS $$
BEGIN
  IF NOT legal_{noun}_move(OLD.state, NEW.state) THEN
    RAISE EXCEPTION 'no move of a {noun} from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""
GUARD_RESOLUTION = """
CREATE FUNCTION guard_resolution() RETURNS trigger {safe} AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'proposed' THEN
      RAISE EXCEPTION 'a resolution begins as proposed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF (OLD.id, OLD.case_id, OLD.request_id, OLD.how, OLD.grounds, OLD."by", OLD.at)
     IS DISTINCT FROM (NEW.id, NEW.case_id, NEW.request_id, NEW.how, NEW.grounds, NEW."by", NEW.at)
     OR (OLD.confirmed_by IS NOT NULL AND (OLD.confirmed_by, OLD.confirmed_at) IS DISTINCT FROM (NEW.confirmed_by, NEW.confirmed_at)) THEN
    RAISE EXCEPTION 'what was proposed and confirmed stays as it was' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""
# Asked at the end of the transaction, when the resolution is there however the rows were written.
GUARD_CLOSED = """
CREATE FUNCTION guard_closed_case() RETURNS trigger {safe} AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM resolution r WHERE r.id = NEW.resolution_id AND r.case_id = NEW.id AND r.how = NEW.outcome
                   AND (r.state = 'confirmed' OR r.state = 'reopened')) THEN
    RAISE EXCEPTION 'no case ends without an action that a second person did not confirm' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
"""
GUARD_ENDED = """
CREATE FUNCTION guard_ended_request() RETURNS trigger {safe} AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM resolution r WHERE (r.request_id = NEW.id OR r.case_id = NEW.case_id) AND r.confirmed_by IS NOT NULL
                   AND r.confirmed_at = NEW.decided_at AND r.grounds = NEW.grounds
                   AND r.how = CASE NEW.state WHEN 'resolved' THEN 'resolved_before_action' ELSE NEW.state END) THEN
    RAISE EXCEPTION 'no request is deferred, refused or resolved that a second person did not confirm' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
"""
KEEPS_CASE_KIND = """
CREATE TRIGGER request_keeps_case_kind BEFORE UPDATE ON request FOR EACH ROW
WHEN (OLD.case_id IS NOT NULL AND OLD.case_kind IS DISTINCT FROM NEW.case_kind) EXECUTE FUNCTION keeps_first_receipt()
"""
TRIGGERS = (
    ("case_move", '"case"', "BEFORE UPDATE", "OLD.state <> NEW.state", "guard_case_move"),
    ("request_move", "request", "BEFORE UPDATE", "OLD.state <> NEW.state", "guard_request_move"),
    ("resolution_move", "resolution", "BEFORE UPDATE", "OLD.state <> NEW.state", "guard_resolution_move"),
    ("resolution_kept", "resolution", "BEFORE INSERT OR UPDATE", None, "guard_resolution"),
)
CONSTRAINTS = (
    ("case_closed", '"case"', "NEW.state = 'closed' AND NEW.passed_on IS NULL", "guard_closed_case"),
    ("request_ended", "request", "NEW.state IN ('deferred', 'refused', 'resolved')", "guard_ended_request"),
)


def upgrade() -> None:
    """Make the new rows and columns; what waits for its parts today gets its dates too."""
    _columns()
    _tables()
    for statement in (CASE_MOVES, REQUEST_MOVES, RESOLUTION_MOVES):
        op.execute(statement)
    for noun in ("case", "request", "resolution"):
        op.execute(GUARD_MOVE.format(noun=noun, safe=SAFE))
    for statement in (GUARD_RESOLUTION, GUARD_CLOSED, GUARD_ENDED):
        op.execute(statement.format(safe=SAFE))
    op.execute(KEEPS_CASE_KIND)
    for name, table, when, condition, does in TRIGGERS:
        asked = f"WHEN ({condition}) " if condition else ""
        op.execute(f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW {asked}EXECUTE FUNCTION {does}()")
    for name, table, condition, does in CONSTRAINTS:
        op.execute(
            f"CREATE CONSTRAINT TRIGGER {name} AFTER INSERT OR UPDATE ON {table} DEFERRABLE INITIALLY DEFERRED "
            f"FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {does}()"
        )
    op.execute("""
        INSERT INTO deadline (id, aggregate_id, kind, due_at, state)
        SELECT gen_random_uuid(), id, 'request.lapse', greatest(received_at + interval '60 days', now() + interval '14 days'), 'waiting'
        FROM request WHERE state = 'incomplete' AND case_id IS NULL
    """)


def _columns() -> None:
    op.add_column("case", sa.Column("resolution_id", sa.Uuid(), nullable=True))
    op.add_column("case", sa.Column("clock_before", sa.Text(), nullable=True))
    op.add_column("case", sa.Column("passed_on", sa.Text(), nullable=True))
    op.add_column("case", sa.Column("complained_of", postgresql.ARRAY(sa.Text()), nullable=False, server_default="{}"))
    op.alter_column("case", "complained_of", server_default=None)
    op.create_check_constraint("closed_why", "case", "state <> 'closed' OR num_nonnulls(outcome, passed_on) = 1")
    op.create_check_constraint("clock_before_closing", "case", "(clock_before IS NOT NULL) <= (state = 'closed')")
    op.create_check_constraint("passed_on_known", "case", "passed_on IN ('joined', 'forwarded')")
    op.add_column("request", sa.Column("case_kind", sa.Text(), nullable=True))
    op.add_column("request", sa.Column("complained_of", postgresql.ARRAY(sa.Text()), nullable=False, server_default="{}"))
    op.alter_column("request", "complained_of", server_default=None)
    op.add_column("request", sa.Column("duplicate_of", sa.Uuid(), nullable=True))
    op.add_column("request", sa.Column("grounds", postgresql.ARRAY(sa.Text()), nullable=False, server_default="{}"))
    op.alter_column("request", "grounds", server_default=None)
    op.add_column("request", sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("""
        UPDATE request SET case_kind = CASE WHEN channel = 'emergency' AND kind <> 'child_protection' THEN 'threat_of_harm' ELSE kind END
        WHERE kind <> 'dmca'
    """)
    op.drop_constraint("case_key", "request")
    op.create_check_constraint("case_key", "request", "case_id IS NULL OR key_id = case_id OR duplicate_of IS NOT NULL")
    op.create_check_constraint(
        "duplicate_of_which", "request", "state <> 'duplicate' OR (duplicate_of IS NOT NULL AND case_id IS NOT NULL)"
    )
    op.create_check_constraint("ended_when", "request", "(state IN ('deferred', 'refused', 'resolved')) = (decided_at IS NOT NULL)")
    op.create_check_constraint("case_kind_said", "request", "(kind = 'dmca') = (case_kind IS NULL)")
    listed = ", ".join(f"'{kind}'" for kind in CASE_KINDS)
    op.create_check_constraint("case_kind_known", "request", f"case_kind IN ({listed})")


def _tables() -> None:
    op.create_table(
        "resolution",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("grounds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmation", sa.LargeBinary(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ending", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("how IN ('resolved_before_action', 'withdrawn', 'deferred', 'refused')", name="how_known"),
        sa.CheckConstraint("state IN ('proposed', 'confirmed', 'superseded', 'reopened')", name="state_known"),
        sa.CheckConstraint("num_nonnulls(case_id, request_id) = 1", name="resolution_of_one"),
        sa.CheckConstraint("(confirmed_by IS NOT NULL) = (state IN ('confirmed', 'reopened'))", name="resolution_confirmed"),
        sa.CheckConstraint(
            "num_nulls(confirmed_by, confirmed_at, confirmation) IN (0, 3) AND num_nulls(ended_by, ended_at) IN (0, 2)",
            name="resolution_whole",
        ),
        sa.CheckConstraint('confirmed_by <> "by"', name="resolution_of_two_persons"),
        sa.CheckConstraint("(state IN ('superseded', 'reopened')) = (ended_at IS NOT NULL)", name="resolution_ended"),
        sa.CheckConstraint("(state = 'reopened') = (ending IS NOT NULL)", name="reopened_why"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
        info={"grants": ("SELECT", "INSERT", "UPDATE")},
    )
    pending = sa.text("state IN ('proposed', 'confirmed')")
    op.create_index("resolution_case", "resolution", ["case_id"], unique=True, postgresql_where=pending)
    op.create_index("resolution_request", "resolution", ["request_id"], unique=True, postgresql_where=pending)
    op.create_table(
        "joining",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("own_case_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("parted_by", sa.Text(), nullable=True),
        sa.Column("parted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("parted_why", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("num_nulls(parted_by, parted_at, parted_why) IN (0, 3)", name="joining_parted"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["first_id"], ["request.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["own_case_id"], ["case.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
        info={"grants": ("SELECT", "INSERT", "UPDATE")},
    )
    op.create_index("joining_request", "joining", ["request_id"], unique=True, postgresql_where=sa.text("parted_at IS NULL"))
    op.create_table(
        "passing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("document IN ('notice', 'counter_notice', 'retraction', 'court_action')", name="document_known"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
        info={"grants": ("SELECT", "INSERT")},
    )
    op.create_index("passing_request", "passing", ["request_id"], unique=True)
    op.create_table(
        "alert",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('law_enforcement_alerted', 'user_information_requested')", name="kind_known"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
        info={"grants": ("SELECT", "INSERT")},
    )
    op.create_index("alert_case", "alert", ["case_id", "id"], unique=False)


def downgrade() -> None:
    """Take them away; what ended by a resolution cannot be told without it, so there must be none."""
    op.execute("DELETE FROM deadline WHERE kind IN ('request.lapse', 'request.reminder')")
    for name, table, _, _ in CONSTRAINTS:
        op.execute(f"DROP TRIGGER {name} ON {table}")
    for name, table, *_ in TRIGGERS:
        op.execute(f"DROP TRIGGER {name} ON {table}")
    op.execute("DROP TRIGGER request_keeps_case_kind ON request")
    for table in ("alert", "passing", "joining", "resolution"):
        op.drop_table(table)
    for name in ("guard_ended_request", "guard_closed_case", "guard_resolution", "guard_resolution_move", "guard_request_move"):
        op.execute(f"DROP FUNCTION {name}()")
    op.execute("DROP FUNCTION guard_case_move()")
    for noun in ("case", "request", "resolution"):
        op.execute(f"DROP FUNCTION legal_{noun}_move(text, text)")
    op.drop_constraint("case_key", "request")
    op.create_check_constraint("case_key", "request", "case_id IS NULL OR key_id = case_id")
    for column in ("case_kind", "complained_of", "duplicate_of", "grounds", "decided_at"):
        op.drop_column("request", column)
    for column in ("resolution_id", "clock_before", "passed_on", "complained_of"):
        op.drop_column("case", column)
