"""What the law forbids is forbidden here too, on every path: HTTP, retry, schedule, replay, direct SQL (R19, R113, D1, D2).

The service's role owns nothing, so it can switch none of this off. Functions look into this schema alone: a temporary table of the
same name cannot stand in for one of ours. What the role could forge by inserting signatures of made-up people no table prevents.

Revision ID: 0002
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# The procedure matrix of 2026 as the least that may be asked; a test compares it with the kernel's.
LEAST = {
    "global_ban": (["team_peer", "team_manager", "director", "chief", "legal", "communications", "executive_director"], 3),
    "event_ban": (["team_peer", "team_manager", "director", "chief", "legal", "communications", "executive_director"], 2),
    "conduct_warning": (["team_peer", "team_manager", "director", "chief", "legal"], 2),
    "range_block": (["team_peer", "team_manager", "director"], 2),
}

MOVES = """
CREATE FUNCTION legal_move(old text, new text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT (old, new) IN (
    ('proposed', 'in_review'), ('proposed', 'returned'), ('proposed', 'approved'), ('proposed', 'declined'), ('proposed', 'withdrawn'),
    ('in_review', 'returned'), ('in_review', 'approved'), ('in_review', 'declined'), ('in_review', 'withdrawn'),
    ('returned', 'proposed'), ('returned', 'withdrawn'),
    ('approved', 'enacted'), ('approved', 'withdrawn'),
    ('enacted', 'enforced'), ('enacted', 'expired'), ('enforced', 'expired'))
$$
"""

CHAIN = """
CREATE FUNCTION chain_is_whole(a action) RETURNS boolean LANGUAGE sql STABLE SET search_path = ban, pg_temp AS $$
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

ACTION = """
CREATE FUNCTION guard_action() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
DECLARE least procedure;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.origin = 'recorded' THEN
      IF session_user <> 'ban_import' THEN
        RAISE EXCEPTION 'what was not decided here is recorded by the import alone' USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END IF;
    SELECT * INTO least FROM procedure WHERE kind = NEW.kind;
    IF NOT FOUND OR NEW.state <> 'proposed' THEN
      RAISE EXCEPTION 'an action begins as a proposal of a kind that is carried out' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.course = 'act' AND NOT (least.levels <@ NEW.levels AND NEW.approvals >= least.approvals) THEN
      RAISE EXCEPTION 'the chain asks fewer than the procedure' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.case_id, NEW.notice_id, NEW.kind, NEW.origin, NEW.course, NEW.evaluator, NEW.levels, NEW.approvals)
     IS DISTINCT FROM (OLD.id, OLD.case_id, OLD.notice_id, OLD.kind, OLD.origin, OLD.course, OLD.evaluator, OLD.levels, OLD.approvals) THEN
    RAISE EXCEPTION 'kind, evaluator and chain of an action never change' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.state IN ('enacted', 'enforced', 'expired') AND (NEW.digest, NEW.spec, NEW.individual_id, NEW.performed_by, NEW.enacted_at)
     IS DISTINCT FROM (OLD.digest, OLD.spec, OLD.individual_id, OLD.performed_by, OLD.enacted_at) THEN
    RAISE EXCEPTION 'what was enacted stays what was signed' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.spec IS DISTINCT FROM OLD.spec AND NEW.digest = OLD.digest THEN
    RAISE EXCEPTION 'another text has another digest' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state <> OLD.state AND NOT legal_move(OLD.state, NEW.state) THEN
    RAISE EXCEPTION 'no move from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.origin = 'decided' AND NEW.state IN ('enacted', 'enforced', 'expired') AND NOT chain_is_whole(NEW) THEN
    RAISE EXCEPTION 'not enacted: the signatures over this text do not make the chain' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

SIGNATURE = """
CREATE FUNCTION guard_signature() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
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

COVER = """
CREATE FUNCTION guard_cover() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.network IS NULL OR OLD.kind <> 'global_ban' OR OLD.ends_at IS NULL THEN
      RAISE EXCEPTION 'only an address whose time is over is forgotten' USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
  END IF;
  IF NOT EXISTS (SELECT FROM action a WHERE a.id = NEW.action_id AND a.kind = NEW.kind AND a.state IN ('enacted', 'enforced', 'expired')) THEN
    RAISE EXCEPTION 'nothing is covered by an action that was not enacted' USING ERRCODE = 'check_violation';
  END IF;
  NEW.changed := pg_current_xact_id()::text::bigint;
  RETURN NEW;
END $$
"""

TRIGGERS = (
    "CREATE TRIGGER action_guard BEFORE INSERT OR UPDATE ON action FOR EACH ROW EXECUTE FUNCTION guard_action()",
    "CREATE TRIGGER signature_guard BEFORE INSERT ON signature FOR EACH ROW EXECUTE FUNCTION guard_signature()",
    "CREATE TRIGGER cover_guard BEFORE INSERT OR UPDATE OR DELETE ON cover FOR EACH ROW EXECUTE FUNCTION guard_cover()",
)


def upgrade() -> None:
    """Lay down the least chains, then the guards."""
    for kind, (levels, approvals) in LEAST.items():
        op.execute(f"INSERT INTO procedure (kind, levels, approvals) VALUES ('{kind}', '{{{','.join(levels)}}}', {approvals})")
    for statement in (MOVES, CHAIN, ACTION, SIGNATURE, COVER, *TRIGGERS):
        op.execute(statement)


def downgrade() -> None:
    """Take the guards away."""
    for name, table in (("action_guard", "action"), ("signature_guard", "signature"), ("cover_guard", "cover")):
        op.execute(f"DROP TRIGGER {name} ON {table}")
    for name in ("guard_action()", "guard_signature()", "guard_cover()", "chain_is_whole(action)", "legal_move(text, text)"):
        op.execute(f"DROP FUNCTION {name}")
    op.execute("DELETE FROM procedure")
