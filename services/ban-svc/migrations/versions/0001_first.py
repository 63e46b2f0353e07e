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
    op.create_table('individual',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('procedure',
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('levels', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('approvals', sa.SmallInteger(), nullable=False),
    sa.PrimaryKeyConstraint('kind'),
    info={'grants': ('SELECT',)}
    )
    op.create_table('action',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=True),
    sa.Column('notice_id', sa.Uuid(), nullable=True),
    sa.Column('recommendation_id', sa.Uuid(), nullable=True),
    sa.Column('request_ids', sa.ARRAY(sa.Uuid()), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('origin', sa.String(), nullable=False),
    sa.Column('course', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('evaluator', sa.String(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('amendment', sa.SmallInteger(), nullable=False),
    sa.Column('policy_date', sa.Date(), nullable=False),
    sa.Column('optional_levels', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('levels', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('approvals', sa.SmallInteger(), nullable=False),
    sa.Column('spec', sa.LargeBinary(), nullable=True),
    sa.Column('subjects', sa.ARRAY(sa.LargeBinary()), nullable=False),
    sa.Column('disclosure', sa.String(), nullable=False),
    sa.Column('irrevocable', sa.Boolean(), nullable=False),
    sa.Column('individual_id', sa.Uuid(), nullable=True),
    sa.Column('part_of', sa.Uuid(), nullable=True),
    sa.Column('enforces', sa.Uuid(), nullable=True),
    sa.Column('escalates', sa.ARRAY(sa.Uuid()), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('review_state', sa.String(), nullable=False),
    sa.Column('open_level', sa.String(), nullable=True),
    sa.Column('reviewed_level', sa.String(), nullable=True),
    sa.Column('review_verdict', sa.String(), nullable=True),
    sa.Column('authorised_by', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('acting_account', sa.String(), nullable=True),
    sa.Column('performed_by', sa.String(), nullable=True),
    sa.Column('wikis', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('effects_waiting', sa.Integer(), nullable=False),
    sa.Column('effects_done', sa.Integer(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('enacted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('issuance', sa.SmallInteger(), nullable=True),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("case_id IS NOT NULL OR notice_id IS NOT NULL OR origin = 'recorded'", name='action_rests_on'),
    sa.CheckConstraint("course IN ('act', 'no_action')", name='action_course'),
    sa.CheckConstraint("origin IN ('decided', 'recorded')", name='action_origin'),
    sa.CheckConstraint("state IN ('proposed', 'in_review', 'returned', 'withdrawn', 'approved', 'declined', 'enacted', 'enforced', 'expired')", name='action_state'),
    sa.ForeignKeyConstraint(['enforces'], ['action.id'], ),
    sa.ForeignKeyConstraint(['individual_id'], ['individual.id'], ),
    sa.ForeignKeyConstraint(['part_of'], ['action.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('action_case', 'action', ['case_id', 'id'], unique=False)
    op.create_index('action_enforces', 'action', ['enforces'], unique=False, postgresql_where='enforces IS NOT NULL')
    op.create_index('action_individual', 'action', ['individual_id', 'id'], unique=False)
    op.create_index('action_kind', 'action', ['kind', 'id'], unique=False)
    op.create_index('action_recommendation', 'action', ['recommendation_id'], unique=True, postgresql_where='recommendation_id IS NOT NULL')
    op.create_index('action_same_text', 'action', ['case_id', 'digest'], unique=True, postgresql_where="state IN ('proposed', 'in_review', 'returned', 'approved')")
    op.create_index('action_state_id', 'action', ['state', 'id'], unique=False)
    op.create_index('action_subjects', 'action', ['subjects'], unique=False, postgresql_using='gin')
    op.create_table('account',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('individual_id', sa.Uuid(), nullable=False),
    sa.Column('name_hash', sa.LargeBinary(), nullable=False),
    sa.Column('name', sa.LargeBinary(), nullable=False),
    sa.Column('confidence', sa.String(), nullable=False),
    sa.Column('decided_by', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("confidence IN ('possible', 'likely', 'confirmed')", name='account_confidence'),
    sa.ForeignKeyConstraint(['decided_by'], ['action.id'], ),
    sa.ForeignKeyConstraint(['individual_id'], ['individual.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('name_hash')
    )
    op.create_index('account_individual', 'account', ['individual_id'], unique=False)
    op.create_table('cover',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('action_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('name_hash', sa.LargeBinary(), nullable=True),
    sa.Column('network', postgresql.CIDR(), nullable=True),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('changed', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("kind IN ('global_ban', 'range_block')", name='cover_kind'),
    sa.CheckConstraint('(name_hash IS NULL) <> (network IS NULL)', name='cover_one_thing'),
    sa.ForeignKeyConstraint(['action_id'], ['action.id'], ),
    sa.PrimaryKeyConstraint('id'),
    info={'grants': ('SELECT', 'INSERT', 'UPDATE', 'DELETE')}
    )
    op.create_index('cover_action', 'cover', ['action_id'], unique=False)
    op.create_index('cover_changed', 'cover', ['changed'], unique=False)
    op.create_index('cover_name', 'cover', ['name_hash'], unique=False, postgresql_where='name_hash IS NOT NULL')
    op.create_index('cover_network', 'cover', ['network'], unique=False, postgresql_using='gist', postgresql_ops={'network': 'inet_ops'})
    op.create_table('enforcement',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('action_id', sa.Uuid(), nullable=False),
    sa.Column('wiki', sa.String(), nullable=False),
    sa.Column('effect', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('log_id', sa.BigInteger(), nullable=True),
    sa.Column('revision_id', sa.BigInteger(), nullable=True),
    sa.Column('url', sa.LargeBinary(), nullable=True),
    sa.Column('by', sa.String(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'done') = (num_nonnulls(log_id, revision_id, url) = 1 AND by IS NOT NULL AND at IS NOT NULL)", name='enforcement_receipt'),
    sa.CheckConstraint("state IN ('waiting', 'done')", name='enforcement_state'),
    sa.ForeignKeyConstraint(['action_id'], ['action.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('action_id', 'wiki', 'effect', name='enforcement_once')
    )
    op.create_table('note',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('action_id', sa.Uuid(), nullable=False),
    sa.Column('about', sa.String(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('text', sa.LargeBinary(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("about IN ('review', 'amendment', 'recusal', 'withdrawal')", name='note_about'),
    sa.ForeignKeyConstraint(['action_id'], ['action.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('note_action', 'note', ['action_id', 'at'], unique=False)
    op.create_table('recusal',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('action_id', sa.Uuid(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('note_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['action_id'], ['action.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('action_id', 'by', name='recusal_once'),
    info={'grants': ('SELECT', 'INSERT')}
    )
    op.create_table('signature',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('action_id', sa.Uuid(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('level', sa.String(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('verdict', sa.String(), nullable=False),
    sa.Column('ordinal', sa.SmallInteger(), nullable=False),
    sa.Column('note_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("verdict IN ('approve', 'dissent', 'return')", name='signature_verdict'),
    sa.ForeignKeyConstraint(['action_id'], ['action.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('action_id', 'digest', 'by', name='signature_person_once'),
    sa.UniqueConstraint('action_id', 'digest', 'level', name='signature_level_once'),
    sa.UniqueConstraint('action_id', 'digest', 'ordinal', name='signature_in_turn'),
    info={'grants': ('SELECT', 'INSERT')}
    )


def downgrade() -> None:
    op.drop_table('signature')
    op.drop_table('recusal')
    op.drop_index('note_action', table_name='note')
    op.drop_table('note')
    op.drop_table('enforcement')
    op.drop_index('cover_network', table_name='cover', postgresql_using='gist', postgresql_ops={'network': 'inet_ops'})
    op.drop_index('cover_name', table_name='cover', postgresql_where='name_hash IS NOT NULL')
    op.drop_index('cover_changed', table_name='cover')
    op.drop_index('cover_action', table_name='cover')
    op.drop_table('cover')
    op.drop_index('account_individual', table_name='account')
    op.drop_table('account')
    op.drop_index('action_subjects', table_name='action', postgresql_using='gin')
    op.drop_index('action_state_id', table_name='action')
    op.drop_index('action_same_text', table_name='action', postgresql_where="state IN ('proposed', 'in_review', 'returned', 'approved')")
    op.drop_index('action_recommendation', table_name='action', postgresql_where='recommendation_id IS NOT NULL')
    op.drop_index('action_kind', table_name='action')
    op.drop_index('action_individual', table_name='action')
    op.drop_index('action_enforces', table_name='action', postgresql_where='enforces IS NOT NULL')
    op.drop_index('action_case', table_name='action')
    op.drop_table('action')
    op.drop_table('procedure')
    op.drop_table('individual')
    first_tables.take_away()
