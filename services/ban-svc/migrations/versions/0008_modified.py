"""Modifications change what a decision names, and delegates sign them: no wider one without its chain, on every path (R17, R91, R113, D1, D26).

What a modification is, it is before it comes into force: *approved* and *confirmed* are states that its signatures make, not a word in a row.
An account leaves a person only when no decision in force names it and no link of two people says that it is theirs.

Revision ID: 0008
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATES = "'proposed', 'approved', 'returned', 'declined', 'confirmed', 'replaced', 'withdrawn'"
STATES_BEFORE = "'proposed', 'approved', 'returned', 'declined', 'confirmed', 'replaced'"

MOVES = """
CREATE FUNCTION legal_modification_move(old text, new text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT (old, new) IN (
    ('proposed', 'approved'), ('proposed', 'returned'), ('proposed', 'declined'), ('proposed', 'confirmed'), ('proposed', 'replaced'),
    ('proposed', 'withdrawn'), ('approved', 'confirmed'), ('approved', 'withdrawn'))
$$
"""

# Every signer another, none of them the proposer or aside; every level of the kind, those chosen and Legal; Legal and the last approving.
APPROVED = """
CREATE FUNCTION modification_is_approved(m modification, kind text) RETURNS boolean LANGUAGE sql STABLE SET search_path = ban, pg_temp AS $$
  SELECT m.route = 'chain' AND 'legal' = ANY(m.levels)
    AND EXISTS (SELECT FROM procedure p WHERE p.kind = $2 AND p.levels <@ m.levels AND p.approvals <= m.approvals)
    AND EXISTS (SELECT FROM action a WHERE a.id = m.action_id AND a.optional_levels <@ m.levels)
    AND coalesce((
      SELECT m.levels <@ array_agg(s.level::text) AND count(DISTINCT s.by) = count(*)
        AND count(*) FILTER (WHERE s.verdict = 'approve') >= m.approvals
        AND bool_and(s.verdict <> 'return' AND s.by <> m.by
                     AND (s.verdict = 'approve' OR s.level NOT IN ('legal', m.levels[cardinality(m.levels)]))
                     AND NOT EXISTS (SELECT FROM recusal r WHERE r.action_id = m.action_id AND r.by = s.by))
      FROM modification_signature s WHERE s.modification_id = m.id), false)
$$
"""
WHOLE = """
CREATE OR REPLACE FUNCTION modification_is_whole(m modification, kind text) RETURNS boolean LANGUAGE sql STABLE
SET search_path = ban, pg_temp AS $$
  SELECT m.state = 'confirmed' AND m.confirmed_by <> m.by
    AND NOT EXISTS (SELECT FROM recusal r WHERE r.action_id = m.action_id AND r.by = m.confirmed_by)
    AND (m.route = 'two_people' AND m.nature = 'ordinary' AND NOT m.burdens OR modification_is_approved(m, $2))
$$
"""
WHOLE_BEFORE = """
CREATE OR REPLACE FUNCTION modification_is_whole(m modification, kind text) RETURNS boolean LANGUAGE sql STABLE
SET search_path = ban, pg_temp AS $$
  SELECT m.state = 'confirmed' AND m.confirmed_by <> m.by AND (m.route = 'two_people' OR (
    EXISTS (SELECT FROM procedure p WHERE p.kind = $2 AND p.levels <@ m.levels AND p.approvals <= m.approvals)
    AND 'legal' = ANY(m.levels)
    AND coalesce((
      SELECT m.levels <@ array_agg(s.level::text)
        AND count(*) FILTER (WHERE s.verdict = 'approve') >= m.approvals
        AND bool_and(s.verdict <> 'return' AND s.by <> m.by
                     AND (s.verdict = 'approve' OR s.level NOT IN ('legal', m.levels[cardinality(m.levels)])))
      FROM modification_signature s WHERE s.modification_id = m.id), false)))
$$
"""

MODIFICATION = """
CREATE OR REPLACE FUNCTION guard_modification() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
DECLARE of_kind text;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'proposed' THEN
      RAISE EXCEPTION 'a modification begins as a proposal' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.action_id, NEW.digest, NEW.spec, NEW.subjects, NEW.nature, NEW.burdens, NEW.route, NEW.levels, NEW.approvals, NEW."by")
     IS DISTINCT FROM
     (OLD.id, OLD.action_id, OLD.digest, OLD.spec, OLD.subjects, OLD.nature, OLD.burdens, OLD.route, OLD.levels, OLD.approvals, OLD."by")
     OR OLD.state NOT IN ('proposed', 'approved') THEN
    RAISE EXCEPTION 'what was proposed stays what is signed' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state <> OLD.state AND NOT legal_modification_move(OLD.state, NEW.state) THEN
    RAISE EXCEPTION 'no move of a modification from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
  END IF;
  SELECT kind INTO of_kind FROM action WHERE id = NEW.action_id;
  IF NEW.state = 'approved' AND NOT modification_is_approved(NEW, of_kind)
     OR NEW.state = 'confirmed' AND NOT modification_is_whole(NEW, of_kind) THEN
    RAISE EXCEPTION 'not %: what burdens goes through the chain, a narrowing through two people', NEW.state USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""
