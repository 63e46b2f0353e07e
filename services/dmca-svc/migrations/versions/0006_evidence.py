"""Files that a person adds to a notice, and what the database sees to: no bytes without a hash, none after removal (D20, D27).

Revision ID: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
REPORTED = "removed_as IS NOT DISTINCT FROM 'reported_material'"

CHECKS = {
    "removed_as_known": "removed_as IN ('added_by_mistake', 'reported_material')",
    "removed_whole": "num_nonnulls(removed_as, removed_at, removed_by) IN (0, 3)",
    "bytes_until_removed": "(content IS NULL) = (removed_at IS NOT NULL)",
    "known_unless_reported": f"num_nonnulls(sha256, size, words) = CASE WHEN {REPORTED} THEN 0 ELSE 3 END",
    "mistake_explained": "(removed_note IS NOT NULL) = (coalesce(removed_as, '') = 'added_by_mistake')",
    "hash_whole": "sha256 ~ '^[0-9a-f]{64}$'",
    "not_empty": "size > 0",
    "bytes_as_counted": "octet_length(content) = 45 + 4 * ((size + 2) / 3)",
}

# What was noted of a file never changes; what is removed stays removed, and may only become reported material, which leaves less of it.
GUARD = """
CREATE FUNCTION guard_evidence() RETURNS trigger LANGUAGE plpgsql SET search_path = dmca, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.removed_at IS NOT NULL THEN
      RAISE EXCEPTION 'a file is there before it is removed' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM notice n WHERE n.id = NEW.notice_id AND n.verdict IS NOT NULL AND n.answered_as IS NULL) THEN
      RAISE EXCEPTION 'files are added to what a person found a copyright matter' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.notice_id, NEW."by", NEW.at, NEW.claimed_type, NEW.media_type, NEW.cautions)
     IS DISTINCT FROM (OLD.id, OLD.notice_id, OLD."by", OLD.at, OLD.claimed_type, OLD.media_type, OLD.cautions)
     OR (NEW.sha256 IS NOT NULL AND NEW.sha256 IS DISTINCT FROM OLD.sha256) OR (NEW.size IS NOT NULL AND NEW.size IS DISTINCT FROM OLD.size)
     OR (NEW.words IS NOT NULL AND NEW.words IS DISTINCT FROM OLD.words)
     OR (NEW.content IS NOT NULL AND NEW.content IS DISTINCT FROM OLD.content) THEN
    RAISE EXCEPTION 'what was noted of a file never changes' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.removed_as IS NOT NULL AND NEW.removed_as IS DISTINCT FROM OLD.removed_as
     AND (OLD.removed_as, NEW.removed_as) IS DISTINCT FROM ('added_by_mistake', 'reported_material') THEN
    RAISE EXCEPTION 'what was removed stays removed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    """Make room for files."""
    op.create_table(
        "evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("claimed_type", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("cautions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("removed_as", sa.Text(), nullable=True),
        sa.Column("removed_by", sa.Text(), nullable=True),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.Column("removed_note", sa.Uuid(), nullable=True),
        *(sa.CheckConstraint(check, name=name) for name, check in CHECKS.items()),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"]),
        sa.ForeignKeyConstraint(["removed_note"], ["note.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("evidence_notice", "evidence", ["notice_id", "id"])
    op.create_index("evidence_once", "evidence", ["notice_id", "sha256"], unique=True, postgresql_where=sa.text("removed_at IS NULL"))
    op.create_index("evidence_hash", "evidence", ["sha256"])
    # What is encrypted presses no smaller: the database need not try.
    op.execute("ALTER TABLE evidence ALTER COLUMN content SET STORAGE EXTERNAL")
    op.execute(GUARD)
    op.execute("CREATE TRIGGER evidence_guard BEFORE INSERT OR UPDATE ON evidence FOR EACH ROW EXECUTE FUNCTION guard_evidence()")


def downgrade() -> None:
    """Take the files away."""
    op.drop_table("evidence")
    op.execute("DROP FUNCTION guard_evidence()")
