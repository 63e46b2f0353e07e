"""Everything at once: these tables live for one run."""  # noqa: INP001  # Alembic reads it as a file

from alembic import context, op
from chassis import tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables of the machinery and those of the service."""
    tables.metadata.create_all(op.get_bind())
    context.config.attributes["service"].metadata.create_all(op.get_bind())