MODIFICATION_BEFORE = """
CREATE OR REPLACE FUNCTION guard_modification() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.state <> 'proposed' THEN
    RAISE EXCEPTION 'a modification begins as a proposal' USING ERRCODE = 'check_violation';
  END IF;
  IF TG_OP = 'UPDATE' AND (
       (NEW.id, NEW.action_id, NEW.digest, NEW.spec, NEW.nature, NEW.route, NEW.levels, NEW.approvals, NEW."by")
       IS DISTINCT FROM (OLD.id, OLD.action_id, OLD.digest, OLD.spec, OLD.nature, OLD.route, OLD.levels, OLD.approvals, OLD."by")
       OR OLD.state NOT IN ('proposed', 'approved')) THEN
    RAISE EXCEPTION 'what was proposed stays what is signed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

# As over a decision: a delegation holds for this level, this person and this moment, by somebody who could sign and has not.
SIGNATURE = """
CREATE OR REPLACE FUNCTION guard_modification_signature() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
DECLARE signed modification;
BEGIN
  SELECT * INTO signed FROM modification WHERE id = NEW.modification_id;
  IF NEW."by" = signed."by" OR NOT (NEW.level = ANY(signed.levels)) OR signed.state <> 'proposed' OR signed.route <> 'chain'
     OR EXISTS (SELECT FROM recusal r WHERE r.action_id = signed.action_id AND r.by = NEW."by")
     OR NEW.delegation_id IS NOT NULL AND NOT EXISTS (
          SELECT FROM delegation d WHERE d.id = NEW.delegation_id AND d.level = NEW.level AND d.delegate = NEW."by"
            AND d.starts_at <= NEW.at AND NEW.at < least(d.until, d.ended_at) AND d."by" <> signed."by"
            AND NOT EXISTS (SELECT FROM recusal r WHERE r.action_id = signed.action_id AND r.by = d."by")
            AND NOT EXISTS (SELECT FROM modification_signature s WHERE s.modification_id = signed.id AND s.by = d."by")) THEN
    RAISE EXCEPTION 'this signature is not taken' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""
SIGNATURE_BEFORE = """
CREATE OR REPLACE FUNCTION guard_modification_signature() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
DECLARE signed modification;
BEGIN
  SELECT * INTO signed FROM modification WHERE id = NEW.modification_id;
  IF NEW."by" = signed."by" OR NOT (NEW.level = ANY(signed.levels)) OR signed.state <> 'proposed' OR signed.route <> 'chain'
     OR EXISTS (SELECT FROM recusal r WHERE r.action_id = signed.action_id AND r.by = NEW."by") THEN
    RAISE EXCEPTION 'this signature is not taken' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

# Beside the guard of the life of an action: which modification may change what, and that none comes back that another has followed.
MODIFIED = """
CREATE FUNCTION guard_modified() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
DECLARE m modification; before modification; told text[] := ARRAY['confidential', 'restricted', 'public'];
BEGIN
  IF NEW.modified_by IS NOT DISTINCT FROM OLD.modified_by THEN
    IF NEW.subjects IS DISTINCT FROM OLD.subjects THEN
      RAISE EXCEPTION 'what is in force is changed by a modification alone' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  SELECT * INTO m FROM modification WHERE id = NEW.modified_by AND action_id = NEW.id;
  SELECT * INTO before FROM modification WHERE id = OLD.modified_by;
  IF m.id IS NULL OR NOT modification_is_whole(m, NEW.kind) OR m.confirmed_at < before.confirmed_at
     OR NEW.subjects IS DISTINCT FROM m.subjects OR NEW.nature IS DISTINCT FROM m.nature
     OR NEW.issuance IS DISTINCT FROM coalesce(OLD.issuance, 1) + (m.nature = 'substantial_atypical')::int THEN
    RAISE EXCEPTION 'not modified: it is not what was confirmed' USING ERRCODE = 'check_violation';
  END IF;
  IF m.route <> 'chain' AND (
       NOT NEW.subjects <@ OLD.subjects OR array_position(told, NEW.disclosure::text) > array_position(told, OLD.disclosure::text)
       OR OLD.starts_at IS NOT NULL AND (NEW.starts_at IS NULL OR NEW.starts_at < OLD.starts_at)) THEN
    RAISE EXCEPTION 'not modified: what burdens goes through the chain, a narrowing through two people' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""
MODIFIED_TRIGGER = """
CREATE TRIGGER action_modified BEFORE UPDATE ON action FOR EACH ROW
WHEN (OLD.state IN ('enacted', 'enforced') AND (NEW.modified_by IS DISTINCT FROM OLD.modified_by OR NEW.subjects IS DISTINCT FROM OLD.subjects))
EXECUTE FUNCTION guard_modified()
"""

