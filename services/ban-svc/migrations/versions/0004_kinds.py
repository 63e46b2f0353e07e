"""Every kind of decision, delegations, and the two emergencies that are enacted before their chain (D1, D3, D4, R91).

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# The procedure matrix of 2026 as the least that may be asked; a test compares it with the kernel's.
LEAST = {
    "child_protection": (["team_peer", "team_manager", "legal"], 2),
    "interaction_ban": (["team_peer", "team_manager", "director", "chief"], 2),
    "rights_removal": (["team_peer", "team_manager", "director", "chief", "legal"], 2),
    "checkuser": (["team_peer"], 1),
    "page_protection": (["team_peer", "team_manager", "director"], 2),
    "other": (["team_peer", "team_manager", "director", "chief", "legal"], 2),
}

MOVES = """
CREATE OR REPLACE FUNCTION legal_move(old text, new text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT (old, new) IN (
    ('proposed', 'in_review'), ('proposed', 'returned'), ('proposed', 'approved'), ('proposed', 'declined'), ('proposed', 'withdrawn'),
    ('proposed', 'enacted'), ('in_review', 'enacted'),
    ('in_review', 'returned'), ('in_review', 'approved'), ('in_review', 'declined'), ('in_review', 'withdrawn'),
    ('returned', 'proposed'), ('returned', 'withdrawn'),
    ('approved', 'enacted'), ('approved', 'withdrawn'),
    ('enacted', 'enforced'), ('enacted', 'expired'), ('enforced', 'expired'),
    ('enacted', 'declined'), ('enforced', 'declined'))
$$
"""
MOVES_BEFORE = MOVES.replace("    ('proposed', 'enacted'), ('in_review', 'enacted'),\n", "").replace(
    ",\n    ('enacted', 'declined'), ('enforced', 'declined'))", ")"
)

# Who may have performed it: never the evaluator, but one of the named group may propose a measure of child protection and enact it.
PERFORMED = """a.course = 'act' AND a.performed_by IS NOT NULL
    AND (a.performed_by <> a.evaluator OR a.kind = 'child_protection')
    AND NOT EXISTS (SELECT FROM recusal r WHERE r.action_id = a.id AND r.by = a.performed_by)"""

# In an emergency of the two kinds the signatures may follow; whoever enacted it gives none of them.
CHAIN = f"""
CREATE OR REPLACE FUNCTION chain_is_whole(a action) RETURNS boolean LANGUAGE sql STABLE SET search_path = ban, pg_temp AS $$
  SELECT {PERFORMED}
    AND (a.emergency AND a.kind IN ('child_protection', 'checkuser') AND a.enacted_at IS NOT NULL
        AND coalesce(bool_and(s.by <> a.performed_by), true)
      OR (coalesce(a.levels <@ array_agg(s.level::text), false)
        AND count(DISTINCT s.by) = count(*)
        AND count(*) FILTER (WHERE s.verdict = 'approve') >= a.approvals
        AND bool_and(s.verdict <> 'return' AND s.by <> a.evaluator AND NOT (a.emergency AND s.by = a.performed_by)
                     AND (s.verdict = 'approve' OR s.level NOT IN ('legal', a.levels[cardinality(a.levels)]))
                     AND NOT EXISTS (SELECT FROM recusal r WHERE r.action_id = a.id AND r.by = s.by))))
  FROM signature s WHERE s.action_id = a.id AND s.digest = a.digest
$$
"""  # noqa: S608 - our own words
CHAIN_BEFORE = """
CREATE OR REPLACE FUNCTION chain_is_whole(a action) RETURNS boolean LANGUAGE sql STABLE SET search_path = ban, pg_temp AS $$
  SELECT a.course = 'act' AND a.performed_by IS NOT NULL AND a.performed_by <> a.evaluator
    AND NOT EXISTS (SELECT FROM recusal r WHERE r.action_id = a.id AND r.by = a.performed_by)
    AND coalesce(a.levels <@ array_agg(s.level::text), false)
    AND count(DISTINCT s.by) = count(*)
    AND count(*) FILTER (WHERE s.verdict = 'approve') >= a.approvals
    AND bool_and(s.verdict <> 'return' AND s.by <> a.evaluator
                 AND (s.verdict = 'approve' OR s.level NOT IN ('legal', a.levels[cardinality(a.levels)]))
                 AND NOT EXISTS (SELECT FROM recusal r WHERE r.action_id = a.id AND r.by = s.by))
  FROM signature s WHERE s.action_id = a.id AND s.digest = a.digest
$$
"""

EMERGENCY = """
CREATE FUNCTION guard_emergency() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
BEGIN
  IF NEW.emergency IS DISTINCT FROM OLD.emergency AND NOT (OLD.state = 'returned' AND NEW.digest <> OLD.digest) THEN
    RAISE EXCEPTION 'what is an emergency is said in the text that is signed' USING ERRCODE = 'check_violation';
  END IF;
  IF NOT NEW.emergency AND (OLD.state IN ('proposed', 'in_review') AND NEW.state = 'enacted'
                            OR OLD.state IN ('enacted', 'enforced') AND NEW.state = 'declined') THEN
    RAISE EXCEPTION 'no move from % to % but in an emergency', OLD.state, NEW.state USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

SIGNATURE = """
CREATE OR REPLACE FUNCTION guard_signature() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
DECLARE signed action;
BEGIN
  SELECT * INTO signed FROM action WHERE id = NEW.action_id;
  IF NEW."by" = signed.evaluator OR NEW.digest <> signed.digest OR NOT (NEW.level = ANY(signed.levels))
     OR NOT (signed.state IN ('proposed', 'in_review')
             OR signed.emergency AND signed.review_state = 'open' AND signed.state IN ('enacted', 'enforced')
                AND NEW."by" <> signed.performed_by AND NEW.verdict <> 'return')
     OR EXISTS (SELECT FROM recusal r WHERE r.action_id = NEW.action_id AND r.by = NEW."by")
     OR NEW.delegation_id IS NOT NULL AND NOT EXISTS (
          SELECT FROM delegation d WHERE d.id = NEW.delegation_id AND d.level = NEW.level AND d.delegate = NEW."by"
            AND d.starts_at <= NEW.at AND NEW.at < least(d.until, d.ended_at) AND d."by" <> signed.evaluator
            AND NOT EXISTS (SELECT FROM recusal r WHERE r.action_id = NEW.action_id AND r.by = d."by")) THEN
    RAISE EXCEPTION 'this signature is not taken' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""
SIGNATURE_BEFORE = """
CREATE OR REPLACE FUNCTION guard_signature() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
DECLARE signed action;
BEGIN
  SELECT * INTO signed FROM action WHERE id = NEW.action_id;
  IF NEW."by" = signed.evaluator OR NEW.digest <> signed.digest OR NOT (NEW.level = ANY(signed.levels))
     OR signed.state NOT IN ('proposed', 'in_review')
     OR EXISTS (SELECT FROM recusal r WHERE r.action_id = NEW.action_id AND r.by = NEW."by") THEN
    RAISE EXCEPTION 'this signature is not taken' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

# The owner alone could bend it; the service may only end it before its time.
DELEGATION = """
CREATE FUNCTION guard_delegation() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
BEGIN
  IF to_jsonb(NEW) - 'ended_at' <> to_jsonb(OLD) - 'ended_at' OR OLD.ended_at IS NOT NULL THEN
    RAISE EXCEPTION 'a delegation stays as it was given; it can be ended once' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

TRIGGERS = (
    "CREATE TRIGGER action_emergency BEFORE UPDATE ON action FOR EACH ROW EXECUTE FUNCTION guard_emergency()",
    "CREATE TRIGGER delegation_guard BEFORE UPDATE ON delegation FOR EACH ROW EXECUTE FUNCTION guard_delegation()",
)


def upgrade() -> None:
    """Add the chains of the kinds, delegations, the marks of an emergency, and what the database refuses about them."""
    for kind, (levels, approvals) in LEAST.items():
        op.execute(
            f"INSERT INTO procedure (kind, levels, approvals) VALUES ('{kind}', '{{{','.join(levels)}}}', {approvals})"
        )
    op.create_table(
        "delegation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("delegate", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("starts_at < until", name="delegation_term"),
        sa.CheckConstraint("by <> delegate", name="delegation_of_two"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("delegation_delegate", "delegation", ["delegate", "level"])
    op.add_column("signature", sa.Column("delegation_id", sa.Uuid(), sa.ForeignKey("delegation.id"), nullable=True))
    op.add_column("action", sa.Column("emergency", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("action", sa.Column("case_kind", sa.String(), nullable=True))
    op.add_column("action", sa.Column("named", postgresql.ARRAY(sa.LargeBinary()), nullable=False, server_default="{}"))
    for column in ("emergency", "named"):
        op.alter_column("action", column, server_default=None)
    op.add_column("action", sa.Column("clock_measures", sa.String(), nullable=True))
    op.add_column("action", sa.Column("clock_target_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("action", sa.Column("clock_at_risk_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("action", sa.Column("clock_state", sa.String(), nullable=True))
    op.create_check_constraint("action_emergency", "action", "NOT emergency OR kind IN ('child_protection', 'checkuser')")
    op.create_check_constraint(
        "action_clock",
        "action",
        "num_nonnulls(clock_measures, clock_target_at, clock_at_risk_at, clock_state) IN (0, 4)"
        " AND clock_state IN ('running', 'at_risk', 'breached', 'stopped')",
    )
    for statement in (MOVES, CHAIN, EMERGENCY, SIGNATURE, DELEGATION, *TRIGGERS):
        op.execute(statement)


def downgrade() -> None:
    """Take them away again."""
    op.execute("DROP TRIGGER action_emergency ON action")
    op.execute("DROP TRIGGER delegation_guard ON delegation")
    for name in ("guard_emergency()", "guard_delegation()"):
        op.execute(f"DROP FUNCTION {name}")
    for statement in (SIGNATURE_BEFORE, CHAIN_BEFORE, MOVES_BEFORE):
        op.execute(statement)
    op.drop_constraint("action_clock", "action")
    op.drop_constraint("action_emergency", "action")
    for column in ("clock_state", "clock_at_risk_at", "clock_target_at", "clock_measures", "named", "case_kind", "emergency"):
        op.drop_column("action", column)
    op.drop_column("signature", "delegation_id")
    op.drop_table("delegation")
    op.execute("DELETE FROM procedure WHERE kind = ANY(ARRAY['" + "','".join(LEAST) + "'])")
