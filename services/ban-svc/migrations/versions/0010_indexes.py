"""Indexes for what is asked of a long history: a kind in a state, and what is owed on one wiki.

Revision ID: 0010
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

OWED = "over_at IS NULL"


def upgrade() -> None:
    """Lay them down."""
    op.create_index("action_kind_state", "action", ["kind", "state", "id"])
    op.create_index("enforcement_wiki", "enforcement", ["wiki", "id"], postgresql_where=OWED)
    op.create_index("enforcement_wiki_state", "enforcement", ["wiki", "state", "id"], postgresql_where=OWED)


def downgrade() -> None:
    """Take them away."""
    op.drop_index("enforcement_wiki_state", "enforcement")
    op.drop_index("enforcement_wiki", "enforcement")
    op.drop_index("action_kind_state", "action")
