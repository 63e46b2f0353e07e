"""The ledger of infringers: persons, reversals, decisions; what was given to Lumen; a notice's country (R48, R49, D11, D22, R44).

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
INSERT_ONLY = {"grants": ("SELECT", "INSERT")}

# The task of a person is Legal's to end: a row that waits is never deleted or merged away, and nothing is decided twice on one thing.
DECISION = """
CREATE FUNCTION guard_infringer_decision() RETURNS trigger LANGUAGE plpgsql SET search_path = dmca, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM infringer i WHERE i.id = NEW.infringer_id AND i.merged_into IS NULL) THEN
    RAISE EXCEPTION 'this person is another in the ledger' USING ERRCODE = 'check_violation';
  END IF;
  IF NOT EXISTS (SELECT FROM notice n WHERE n.id = NEW.notice_id AND n.taken_down_at IS NOT NULL) THEN
    RAISE EXCEPTION 'a decision rests on a notice that was complied with' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

REVERSAL = """
CREATE FUNCTION guard_reversal() RETURNS trigger LANGUAGE plpgsql SET search_path = dmca, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
      SELECT FROM page p WHERE p.id = NEW.page_id AND p.notice_id = NEW.notice_id AND p.removed_at IS NOT NULL AND p.removed_at <= NEW.at) THEN
    RAISE EXCEPTION 'nothing is reverted that was not down' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

TRIGGERS = {
    "infringer_decision_guard": ("infringer_decision", "INSERT", "guard_infringer_decision()"),
    "reversal_guard": ("reversal", "INSERT", "guard_reversal()"),
}


def upgrade() -> None:
    """Lay down the ledger and its guards."""
    op.add_column("notice", sa.Column("infringer_id", sa.Uuid(), nullable=True))
    op.add_column("notice", sa.Column("infringer_decision_digest", sa.Text(), nullable=True))
    op.add_column("notice", sa.Column("country", sa.Text(), nullable=True))
    op.create_check_constraint("country_code", "notice", "country ~ '^[A-Z]{2}$'")
    op.create_check_constraint("infringer_whole", "notice", "num_nonnulls(infringer_id, infringer_decision_digest) IN (0, 2)")
    _infringers()
    _reversals()
    _decisions()
    _lumen()
    for statement in (DECISION, REVERSAL):
        op.execute(statement)
    for name, (table, when, function) in TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}")


def downgrade() -> None:
    """Take the ledger away."""
    for name, (table, _, _) in TRIGGERS.items():
        op.execute(f"DROP TRIGGER {name} ON {table}")
    for function in ("guard_infringer_decision()", "guard_reversal()"):
        op.execute(f"DROP FUNCTION {function}")
    for table in ("lumen_submission", "infringer_decision", "misrepresentation", "reversal", "infringer_account", "infringer"):
        op.drop_table(table)
    for check in ("infringer_whole", "country_code"):
        op.drop_constraint(check, "notice")
    for column in ("country", "infringer_decision_digest", "infringer_id"):
        op.drop_column("notice", column)


def _infringers() -> None:
    op.create_table(
        "infringer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("individual_id", sa.Uuid(), nullable=True),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("links", sa.Text(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=True),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("task_grounds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("task_since", MOMENT, nullable=True),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("task IN ('none', 'open', 'decided')", name="task_known"),
        sa.CheckConstraint("links IN ('unasked', 'known', 'unreachable')", name="links_known"),
        sa.CheckConstraint("waits = (task = 'open')", name="open_waits"),
        sa.CheckConstraint("(task = 'open') = (cardinality(task_grounds) > 0)", name="open_on_grounds"),
        sa.CheckConstraint("merged_into IS NULL OR task <> 'open'", name="merged_waits_for_nothing"),
        sa.CheckConstraint("merged_into <> id", name="merged_into_another"),
        sa.CheckConstraint("(links = 'known') <= (asked_at IS NOT NULL)", name="known_when_asked"),
        sa.ForeignKeyConstraint(["merged_into"], ["infringer.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("individual_id", name="individual_once"),
    )
    op.create_index("infringer_list", "infringer", ["waits", "id"])
    op.create_table(
        "infringer_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("infringer_id", sa.Uuid(), nullable=False),
        sa.Column("account_hash", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("gave", sa.Boolean(), nullable=False),
        sa.Column("unlinked_at", MOMENT, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["infringer_id"], ["infringer.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_hash", name="account_once"),
    )
    op.create_index("infringer_account_person", "infringer_account", ["infringer_id"])


def _reversals() -> None:
    op.create_table(
        "reversal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("account_hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("revision_id", sa.BigInteger(), nullable=True),
        sa.Column("note_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.CheckConstraint("num_nonnulls(revision_id, note_id) = 1", name="one_proof"),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"]),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"]),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"]),
        sa.PrimaryKeyConstraint("id"),
        info=INSERT_ONLY,
    )
    op.create_index("reversal_notice", "reversal", ["notice_id"])
    op.create_index("reversal_account", "reversal", ["account_hash"])
    op.create_table(
        "misrepresentation",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"]),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"]),
        sa.PrimaryKeyConstraint("notice_id"),
        info=INSERT_ONLY,
    )


def _decisions() -> None:
    op.create_table(
        "infringer_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("infringer_id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("terminate", sa.Boolean(), nullable=False),
        sa.Column("proposed", sa.Boolean(), nullable=False),
        sa.Column("grounds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("covers", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("accounts_note_id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("length(digest) = 64", name="digest_whole"),
        sa.CheckConstraint("cardinality(grounds) > 0 AND cardinality(covers) > 0", name="decided_on_something"),
        sa.CheckConstraint("grounds <@ ARRAY['repeat_infringer', 'takedown_reversed']", name="grounds_known"),
        sa.ForeignKeyConstraint(["infringer_id"], ["infringer.id"]),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"]),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"]),
        sa.ForeignKeyConstraint(["accounts_note_id"], ["note.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest", name="decided_once"),
        info=INSERT_ONLY,
    )
    op.create_index("infringer_decision_person", "infringer_decision", ["infringer_id", "at"])


def _lumen() -> None:
    op.create_table(
        "lumen_submission",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("lumen_id", sa.Text(), nullable=True),
        sa.Column("receipt_at", MOMENT, nullable=True),
        sa.CheckConstraint("state IN ('queued', 'delivered', 'failed', 'uncertain')", name="state_known"),
        sa.CheckConstraint("length(digest) = 64", name="digest_whole"),
        sa.CheckConstraint("(state = 'delivered') = (receipt_at IS NOT NULL)", name="delivered_when"),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("delivery_id"),
    )
    op.create_index("lumen_once", "lumen_submission", ["notice_id"], unique=True, postgresql_where=sa.text("state <> 'failed'"))
    op.create_index("lumen_notice", "lumen_submission", ["notice_id"])
