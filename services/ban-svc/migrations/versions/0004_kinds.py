"""What each kind of decision needs beyond the first ones."""

from alembic import op

revision = "0004"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what this step brings."""
    op.execute("SELECT 1")


def downgrade() -> None:
    """Take it away again."""
    op.execute("SELECT 1")
