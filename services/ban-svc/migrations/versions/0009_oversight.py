"""A notice that waits, and the times of more actions than usual (R110, D20).

Revision ID: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the columns of an action, and the table that lets one enactment alone begin an unusual time."""
    op.add_column("action", sa.Column("notice_withheld", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("action", "notice_withheld", server_default=None)
    op.add_column("action", sa.Column("enacted_of_late", sa.Integer(), nullable=True))
    op.create_check_constraint("action_notice", "action", "NOT notice_withheld OR kind = 'child_protection'")
    op.create_check_constraint("action_rate", "action", "enacted_of_late IS NULL OR enacted_at IS NOT NULL")
    op.create_table(
        "unusual_time",
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ended_at >= since", name="unusual_time_ends_after"),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"]),
        sa.PrimaryKeyConstraint("action_id"),
        info={"grants": ("SELECT", "INSERT", "UPDATE (ended_at)")},
    )
    op.create_index(
        "unusual_time_running", "unusual_time", [sa.text("(ended_at IS NULL)")], unique=True, postgresql_where="ended_at IS NULL"
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("unusual_time")
    for name in ("action_rate", "action_notice"):
        op.drop_constraint(name, "action", type_="check")
    for name in ("enacted_of_late", "notice_withheld"):
        op.drop_column("action", name)
