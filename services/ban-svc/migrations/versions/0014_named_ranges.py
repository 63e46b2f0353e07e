"""Only ranges inside of those that a decided text names are covered, though the text is sealed (R83, R113, D16, D23).

Texts hold hashes of their ranges beside them, fixed with the text and its digest; a cover shows the range of the text that holds it and what
opens its hash. A text older than this step has no hashes, and what it named is covered as before.

Revision ID: 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# Which ranges a text names is part of it: signed with it, and changed with its digest alone.
RANGES = """
CREATE FUNCTION guard_ranges() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.ranges IS NULL
     OR TG_OP = 'UPDATE' AND NEW.ranges IS DISTINCT FROM OLD.ranges AND (NEW.digest = OLD.digest OR NEW.ranges IS NULL) THEN
    RAISE EXCEPTION 'which ranges a text names is said with it, and changes with it alone' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

# Two people only ever take ranges away: what may be covered is what the chain decided last.
NAMED = """
CREATE FUNCTION guard_named_range() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
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
    """Add the hashes, what a cover shows, and the guards."""
    for table in ("action", "modification"):
        op.add_column(table, sa.Column("ranges", postgresql.ARRAY(sa.LargeBinary()), nullable=True))
    op.add_column("cover", sa.Column("named", postgresql.CIDR(), nullable=True))
    op.add_column("cover", sa.Column("proof", sa.LargeBinary(), nullable=True))
    op.execute(RANGES)
    op.execute(NAMED)
    for table in ("action", "modification"):
        op.execute(f"CREATE TRIGGER {table}_ranges BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION guard_ranges()")
    op.execute(
        "CREATE TRIGGER cover_range_named BEFORE INSERT OR UPDATE ON cover FOR EACH ROW WHEN (NEW.network IS NOT NULL) "
        "EXECUTE FUNCTION guard_named_range()"
    )


def downgrade() -> None:
    """Take them away."""
    op.execute("DROP TRIGGER cover_range_named ON cover")
    for table in ("action", "modification"):
        op.execute(f"DROP TRIGGER {table}_ranges ON {table}")
    op.execute("DROP FUNCTION guard_named_range()")
    op.execute("DROP FUNCTION guard_ranges()")
    op.drop_column("cover", "proof")
    op.drop_column("cover", "named")
    for table in ("modification", "action"):
        op.drop_column(table, "ranges")
