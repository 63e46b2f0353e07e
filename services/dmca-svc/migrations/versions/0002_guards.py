"""What the law forbids is forbidden here too, on every path: HTTP, retry, schedule, replay, direct SQL (R40, R113, D1, D10).

The service's role owns nothing, so it can switch none of this off. Functions look into this schema alone: a temporary table of the
same name cannot stand in for one of ours. What the role could forge by inserting signatures of made-up people no table prevents.

Revision ID: 0002
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# The states and their legal moves as model.py has them; a test compares the two.
MOVES = """
CREATE FUNCTION legal_move(old text, new text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT (old, new) IN (
    ('received', 'compliant'), ('received', 'in_review'), ('compliant', 'received'), ('compliant', 'in_review'),
    ('in_review', 'received'), ('in_review', 'compliant'), ('in_review', 'accepted'), ('in_review', 'rejected'),
    ('accepted', 'taken_down'), ('taken_down', 'counter_noticed'), ('taken_down', 'held'),
    ('counter_noticed', 'taken_down'), ('counter_noticed', 'held'), ('counter_noticed', 'restored'), ('restored', 'held'))
$$
"""

COUNTER_MOVES = """
CREATE FUNCTION legal_counter_move(old text, new text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT (old, new) IN (
    ('received', 'incomplete'), ('received', 'accepted'), ('received', 'rejected'), ('incomplete', 'accepted'), ('incomplete', 'rejected'),
    ('accepted', 'held'), ('accepted', 'restored'), ('restored', 'held'))
$$
"""

CHAIN = """
CREATE FUNCTION chain_is_whole(recommended uuid) RETURNS boolean LANGUAGE sql STABLE SET search_path = dmca, pg_temp AS $$
  SELECT coalesce(ARRAY['team_peer', 'team_manager', 'legal'] <@ array_agg(s.level), false)
    AND count(DISTINCT s.by) = count(*)
    AND count(*) FILTER (WHERE s.verdict = 'approve') >= 2
    AND bool_and(s.verdict <> 'return' AND (s.level <> 'legal' OR s.verdict = 'approve')
                 AND s.by <> r.evaluator
                 AND NOT EXISTS (SELECT FROM assessment a WHERE a.notice_id = s.notice_id AND a.counter_notice_id IS NULL AND a.by = s.by))
  FROM signature s JOIN recommendation r ON r.id = s.recommendation_id AND r.digest = s.digest
  WHERE s.recommendation_id = recommended
$$
"""

NOTICE = """
CREATE FUNCTION guard_notice() RETURNS trigger LANGUAGE plpgsql SET search_path = dmca, pg_temp AS $$
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
  IF NEW.decided_at IS NOT NULL OR NEW.takedown_at IS NOT NULL THEN
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

SIGNATURE = """
CREATE FUNCTION guard_signature() RETURNS trigger LANGUAGE plpgsql SET search_path = dmca, pg_temp AS $$
DECLARE signed recommendation;
BEGIN
  SELECT * INTO signed FROM recommendation WHERE id = NEW.recommendation_id;
  IF NEW."by" = signed.evaluator OR NEW.digest <> signed.digest OR NEW.notice_id <> signed.notice_id
     OR NEW.level NOT IN ('team_peer', 'team_manager', 'legal')
     OR NOT EXISTS (SELECT FROM notice n WHERE n.id = NEW.notice_id AND n.recommendation_id = signed.id AND n.state = 'in_review') THEN
    RAISE EXCEPTION 'this signature is not taken' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

PAGE = """
CREATE FUNCTION guard_page() RETURNS trigger LANGUAGE plpgsql SET search_path = dmca, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'up' THEN
      RAISE EXCEPTION 'a page is up when it is named' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
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
      WHERE a.page_id = NEW.id AND a.held_by IS NULL AND c.restoring AND NEW.restored_at >= c.opens)) THEN
    RAISE EXCEPTION 'no restoration runs for this page' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state = 'up' THEN
    RAISE EXCEPTION 'a page that came down is restored, never forgotten' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

COUNTER = """
CREATE FUNCTION guard_counter_notice() RETURNS trigger LANGUAGE plpgsql SET search_path = dmca, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'received' THEN
      RAISE EXCEPTION 'a counter-notice begins as received' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.received_at, NEW.received_by_agent_at) IS DISTINCT FROM (OLD.received_at, OLD.received_by_agent_at) THEN
    RAISE EXCEPTION 'the receipt of a counter-notice never changes' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state <> OLD.state AND NOT legal_counter_move(OLD.state, NEW.state) THEN
    RAISE EXCEPTION 'no move from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.opens IS NOT NULL AND (NEW.opens, NEW.enforcer_from, NEW.target, NEW.closes)
     IS DISTINCT FROM (OLD.opens, OLD.enforcer_from, OLD.target, OLD.closes) THEN
    RAISE EXCEPTION 'a window keeps the dates it was told with' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.restoring AND (NEW.restoring_by IS NULL OR NEW.restoring_by = NEW.assessed_by) THEN
    RAISE EXCEPTION 'whoever evaluated it does not restore it' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

GUARDS = {
    "notice_guard": ("notice", "INSERT OR UPDATE", "guard_notice()"),
    "signature_guard": ("signature", "INSERT", "guard_signature()"),
    "page_guard": ("page", "INSERT OR UPDATE", "guard_page()"),
    "counter_notice_guard": ("counter_notice", "INSERT OR UPDATE", "guard_counter_notice()"),
}


def upgrade() -> None:
    """Lay down the guards."""
    for statement in (MOVES, COUNTER_MOVES, CHAIN, NOTICE, SIGNATURE, PAGE, COUNTER):
        op.execute(statement)
    for name, (table, when, function) in GUARDS.items():
        op.execute(f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}")


def downgrade() -> None:
    """Take the guards away."""
    for name, (table, _, _) in GUARDS.items():
        op.execute(f"DROP TRIGGER {name} ON {table}")
    for name in (*(function for _, _, function in GUARDS.values()), "chain_is_whole(uuid)"):
        op.execute(f"DROP FUNCTION {name}")
    op.execute("DROP FUNCTION legal_counter_move(text, text)")
    op.execute("DROP FUNCTION legal_move(text, text)")