# What a decision named leaves a person when that decision names it no more, and no other in force does.
ACCOUNT = """
CREATE OR REPLACE FUNCTION guard_account() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF EXISTS (SELECT FROM identity i WHERE i.id = OLD.identity_id AND i.state = 'linked')
       OR EXISTS (SELECT FROM action a WHERE a.id = OLD.decided_by AND (a.modified_by IS NULL OR OLD.name_hash = ANY(a.subjects)))
       OR EXISTS (SELECT FROM action a JOIN individual i ON i.id = a.individual_id JOIN individual m ON m.person_id = i.person_id
                  WHERE m.id = OLD.individual_id AND a.state IN ('enacted', 'enforced') AND a.kind NOT IN ('checkuser', 'range_block')
                    AND OLD.name_hash = ANY(a.subjects)) THEN
      RAISE EXCEPTION 'an account leaves a person when nothing says any more that it is theirs' USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
  END IF;
  IF TG_OP = 'UPDATE' AND (NEW.id, NEW.individual_id, NEW.name_hash) IS DISTINCT FROM (OLD.id, OLD.individual_id, OLD.name_hash) THEN
    RAISE EXCEPTION 'an account is unlinked from one person before it is linked to another' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.identity_id IS NOT NULL AND NEW.decided_by IS NULL AND NOT EXISTS (
       SELECT FROM identity i WHERE i.id = NEW.identity_id AND i.individual_id = NEW.individual_id AND i.subject = NEW.name_hash
         AND i.sort = 'account' AND i.state = 'linked' AND i.confidence = 'confirmed') THEN
    RAISE EXCEPTION 'not linked: it takes two people and a confirmed link' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""
ACCOUNT_BEFORE = """
CREATE OR REPLACE FUNCTION guard_account() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.decided_by IS NOT NULL OR EXISTS (SELECT FROM identity i WHERE i.id = OLD.identity_id AND i.state = 'linked') THEN
      RAISE EXCEPTION 'an account leaves a person when its link is undone' USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
  END IF;
  IF TG_OP = 'UPDATE' AND (NEW.id, NEW.individual_id, NEW.name_hash) IS DISTINCT FROM (OLD.id, OLD.individual_id, OLD.name_hash) THEN
    RAISE EXCEPTION 'an account is unlinked from one person before it is linked to another' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.identity_id IS NOT NULL AND NEW.decided_by IS NULL AND NOT EXISTS (
       SELECT FROM identity i WHERE i.id = NEW.identity_id AND i.individual_id = NEW.individual_id AND i.subject = NEW.name_hash
         AND i.sort = 'account' AND i.state = 'linked' AND i.confidence = 'confirmed') THEN
    RAISE EXCEPTION 'not linked: it takes two people and a confirmed link' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    """Add the columns, with what they would have said of the modifications there are; then the guards."""
    op.add_column("modification", sa.Column("subjects", postgresql.ARRAY(sa.LargeBinary()), nullable=True))
    op.add_column("modification", sa.Column("burdens", sa.Boolean(), nullable=True))
    # None of them changed an account, and the guard lets nobody touch those that are over.
    op.execute("ALTER TABLE modification DISABLE TRIGGER modification_guard")
    op.execute("UPDATE modification SET burdens = route = 'chain', subjects = (SELECT a.subjects FROM action a WHERE a.id = action_id)")
    op.execute("ALTER TABLE modification ENABLE TRIGGER modification_guard")
    op.alter_column("modification", "subjects", nullable=False)
    op.alter_column("modification", "burdens", nullable=False)
    op.create_check_constraint("modification_burdens", "modification", "NOT burdens OR route = 'chain'")
    op.drop_constraint("modification_state", "modification", type_="check")
    op.create_check_constraint("modification_state", "modification", f"state IN ({STATES})")
    op.add_column("modification_signature", sa.Column("delegation_id", sa.Uuid(), sa.ForeignKey("delegation.id"), nullable=True))
    for statement in (MOVES, APPROVED, WHOLE, MODIFICATION, SIGNATURE, MODIFIED, MODIFIED_TRIGGER, ACCOUNT):
        op.execute(statement)


def downgrade() -> None:
    """Take the guards away, then the columns; modifications that were withdrawn stand against it."""
    op.execute("DROP TRIGGER action_modified ON action")
    for statement in (ACCOUNT_BEFORE, SIGNATURE_BEFORE, MODIFICATION_BEFORE, WHOLE_BEFORE):
        op.execute(statement)
    for name in ("guard_modified()", "modification_is_approved(modification, text)", "legal_modification_move(text, text)"):
        op.execute(f"DROP FUNCTION {name}")
    op.drop_column("modification_signature", "delegation_id")
    op.drop_constraint("modification_state", "modification", type_="check")
    op.create_check_constraint("modification_state", "modification", f"state IN ({STATES_BEFORE})")
    op.drop_constraint("modification_burdens", "modification", type_="check")
    for name in ("burdens", "subjects"):
        op.drop_column("modification", name)
