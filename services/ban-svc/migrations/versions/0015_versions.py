"""What waits for a second person can be read, so that an action has more versions than others are told of (R115, D26).

Revision ID: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Count events apart from versions; until now there were as many of each."""
    op.add_column("action", sa.Column("event_version", sa.Integer(), nullable=True))
    # What the guards watch stays as it is.
    op.execute("ALTER TABLE action DISABLE TRIGGER USER")
    op.execute("UPDATE action SET event_version = version")
    op.execute("ALTER TABLE action ENABLE TRIGGER USER")
    op.alter_column("action", "event_version", nullable=False)


def downgrade() -> None:
    """Count both as one again."""
    op.drop_column("action", "event_version")
