"""How long things are kept: what was heard of actions and appeals, what was erased and by whom, and texts that may go (D7, D27).

No key of a matter that goes on is destroyed, nothing of a request or case goes without its row, and what is erased on somebody's word was
confirmed by another, on every path: HTTP, retry, schedule, replay, direct SQL.

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
SAFE = "LANGUAGE plpgsql SET search_path = intake, pg_temp"

# A request's own key is held with its case, and with the one that it had before it joined another (D27).
HELD = f"""
CREATE OR REPLACE FUNCTION holds_outrank_erasure() RETURNS trigger {SAFE} AS $$
BEGIN
  IF EXISTS (SELECT FROM hold h WHERE h.released_at IS NULL AND (h.until IS NULL OR h.until > NEW.destroyed_at) AND (h.case_id = NEW.id
             OR h.case_id IN (SELECT unnest(ARRAY[r.case_id, r.key_id]) FROM request r WHERE r.id = NEW.id)
             OR h.case_id IN (SELECT j.case_id FROM joining j WHERE j.own_case_id = NEW.id AND j.parted_at IS NULL))) THEN
    RAISE EXCEPTION 'a legal hold lies on what this key opens' USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT FROM "case" c WHERE c.state NOT IN ('decided', 'closed') AND c.kind <> 'child_protection' AND (c.id = NEW.id
             OR c.id IN (SELECT r.case_id FROM request r WHERE r.id = NEW.id))) THEN
    RAISE EXCEPTION 'the matter goes on that this key opens' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""
