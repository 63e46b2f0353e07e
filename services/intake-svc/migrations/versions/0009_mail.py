"""Mail: each that arrived, once in each mailbox, and the letters of ours that an answer may name (R87, D20).

What a mail was taken as never changes, and a person settles it once, on every path: HTTP, LMTP, retry, direct SQL.

Revision ID: 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
CHECKS = {
    "mailbox_known": "mailbox IN ('ca', 'legal', 'legal_reports', 'emergency', 'appeals', 'info')",
    "taken_as_known": "taken_as IN ('request', 'reply', 'notice', 'appeal', 'unheard', 'unread', 'bounce', 'loop', 'answer')",
    "state_known": "state IN ('waiting', 'settled')",
    "settled_as_known": "settled_as IN ('request', 'appeal', 'nothing')",
    "machines_ask_nothing": "taken_as NOT IN ('answer', 'bounce', 'loop') OR num_nonnulls(request_id, content) = 0",
    "mail_of_a_request": "taken_as NOT IN ('request', 'reply', 'notice') OR request_id IS NOT NULL",
    "content_under_key": "(content IS NULL AND note IS NULL) = (key_id IS NULL)",
    "supplement_of_a_reply": "supplement_id IS NULL OR taken_as = 'reply'",
    "settled_whole": "num_nonnulls(settled_by, settled_at, settled_as) IN (0, 3)",
    "settled_with_note": "(note IS NULL) = (settled_by IS NULL)",
    "which_appeal": "(appeal_id IS NOT NULL) = (settled_as IS NOT DISTINCT FROM 'appeal')",
    "waits_unsettled": "state = 'settled' OR settled_at IS NULL",
}

GUARD = """
CREATE FUNCTION guard_mail() RETURNS trigger LANGUAGE plpgsql SET search_path = intake, pg_temp AS $$
BEGIN
  IF (NEW.id, NEW.mailbox, NEW.taken_as, NEW.why, NEW.fingerprint, NEW.message_hash, NEW.received_at, NEW.size, NEW.attachments)
     IS DISTINCT FROM
     (OLD.id, OLD.mailbox, OLD.taken_as, OLD.why, OLD.fingerprint, OLD.message_hash, OLD.received_at, OLD.size, OLD.attachments)
     OR (OLD.request_id IS NOT NULL AND NEW.request_id IS DISTINCT FROM OLD.request_id) THEN
    RAISE EXCEPTION 'a mail stays as it arrived' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.state = 'settled' AND (NEW.state, NEW.settled_as, NEW.settled_by, NEW.settled_at, NEW.appeal_id)
     IS DISTINCT FROM (OLD.state, OLD.settled_as, OLD.settled_by, OLD.settled_at, OLD.appeal_id) THEN
    RAISE EXCEPTION 'a mail is settled once' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.state = 'waiting' AND NEW.state = 'settled' AND NEW.settled_by IS NULL THEN
    RAISE EXCEPTION 'a person settles what waits for one' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    """Make the rows of mail and what guards them."""
    _mail()
    op.create_table(
        "correspondence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        _belongs("request"),
        sa.PrimaryKeyConstraint("id"),
        info={"grants": ("SELECT", "INSERT")},
    )
    op.execute(GUARD)
    op.execute("CREATE TRIGGER mail_kept BEFORE UPDATE ON mail FOR EACH ROW EXECUTE FUNCTION guard_mail()")


def _mail() -> None:
    op.create_table(
        "mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("taken_as", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("message_hash", sa.LargeBinary(), nullable=True),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("attachments", postgresql.JSONB(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("supplement_id", sa.Uuid(), nullable=True),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("settled_as", sa.Text(), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("appeal_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.CheckConstraint(check, name=name) for name, check in CHECKS.items()),
        _belongs("request"),
        _belongs("supplement"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("fingerprint", name="mail_once"),
        info={"grants": ("SELECT", "INSERT", "UPDATE")},
    )
    op.create_index("mail_waiting", "mail", ["id"], postgresql_where=sa.text("state = 'waiting'"))
    op.create_index("mail_thread", "mail", ["message_hash"])
    op.create_index("mail_request", "mail", ["request_id"])


def _belongs(table: str) -> sa.ForeignKeyConstraint:
    """Refer to a row that may be written later in the same transaction."""
    return sa.ForeignKeyConstraint([f"{table}_id"], [f"{table}.id"], deferrable=True, initially="DEFERRED")


def downgrade() -> None:
    """Take it all away; requests that came by mail stay."""
    op.drop_table("correspondence")
    op.drop_table("mail")
    op.execute("DROP FUNCTION guard_mail")
