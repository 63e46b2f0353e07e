"""Until when a requester is locked out is kept beside the request, and shown to counsel on their appeal (D12).

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("decision", "appeal"):
        op.add_column(table, sa.Column("locked_out_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for table in ("decision", "appeal"):
        op.drop_column(table, "locked_out_until")
