"""Individuals, their identities, events and event lists."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what this step brings."""
    op.execute("SELECT 1")


def downgrade() -> None:
    """Take it away again."""
    op.execute("SELECT 1")
