"""Alerts that waited for business hours leave together, and each knows with which (D6).

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

GUARD = """
CREATE OR REPLACE FUNCTION guard_notification() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.event_id, NEW.aggregate, NEW.about_id, NEW.about_version, NEW.change_kind, NEW.lane, NEW.party, NEW.recipient,
      NEW.template, NEW.locale, NEW.may_be_public, NEW.at)
     IS DISTINCT FROM
     (OLD.id, OLD.event_id, OLD.aggregate, OLD.about_id, OLD.about_version, OLD.change_kind, OLD.lane, OLD.party, OLD.recipient,
      OLD.template, OLD.locale, OLD.may_be_public, OLD.at) THEN
    RAISE EXCEPTION 'what a notification is about, and for whom, never changes' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
      ('queued', 'delivered'), ('queued', 'failed'), ('queued', 'uncertain'), ('queued', 'suppressed'),
      ('failed', 'delivered'), ('uncertain', 'delivered')) THEN
    RAISE EXCEPTION 'a notification that is % cannot become %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.receipt IS NOT NULL AND NEW.receipt IS DISTINCT FROM OLD.receipt THEN
    RAISE EXCEPTION 'a receipt is never changed' USING ERRCODE = 'check_violation';
  END IF;
  {leaves}IF NEW.version <= OLD.version THEN
    RAISE EXCEPTION 'every change of a notification has its version' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""
# By which way an alert leaves that waited is known once, and nobody is told of it: neither its state nor its hour is another.
LEAVES = """IF (OLD.delivery_id IS NOT NULL AND NEW.delivery_id IS DISTINCT FROM OLD.delivery_id)
     OR (OLD.together_with IS NOT NULL AND NEW.together_with IS DISTINCT FROM OLD.together_with) THEN
    RAISE EXCEPTION 'a notification leaves by one way' USING ERRCODE = 'check_violation';
  END IF;
  IF to_jsonb(NEW) - 'delivery_id' - 'together_with' = to_jsonb(OLD) - 'delivery_id' - 'together_with' THEN
    RETURN NEW;
  END IF;
  """


def upgrade() -> None:
    """Make room for what leaves together."""
    op.add_column("notification", sa.Column("together_with", sa.Uuid(), nullable=True))
    op.create_index("notification_together", "notification", ["together_with"], postgresql_where=sa.text("together_with IS NOT NULL"))
    op.execute(GUARD.format(leaves=LEAVES))


def downgrade() -> None:
    """Take it away; what left together has its receipts."""
    op.execute(GUARD.format(leaves=""))
    op.drop_index("notification_together", table_name="notification")
    op.drop_column("notification", "together_with")
