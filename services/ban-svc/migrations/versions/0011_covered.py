"""What is covered is what was decided: accounts of the person, ranges no wider than the law's, no longer than the decision (R17, R20, D16, D23).

Revision ID: 0011
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Texts are sealed, so that the database cannot know which range was named; it knows whose an account is, and when a decision ends.
COVERED = """
CREATE FUNCTION guard_covered() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
DECLARE
  decision action%ROWTYPE;
  latest timestamptz;
BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.action_id, NEW.kind, NEW.name_hash, NEW.network)
       IS DISTINCT FROM (OLD.action_id, OLD.kind, OLD.name_hash, OLD.network) THEN
    RAISE EXCEPTION 'what is covered, and by which decision, does not change' USING ERRCODE = 'check_violation';
  END IF;
  IF TG_OP = 'UPDATE' AND (NEW.ends_at IS NOT DISTINCT FROM OLD.ends_at OR NEW.ends_at < coalesce(OLD.ends_at, 'infinity')) THEN
    RETURN NEW;
  END IF;
  SELECT * INTO decision FROM action a WHERE a.id = NEW.action_id;
  latest := coalesce(decision.ended_at, decision.expires_at, 'infinity');
  IF coalesce(NEW.ends_at, 'infinity') > latest THEN
    RAISE EXCEPTION 'nothing is covered longer than its decision holds' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.network IS NOT NULL AND masklen(NEW.network) < (CASE family(NEW.network) WHEN 4 THEN 16 ELSE 19 END) THEN
    RAISE EXCEPTION 'no range is wider than /16, or /19 of IPv6' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.name_hash IS NOT NULL AND NOT EXISTS (
       SELECT FROM account one JOIN individual whose ON whose.id = one.individual_id
       JOIN individual against ON against.person_id = whose.person_id
       WHERE one.name_hash = NEW.name_hash AND one.confidence = 'confirmed' AND against.id = decision.individual_id) THEN
    RAISE EXCEPTION 'only confirmed accounts of the person are covered' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

DECIDED = """
CREATE FUNCTION guard_decided() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.decided_by IS NOT DISTINCT FROM OLD.decided_by THEN
    RETURN NEW;
  END IF;
  IF NEW.decided_by IS NOT NULL AND NOT EXISTS (
       SELECT FROM action a JOIN individual against ON against.id = a.individual_id
       JOIN individual whose ON whose.person_id = against.person_id
       WHERE a.id = NEW.decided_by AND whose.id = NEW.individual_id AND NEW.name_hash = ANY (a.subjects) AND a.enacted_at IS NOT NULL) THEN
    RAISE EXCEPTION 'an account rests on a decision that names it' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    """Add the two guards; what is there already was written by the code that they watch."""
    op.execute(COVERED)
    op.execute("CREATE TRIGGER cover_of_a_decision BEFORE INSERT OR UPDATE ON cover FOR EACH ROW EXECUTE FUNCTION guard_covered()")
    op.execute(DECIDED)
    op.execute("CREATE TRIGGER account_decided BEFORE INSERT OR UPDATE ON account FOR EACH ROW EXECUTE FUNCTION guard_decided()")


def downgrade() -> None:
    """Take them away."""
    op.execute("DROP TRIGGER account_decided ON account")
    op.execute("DROP TRIGGER cover_of_a_decision ON cover")
    op.execute("DROP FUNCTION guard_decided()")
    op.execute("DROP FUNCTION guard_covered()")
