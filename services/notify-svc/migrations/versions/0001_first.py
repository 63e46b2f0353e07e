"""The tables of the chassis, and the notifications.

Revises: 
"""

import sqlalchemy as sa
from alembic import op
from chassis import first_tables
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    first_tables.lay_down()
    op.create_table('notification',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('aggregate', sa.String(), nullable=False),
    sa.Column('about_id', sa.Uuid(), nullable=False),
    sa.Column('about_version', sa.Integer(), nullable=False),
    sa.Column('change_kind', sa.String(), nullable=False),
    sa.Column('lane', sa.String(), nullable=False),
    sa.Column('party', sa.String(), nullable=False),
    sa.Column('recipient', sa.String(), nullable=False),
    sa.Column('occasion', sa.Uuid(), nullable=True),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('may_be_public', sa.Boolean(), nullable=False),
    sa.Column('by_hand', sa.Boolean(), nullable=False),
    sa.Column('template', sa.String(), nullable=False),
    sa.Column('locale', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('reason_code', sa.String(), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('delivery_id', sa.Uuid(), nullable=True),
    sa.Column('not_before', sa.DateTime(timezone=True), nullable=True),
    sa.Column('delivered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('receipt', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('person', sa.LargeBinary(), nullable=False),
    sa.Column('letter', sa.LargeBinary(), nullable=False),
    sa.Column('note', sa.LargeBinary(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'delivered') = (receipt IS NOT NULL AND delivered_at IS NOT NULL)", name='notification_receipt'),
    sa.CheckConstraint("channel IN ('mail', 'wiki_mail', 'talk_page', 'wiki_page', 'staff')", name='notification_channel'),
    sa.CheckConstraint("lane IN ('conduct', 'confidential', 'child_protection', 'dmca', 'appeals')", name='notification_lane'),
    sa.CheckConstraint("may_be_public OR channel NOT IN ('talk_page', 'wiki_page')", name='notification_private'),
    sa.CheckConstraint("party IN ('requester', 'subject', 'team', 'community', 'complainant', 'uploader', 'other_affected', 'functionaries', 'organiser')", name='notification_party'),
    sa.CheckConstraint("published_at IS NULL OR (state = 'delivered' AND channel = 'wiki_page')", name='notification_published'),
    sa.CheckConstraint("state IN ('queued', 'delivered', 'failed', 'uncertain', 'suppressed')", name='notification_state'),
    sa.CheckConstraint("state NOT IN ('failed', 'suppressed') OR reason_code IS NOT NULL", name='notification_why'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('event_id', 'party', 'recipient', name='notification_once'),
    info={'grants': ('SELECT', 'INSERT', 'UPDATE')}
    )
    op.create_index('notification_about', 'notification', ['about_id', 'id'], unique=False)
    op.create_index('notification_lane', 'notification', ['lane', 'id'], unique=False)
    op.create_index('notification_occasion', 'notification', ['about_id', 'template', 'party', 'recipient', 'occasion'], unique=True, postgresql_where='occasion IS NOT NULL')


def downgrade() -> None:
    op.drop_index('notification_occasion', table_name='notification', postgresql_where='occasion IS NOT NULL')
    op.drop_index('notification_lane', table_name='notification')
    op.drop_index('notification_about', table_name='notification')
    op.drop_table('notification')
    first_tables.take_away()
