"""What waits for a second person is turned down by one, or taken back: with who and why, and without any effect (D26).

Revision ID: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

BY_TWO = "state IN ('proposed', 'confirmed', 'refused', 'replaced', 'withdrawn')"
BY_TWO_BEFORE = "state IN ('proposed', 'confirmed', 'replaced')"
STATES = "state IN ('proposed', 'approved', 'returned', 'declined', 'confirmed', 'refused', 'replaced', 'withdrawn')"
STATES_BEFORE = "state IN ('proposed', 'approved', 'returned', 'declined', 'confirmed', 'replaced', 'withdrawn')"
REFUSED = (
    "(state = 'refused') = (refused_by IS NOT NULL AND refused_at IS NOT NULL AND refusal_id IS NOT NULL)"
    " AND refused_by IS DISTINCT FROM by"
)
TABLES = (("lift", BY_TWO, BY_TWO_BEFORE), ("permission", BY_TWO, BY_TWO_BEFORE), ("modification", STATES, STATES_BEFORE))

MOVES = """
CREATE OR REPLACE FUNCTION legal_modification_move(old text, new text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT (old, new) IN (
    ('proposed', 'approved'), ('proposed', 'returned'), ('proposed', 'declined'), ('proposed', 'confirmed'), ('proposed', 'refused'),
    ('proposed', 'replaced'), ('proposed', 'withdrawn'), ('approved', 'confirmed'), ('approved', 'withdrawn'))
$$
"""
MOVES_BEFORE = MOVES.replace(" ('proposed', 'refused'),", "")


def upgrade() -> None:
    """Let the three tables say that something was turned down, and by whom; of a modification only what a second person decides."""
    for table, states, _ in TABLES:
        op.add_column(table, sa.Column("refused_by", sa.String(), nullable=True))
        op.add_column(table, sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True))
        op.add_column(table, sa.Column("refusal_id", sa.Uuid(), nullable=True))
        _say_states(table, states)
        op.create_check_constraint(f"{table}_refused", table, REFUSED)
    op.create_check_constraint("modification_levels_sign", "modification", "state <> 'refused' OR route = 'two_people'")
    op.execute(MOVES)


def downgrade() -> None:
    """Take it away; rows in states of this step stand against it."""
    op.execute(MOVES_BEFORE)
    op.drop_constraint("modification_levels_sign", "modification", type_="check")
    for table, _, states in TABLES:
        op.drop_constraint(f"{table}_refused", table, type_="check")
        _say_states(table, states)
        for name in ("refusal_id", "refused_at", "refused_by"):
            op.drop_column(table, name)


def _say_states(table: str, states: str) -> None:
    op.drop_constraint(f"{table}_state", table, type_="check")
    op.create_check_constraint(f"{table}_state", table, states)