HELD_BEFORE = f"""
CREATE OR REPLACE FUNCTION holds_outrank_erasure() RETURNS trigger {SAFE} AS $$
BEGIN
  IF EXISTS (SELECT FROM hold h WHERE h.released_at IS NULL AND (h.until IS NULL OR h.until > NEW.destroyed_at)
             AND (h.case_id = NEW.id OR h.case_id IN (SELECT r.case_id FROM request r WHERE r.key_id = NEW.id))) THEN
    RAISE EXCEPTION 'a legal hold lies on what this key opens' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""
ERASURE_MOVES = """
CREATE FUNCTION legal_erasure_move(old text, new text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT (old, new) IN (('proposed', 'done'), ('proposed', 'superseded'))
$$
"""
ERASURE = f"""
CREATE FUNCTION guard_erasure() RETURNS trigger {SAFE} AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF (NEW.why = 'period_over') <> (NEW.state = 'done') OR NEW.state = 'superseded' THEN
      RAISE EXCEPTION 'an erasure on somebody''s word is proposed first' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF NOT legal_erasure_move(OLD.state, NEW.state)
     OR (NEW.id, NEW.what, NEW.case_id, NEW.request_id, NEW.why, NEW.ground, NEW.verified, NEW."by", NEW.at)
     IS DISTINCT FROM (OLD.id, OLD.what, OLD.case_id, OLD.request_id, OLD.why, OLD.ground, OLD.verified, OLD."by", OLD.at) THEN
    RAISE EXCEPTION 'an erasure stays as it was proposed, and is done once' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""
# Asked at the end of the transaction, when the row is there however the others were written.
ON_RECORD = f"""
CREATE FUNCTION erasure_is_on_record() RETURNS trigger {SAFE} AS $$
BEGIN
  IF TG_TABLE_NAME = 'case' THEN
    IF NOT EXISTS (SELECT FROM erasure e WHERE e.state = 'done' AND (e.case_id = NEW.id OR e.case_id IN (
                     SELECT j.case_id FROM joining j WHERE j.own_case_id = NEW.id AND j.parted_at IS NULL))) THEN
      RAISE EXCEPTION 'nothing of a case goes unsaid' USING ERRCODE = 'check_violation';
    END IF;
  ELSIF NOT EXISTS (SELECT FROM erasure e WHERE e.state = 'done' AND (e.request_id = NEW.id OR e.case_id = NEW.case_id)) THEN
    RAISE EXCEPTION 'nothing of a request goes unsaid' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
"""
KEEPS_REQUEST = """
CREATE TRIGGER request_keeps_first_receipt BEFORE UPDATE ON request FOR EACH ROW
WHEN ((OLD.received_at, OLD.kind, OLD.channel, OLD.filed_by, OLD.key_id) IS DISTINCT FROM
        (NEW.received_at, NEW.kind, NEW.channel, NEW.filed_by, NEW.key_id)
  OR (OLD.requester IS DISTINCT FROM NEW.requester AND NEW.requester IS NOT NULL)
  OR (OLD.erased_at IS NOT NULL AND OLD.erased_at IS DISTINCT FROM NEW.erased_at)
  OR (OLD.content IS NULL AND NEW.content IS NOT NULL))
EXECUTE FUNCTION keeps_first_receipt()
"""
KEPT_REQUEST_BEFORE = """
CREATE TRIGGER request_keeps_first_receipt BEFORE UPDATE ON request FOR EACH ROW
WHEN ((OLD.received_at, OLD.kind, OLD.channel, OLD.filed_by, OLD.key_id, OLD.requester)
  IS DISTINCT FROM (NEW.received_at, NEW.kind, NEW.channel, NEW.filed_by, NEW.key_id, NEW.requester))
EXECUTE FUNCTION keeps_first_receipt()
"""
# A sender whose standing counts no more is nobody: the mark goes, and does not come back.
SENDER = f"""
CREATE OR REPLACE FUNCTION guard_sender() RETURNS trigger {SAFE} AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'good'{{begins}} THEN
      RAISE EXCEPTION 'a sender begins in good standing' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.known_by) IS DISTINCT FROM (OLD.id, OLD.known_by) OR (NEW.mark IS DISTINCT FROM OLD.mark{{goes}}) THEN
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
# What was decided or ended before is looked at once, and what is not due then gets its date.
DATES = """
INSERT INTO deadline (id, aggregate_id, kind, due_at, state)
SELECT gen_random_uuid(), c.id, k.kind, greatest(c.decided_at, now()) + interval '1 day', 'waiting'
FROM "case" c, unnest(ARRAY['case.contacts', 'case.retention']) AS k(kind)
WHERE c.state IN ('decided', 'closed') AND c.kind <> 'child_protection' AND c.passed_on IS DISTINCT FROM 'joined'
UNION ALL
SELECT gen_random_uuid(), r.id, 'request.retention', greatest(r.received_at, now()) + interval '1 year', 'waiting'
FROM request r WHERE r.case_id IS NULL AND r.state IN ('deferred', 'refused', 'resolved', 'withdrawn', 'lapsed', 'forwarded')
UNION ALL
SELECT gen_random_uuid(), s.id, 'sender.retention', now() + interval '1 day', 'waiting' FROM sender s
"""


def upgrade() -> None:
    """Make room for what goes and for why it went; what lies under the keys of cases from before goes with its case."""
    _columns()
    _tables()
    op.execute(HELD)
    op.execute(ERASURE_MOVES)
    op.execute(ERASURE)
    op.execute("CREATE TRIGGER erasure_guard BEFORE INSERT OR UPDATE ON erasure FOR EACH ROW EXECUTE FUNCTION guard_erasure()")
    op.execute(ON_RECORD)
    op.execute(
        "CREATE CONSTRAINT TRIGGER request_erasure_is_on_record AFTER UPDATE ON request DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
        " WHEN ((OLD.requester IS NOT NULL AND NEW.requester IS NULL) OR (OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL))"
        " EXECUTE FUNCTION erasure_is_on_record()"
    )
    op.execute(
        'CREATE CONSTRAINT TRIGGER case_erasure_is_on_record AFTER UPDATE ON "case" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW'
        " WHEN (OLD.erased_at IS DISTINCT FROM NEW.erased_at) EXECUTE FUNCTION erasure_is_on_record()"
    )
    op.execute("DROP TRIGGER request_keeps_first_receipt ON request")
    op.execute(KEEPS_REQUEST)
    op.execute(SENDER.format(begins=" OR NEW.mark IS NULL", goes=" AND (NEW.mark IS NOT NULL OR NEW.state = 'locked_out')"))
    op.execute(DATES)


def _columns() -> None:
    op.add_column("case", sa.Column("review_at", MOMENT, nullable=True))
    op.add_column("case", sa.Column("erased_at", MOMENT, nullable=True))
    op.create_check_constraint("erased_when_over", "case", "erased_at IS NULL OR state IN ('decided', 'closed')")
    op.create_index("case_review", "case", ["received_at", "id"], postgresql_where=sa.text("review_at IS NOT NULL"))
    op.add_column("request", sa.Column("informed_at", MOMENT, nullable=True))
    op.add_column("request", sa.Column("erased_at", MOMENT, nullable=True))
    op.alter_column("request", "content", nullable=True)
    op.alter_column("request", "requester", nullable=True)
    op.create_check_constraint("contact_gone_whole", "request", "requester IS NOT NULL OR num_nonnulls(email_hash, wiki_user_hash) = 0")
    op.create_check_constraint("request_erased_whole", "request", "erased_at IS NULL OR num_nonnulls(requester, content) = 0")
    op.alter_column("supplement", "content", nullable=True)
    op.alter_column("sender", "mark", nullable=True)
    # Who is looked for by address or account is found flat.
    op.create_index("request_email", "request", ["email_hash"], postgresql_where=sa.text("email_hash IS NOT NULL"))
    op.create_index("request_wiki_user", "request", ["wiki_user_hash"], postgresql_where=sa.text("wiki_user_hash IS NOT NULL"))


def _tables() -> None:
    op.create_table(
        "action_heard",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("acts", sa.Boolean(), nullable=True),
        sa.Column("issued_at", MOMENT, nullable=True),
        sa.Column("informed_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint("num_nonnulls(case_id, kind, acts, issued_at) IN (0, 4)", name="action_whole"),
        _of("case"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("action_heard_case", "action_heard", ["case_id", "id"])
    op.create_table(
        "appeal_heard",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("appeal_heard_decision", "appeal_heard", ["decision_id", "id"])
    op.create_table(
        "erasure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=True),
        sa.Column("verified", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("key_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.CheckConstraint("what IN ('contact', 'request', 'case')", name="what_known"),
        sa.CheckConstraint("why IN ('period_over', 'asked', 'reviewed')", name="why_known"),
        sa.CheckConstraint("state IN ('proposed', 'superseded', 'done')", name="state_known"),
        sa.CheckConstraint("num_nonnulls(case_id, request_id) = 1 AND (what = 'case') = (case_id IS NOT NULL)", name="erasure_of_one"),
        sa.CheckConstraint("num_nonnulls(ground, verified) = CASE WHEN why = 'asked' THEN 2 ELSE 0 END", name="asked_on_a_ground"),
        sa.CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="erased_when"),
        sa.CheckConstraint("(confirmed_by IS NOT NULL) = (state = 'done' AND why <> 'period_over')", name="erasure_confirmed"),
        sa.CheckConstraint('confirmed_by <> "by"', name="erasure_of_two_persons"),
        sa.CheckConstraint("(why = 'period_over') <= (state = 'done')", name="the_clock_waits_for_nobody"),
        _of("case"),
        _of("request"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("erasure_case", "erasure", ["case_id"], unique=True, postgresql_where=sa.text("state <> 'superseded'"))
    op.create_index("erasure_request", "erasure", ["request_id", "what"], unique=True, postgresql_where=sa.text("state <> 'superseded'"))


def _of(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([f"{table}_id"], [f"{table}.id"], initially="DEFERRED", deferrable=True)


def downgrade() -> None:
    """Take the room away; what was erased is gone all the same, and keeps rows that have lost it from being taken back."""
    op.execute("DELETE FROM deadline WHERE kind IN ('case.contacts', 'case.retention', 'request.retention', 'sender.retention')")
    op.execute(SENDER.format(begins="", goes=""))
    op.execute("DROP TRIGGER request_keeps_first_receipt ON request")
    op.execute(KEPT_REQUEST_BEFORE)
    op.execute("DROP FUNCTION erasure_is_on_record CASCADE")
    op.execute(HELD_BEFORE)
    for table in ("erasure", "appeal_heard", "action_heard"):
        op.drop_table(table)
    for function in ("guard_erasure", "legal_erasure_move"):
        op.execute(f"DROP FUNCTION {function}")
    for name in ("request_wiki_user", "request_email"):
        op.drop_index(name, table_name="request")
    op.alter_column("sender", "mark", nullable=False)
    op.alter_column("supplement", "content", nullable=False)
    op.drop_constraint("request_erased_whole", "request")
    op.drop_constraint("contact_gone_whole", "request")
    op.alter_column("request", "requester", nullable=False)
    op.alter_column("request", "content", nullable=False)
    op.drop_column("request", "erased_at")
    op.drop_column("request", "informed_at")
    op.drop_index("case_review", table_name="case")
    op.drop_constraint("erased_when_over", "case")
    op.drop_column("case", "erased_at")
    op.drop_column("case", "review_at")
