"""first

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
    op.create_table('notice',
    sa.Column('request_id', sa.Uuid(), nullable=True),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('filed_by', sa.Text(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_by_agent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('letter', sa.LargeBinary(), nullable=False),
    sa.Column('reading', sa.LargeBinary(), nullable=False),
    sa.Column('sender', sa.LargeBinary(), nullable=False),
    sa.Column('unread', sa.Text(), nullable=True),
    sa.Column('attachments', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('read_elements', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('verdict', sa.Text(), nullable=True),
    sa.Column('missing', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('statutory_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('read_pages', sa.Integer(), nullable=False),
    sa.Column('read_wikis', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('recommendation_id', sa.Uuid(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('takedown_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('takedown_by', sa.Text(), nullable=True),
    sa.Column('taken_down_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('announced_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('restored_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('target_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('at_risk_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('clock_state', sa.Text(), nullable=False),
    sa.Column('stopped_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('counter_notice_id', sa.Uuid(), nullable=True),
    sa.Column('court_action_id', sa.Uuid(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('event_version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(clock_state = 'stopped') = (stopped_at IS NOT NULL)", name='clock_stop'),
    sa.CheckConstraint("(state IN ('received', 'compliant', 'in_review')) = (decided_at IS NULL)", name='decided_when'),
    sa.CheckConstraint("(state IN ('taken_down', 'counter_noticed', 'held', 'restored')) = (taken_down_at IS NOT NULL)", name='taken_down_when'),
    sa.CheckConstraint("channel IN ('legal', 'form', 'forwarded')", name='channel_known'),
    sa.CheckConstraint("clock_state IN ('running', 'at_risk', 'breached', 'stopped')", name='clock_state_known'),
    sa.CheckConstraint("document IN ('notice', 'counter_notice', 'retraction', 'court_action', 'other')", name='document_known'),
    sa.CheckConstraint("state <> 'compliant' OR (verdict IS NOT NULL AND verdict = 'compliant')", name='compliant_by_a_person'),
    sa.CheckConstraint("state IN ('received', 'compliant', 'in_review', 'accepted', 'rejected', 'taken_down', 'counter_noticed', 'held', 'restored')", name='state_known'),
    sa.CheckConstraint("verdict IN ('compliant', 'curable', 'defective')", name='verdict_known'),
    sa.CheckConstraint('(takedown_at IS NULL) = (takedown_by IS NULL)', name='takedown_by_somebody'),
    sa.CheckConstraint('taken_down_at IS NULL OR takedown_at IS NOT NULL', name='ordered_before_done'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('request_id')
    )
    op.create_index('notice_received', 'notice', ['received_at', 'id'], unique=False)
    op.create_index('notice_state', 'notice', ['state', 'received_at', 'id'], unique=False)
    op.create_table('announcement',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('notice_id', sa.Uuid(), nullable=False),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('notification_id', sa.Uuid(), nullable=True),
    sa.Column('delivered_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'delivered') = (delivered_at IS NOT NULL)", name='delivered_when'),
    sa.CheckConstraint("place IN ('foundation', 'commons')", name='place_known'),
    sa.CheckConstraint("state IN ('waiting', 'queued', 'delivered', 'failed', 'uncertain', 'suppressed')", name='state_known'),
    sa.ForeignKeyConstraint(['notice_id'], ['notice.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('notice_id', 'place', name='announced_once')
    )
    op.create_table('court_action',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('notice_id', sa.Uuid(), nullable=False),
    sa.Column('forum', sa.Text(), nullable=False),
    sa.Column('told_by', sa.Text(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recorded_by', sa.Text(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('page_ids', postgresql.ARRAY(sa.Uuid()), nullable=False),
    sa.Column('counter_notice_id', sa.Uuid(), nullable=True),
    sa.Column('reasons', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.CheckConstraint("forum IN ('court', 'ccb')", name='forum_known'),
    sa.CheckConstraint("state IN ('holding', 'not_holding')", name='state_known'),
    sa.CheckConstraint("told_by IN ('complainant', 'agent', 'other')", name='told_by_known'),
    sa.ForeignKeyConstraint(['notice_id'], ['notice.id'], ),
    sa.PrimaryKeyConstraint('id'),
    info={'grants': ('SELECT', 'INSERT')}
    )
    op.create_index('court_action_notice', 'court_action', ['notice_id'], unique=False)
    op.create_table('note',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('notice_id', sa.Uuid(), nullable=False),
    sa.Column('about', sa.Text(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('text', sa.LargeBinary(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['notice_id'], ['notice.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('note_notice', 'note', ['notice_id'], unique=False)
    op.create_table('page',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('notice_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('wiki', sa.Text(), nullable=False),
    sa.Column('title', sa.LargeBinary(), nullable=False),
    sa.Column('place_hash', sa.LargeBinary(), nullable=False),
    sa.Column('page_revision', sa.BigInteger(), nullable=True),
    sa.Column('named', sa.Boolean(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('restored_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('wrongly_restored_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'up') = (removed_at IS NULL)", name='removed_when'),
    sa.CheckConstraint("state <> 'restored' OR restored_at IS NOT NULL", name='restored_when'),
    sa.CheckConstraint("state IN ('up', 'removed', 'restored')", name='state_known'),
    sa.ForeignKeyConstraint(['notice_id'], ['notice.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('notice_id', 'place_hash', name='page_once')
    )
    op.create_table('party',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('notice_id', sa.Uuid(), nullable=False),
    sa.Column('counter_notice_id', sa.Uuid(), nullable=True),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('hash', sa.LargeBinary(), nullable=False),
    sa.CheckConstraint("kind IN ('email', 'name', 'wiki_user')", name='kind_known'),
    sa.ForeignKeyConstraint(['notice_id'], ['notice.id'], ),
    sa.PrimaryKeyConstraint('id'),
    info={'grants': ('SELECT', 'INSERT')}
    )
    op.create_index('party_notice', 'party', ['notice_id'], unique=False)
    op.create_table('assessment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('notice_id', sa.Uuid(), nullable=False),
    sa.Column('counter_notice_id', sa.Uuid(), nullable=True),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('elements', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('differs', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('verdict', sa.Text(), nullable=False),
    sa.Column('note_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['note_id'], ['note.id'], ),
    sa.ForeignKeyConstraint(['notice_id'], ['notice.id'], ),
    sa.PrimaryKeyConstraint('id'),
    info={'grants': ('SELECT', 'INSERT')}
    )
    op.create_index('assessment_notice', 'assessment', ['notice_id'], unique=False)
    op.create_table('counter_notice',
    sa.Column('request_id', sa.Uuid(), nullable=True),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('filed_by', sa.Text(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_by_agent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('letter', sa.LargeBinary(), nullable=False),
    sa.Column('reading', sa.LargeBinary(), nullable=False),
    sa.Column('sender', sa.LargeBinary(), nullable=False),
    sa.Column('unread', sa.Text(), nullable=True),
    sa.Column('attachments', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('read_elements', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('verdict', sa.Text(), nullable=True),
    sa.Column('missing', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('notice_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('page_ids', postgresql.ARRAY(sa.Uuid()), nullable=False),
    sa.Column('reasons', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('assessed_by', sa.Text(), nullable=True),
    sa.Column('verified_by', sa.Text(), nullable=True),
    sa.Column('verified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('verified_note', sa.Uuid(), nullable=True),
    sa.Column('opens', sa.DateTime(timezone=True), nullable=True),
    sa.Column('enforcer_from', sa.DateTime(timezone=True), nullable=True),
    sa.Column('target', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closes', sa.DateTime(timezone=True), nullable=True),
    sa.Column('at_risk_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('clock_state', sa.Text(), nullable=True),
    sa.Column('early_by', sa.Text(), nullable=True),
    sa.Column('early_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('restoring', sa.Boolean(), nullable=False),
    sa.Column('restoring_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('restoring_by', sa.Text(), nullable=True),
    sa.CheckConstraint("(state IN ('accepted', 'held', 'restored')) = (opens IS NOT NULL)", name='window_by_acceptance'),
    sa.CheckConstraint("channel IN ('legal', 'form', 'forwarded')", name='channel_known'),
    sa.CheckConstraint("clock_state IN ('running', 'at_risk', 'breached', 'stopped')", name='clock_state_known'),
    sa.CheckConstraint("document IN ('notice', 'counter_notice', 'retraction', 'court_action', 'other')", name='document_known'),
    sa.CheckConstraint("opens IS NULL OR (verified_by IS NOT NULL AND verdict = 'compliant')", name='window_for_the_subscriber'),
    sa.CheckConstraint("state IN ('received', 'incomplete', 'accepted', 'held', 'restored', 'rejected')", name='state_known'),
    sa.CheckConstraint('num_nonnulls(early_by, early_at) IN (0, 2)', name='early_whole'),
    sa.CheckConstraint('num_nonnulls(opens, enforcer_from, target, closes, at_risk_at, clock_state) IN (0, 6)', name='window_whole'),
    sa.CheckConstraint('num_nonnulls(restoring_at, restoring_by) IN (0, 2)', name='restored_by_somebody'),
    sa.CheckConstraint('num_nonnulls(verified_by, verified_at, verified_note) IN (0, 3)', name='verified_whole'),
    sa.CheckConstraint('opens IS NULL OR received_by_agent_at IS NOT NULL', name='window_from_the_agent'),
    sa.CheckConstraint('restoring_at IS NULL OR (opens IS NOT NULL AND restoring_at >= opens)', name='not_before_the_window'),
    sa.CheckConstraint('restoring_at IS NULL OR restoring_at >= enforcer_from OR (early_at IS NOT NULL AND early_at <= restoring_at)', name='tenth_day_with_legal'),
    sa.ForeignKeyConstraint(['notice_id'], ['notice.id'], ),
    sa.ForeignKeyConstraint(['verified_note'], ['note.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('request_id')
    )
    op.create_index('counter_notice_notice', 'counter_notice', ['notice_id'], unique=False)
    op.create_table('page_receipt',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('notice_id', sa.Uuid(), nullable=False),
    sa.Column('page_id', sa.Uuid(), nullable=False),
    sa.Column('effect', sa.Text(), nullable=False),
    sa.Column('log_id', sa.BigInteger(), nullable=True),
    sa.Column('revision_id', sa.BigInteger(), nullable=True),
    sa.Column('note_id', sa.Uuid(), nullable=True),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("effect IN ('removed', 'restored')", name='effect_known'),
    sa.CheckConstraint('num_nonnulls(log_id, revision_id, note_id) = 1', name='one_proof'),
    sa.ForeignKeyConstraint(['note_id'], ['note.id'], ),
    sa.ForeignKeyConstraint(['notice_id'], ['notice.id'], ),
    sa.ForeignKeyConstraint(['page_id'], ['page.id'], ),
    sa.PrimaryKeyConstraint('id'),
    info={'grants': ('SELECT', 'INSERT')}
    )
    op.create_index('page_receipt_page', 'page_receipt', ['page_id'], unique=False)
    op.create_table('recommendation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('notice_id', sa.Uuid(), nullable=False),
    sa.Column('course', sa.Text(), nullable=False),
    sa.Column('evaluator', sa.Text(), nullable=False),
    sa.Column('grounds', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('note_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("course IN ('take_down', 'reject')", name='course_known'),
    sa.CheckConstraint('length(digest) = 64', name='digest_whole'),
    sa.ForeignKeyConstraint(['note_id'], ['note.id'], ),
    sa.ForeignKeyConstraint(['notice_id'], ['notice.id'], ),
    sa.PrimaryKeyConstraint('id'),
    info={'grants': ('SELECT', 'INSERT')}
    )
    op.create_index('recommendation_notice', 'recommendation', ['notice_id'], unique=False)
    op.create_table('asked_page',
    sa.Column('counter_notice_id', sa.Uuid(), nullable=False),
    sa.Column('page_id', sa.Uuid(), nullable=False),
    sa.Column('held_by', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['counter_notice_id'], ['counter_notice.id'], ),
    sa.ForeignKeyConstraint(['held_by'], ['court_action.id'], ),
    sa.ForeignKeyConstraint(['page_id'], ['page.id'], ),
    sa.PrimaryKeyConstraint('counter_notice_id', 'page_id')
    )
    op.create_table('signature',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('notice_id', sa.Uuid(), nullable=False),
    sa.Column('recommendation_id', sa.Uuid(), nullable=False),
    sa.Column('level', sa.Text(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('verdict', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('note_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("level IN ('team_peer', 'team_manager', 'director', 'chief', 'legal', 'communications', 'executive_director')", name='level_known'),
    sa.CheckConstraint("verdict IN ('approve', 'dissent', 'return')", name='verdict_known'),
    sa.ForeignKeyConstraint(['note_id'], ['note.id'], ),
    sa.ForeignKeyConstraint(['notice_id'], ['notice.id'], ),
    sa.ForeignKeyConstraint(['recommendation_id'], ['recommendation.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('recommendation_id', 'by', name='one_person_one_signature'),
    sa.UniqueConstraint('recommendation_id', 'level', name='signed_once_a_level'),
    info={'grants': ('SELECT', 'INSERT')}
    )


def downgrade() -> None:
    op.drop_table('signature')
    op.drop_table('asked_page')
    op.drop_index('recommendation_notice', table_name='recommendation')
    op.drop_table('recommendation')
    op.drop_index('page_receipt_page', table_name='page_receipt')
    op.drop_table('page_receipt')
    op.drop_index('counter_notice_notice', table_name='counter_notice')
    op.drop_table('counter_notice')
    op.drop_index('assessment_notice', table_name='assessment')
    op.drop_table('assessment')
    op.drop_index('party_notice', table_name='party')
    op.drop_table('party')
    op.drop_table('page')
    op.drop_index('note_notice', table_name='note')
    op.drop_table('note')
    op.drop_index('court_action_notice', table_name='court_action')
    op.drop_table('court_action')
    op.drop_table('announcement')
    op.drop_index('notice_state', table_name='notice')
    op.drop_index('notice_received', table_name='notice')
    op.drop_table('notice')
    first_tables.take_away()
