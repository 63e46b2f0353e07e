"""Terminations of accounts are carried out: the least that their chain may ask (R48, R49, D11).

Revision ID: 0003
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Put the kind's chain beside those of the other kinds: peer, manager, Legal."""
    op.execute("INSERT INTO procedure (kind, levels, approvals) VALUES ('account_termination', '{team_peer,team_manager,legal}', 2)")


def downgrade() -> None:
    """Carry none out any more."""
    op.execute("DELETE FROM procedure WHERE kind = 'account_termination'")
