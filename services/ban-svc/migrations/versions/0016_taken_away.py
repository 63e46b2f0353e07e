"""What two people took away comes back through the chain alone: no range is covered that a text since does not hold (D16, D23, D26).

A cover shows a range of each text that must hold it, where it showed one of what the chain decided last. A text without hashes, older than
they are, asks for none. Of the ranges there are nothing is asked before they are covered longer.

Revision ID: 0016
"""


from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# A row of two people that says anything at all asks for more, never for less: the texts before it still have to hold what is covered.
NAMED = """
CREATE OR REPLACE FUNCTION guard_named_range() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
DECLARE last modification; held bytea[];
BEGIN
  IF TG_OP = 'UPDATE' AND coalesce(NEW.ends_at, 'infinity') <= coalesce(OLD.ends_at, 'infinity') THEN
    RETURN NEW;
  END IF;
  SELECT * INTO last FROM modification m WHERE m.action_id = NEW.action_id AND m.route = 'chain' AND m.state = 'confirmed'
    ORDER BY m.confirmed_at DESC, m.id DESC LIMIT 1;
  FOR held IN
    SELECT a.ranges FROM action a WHERE a.id = NEW.action_id AND last.id IS NULL
    UNION ALL
    SELECT m.ranges FROM modification m WHERE m.action_id = NEW.action_id AND m.state = 'confirmed'
      AND (last.id IS NULL OR (m.confirmed_at, m.id) >= (last.confirmed_at, last.id))
  LOOP
    IF held IS NOT NULL AND NOT EXISTS (
         SELECT FROM unnest(NEW.named, NEW.proofs) AS shown (one, proof)
         WHERE NEW.network <<= shown.one AND sha256(shown.proof || cidr_send(shown.one)) = ANY (held)) THEN
      RAISE EXCEPTION 'only ranges that the decision names are covered' USING ERRCODE = 'check_violation';
    END IF;
  END LOOP;
  RETURN NEW;
END $$
"""
NAMED_BEFORE = """
CREATE OR REPLACE FUNCTION guard_named_range() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
DECLARE decided bytea[];
BEGIN
  IF TG_OP = 'UPDATE' AND coalesce(NEW.ends_at, 'infinity') <= coalesce(OLD.ends_at, 'infinity') THEN
    RETURN NEW;
  END IF;
  SELECT ranges INTO decided FROM modification m WHERE m.action_id = NEW.action_id AND m.route = 'chain' AND m.state = 'confirmed'
    ORDER BY m.confirmed_at DESC, m.id DESC LIMIT 1;
  IF NOT FOUND THEN
    SELECT ranges INTO decided FROM action a WHERE a.id = NEW.action_id;
  END IF;
  IF decided IS NOT NULL AND (NEW.network <<= NEW.named AND sha256(NEW.proof || cidr_send(NEW.named)) = ANY (decided)) IS NOT TRUE THEN
    RAISE EXCEPTION 'only ranges that the decision names are covered' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    """Let a cover show several ranges, and ask for one of each text."""
    op.execute("ALTER TABLE cover RENAME COLUMN proof TO proofs")
    op.execute(
        "ALTER TABLE cover ALTER COLUMN named TYPE cidr[] USING CASE WHEN named IS NOT NULL THEN ARRAY[named] END,"
        " ALTER COLUMN proofs TYPE bytea[] USING CASE WHEN proofs IS NOT NULL THEN ARRAY[proofs] END"
    )
    op.execute(NAMED)


def downgrade() -> None:
    """Ask for one of what the chain decided last, which is the first that is shown."""
    op.execute("ALTER TABLE cover ALTER COLUMN named TYPE cidr USING named[1], ALTER COLUMN proofs TYPE bytea USING proofs[1]")
    op.execute("ALTER TABLE cover RENAME COLUMN proofs TO proof")
    op.execute(NAMED_BEFORE)
