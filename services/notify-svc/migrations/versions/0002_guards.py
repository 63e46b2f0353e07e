"""What a notification is about never changes, and what is over stays over, on every path (DESIGN 3).

The service's role owns nothing, so it cannot switch this off.

Revision ID: 0002
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

GUARD = """
CREATE FUNCTION guard_notification() RETURNS trigger LANGUAGE plpgsql AS $$
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
  IF NEW.version <= OLD.version THEN
    RAISE EXCEPTION 'every change of a notification has its version' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    op.execute(GUARD)
    op.execute("CREATE TRIGGER guard_notification BEFORE UPDATE ON notification FOR EACH ROW EXECUTE FUNCTION guard_notification()")


def downgrade() -> None:
    op.execute("DROP TRIGGER guard_notification ON notification")
    op.execute("DROP FUNCTION guard_notification()")
