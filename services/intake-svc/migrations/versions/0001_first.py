"""Requests, cases, clocks and recommendations, with the chassis's own tables.

Revises: 
"""

import sqlalchemy as sa
from alembic import op
from chassis import first_tables
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    first_tables.lay_down()
    op.create_table('case',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('team', sa.Text(), nullable=False),
    sa.Column('priority', sa.Text(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('target_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('at_risk_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('clock_state', sa.Text(), nullable=True),
    sa.Column('delay_cause', sa.Text(), nullable=True),
    sa.Column('stopped_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('assignee', sa.Text(), nullable=True),
    sa.Column('assigned_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('request_ids', postgresql.ARRAY(sa.Uuid()), nullable=False),
    sa.Column('action_ids', postgresql.ARRAY(sa.Uuid()), nullable=False),
    sa.Column('open_action_ids', postgresql.ARRAY(sa.Uuid()), nullable=False),
    sa.Column('recommendation_id', sa.Uuid(), nullable=True),
    sa.Column('recommendation_digest', sa.Text(), nullable=True),
    sa.Column('course', sa.Text(), nullable=True),
    sa.Column('recommended_by', sa.Text(), nullable=True),
    sa.Column('recommended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('awaits_action', sa.Boolean(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(clock_state = 'stopped') = (stopped_at IS NOT NULL) OR clock_state IS NULL", name='clock_stop'),
    sa.CheckConstraint("(state IN ('decided', 'closed')) = (decided_at IS NOT NULL)", name='decided_when'),
    sa.CheckConstraint("clock_state IN ('running', 'at_risk', 'breached', 'stopped')", name='clock_state_known'),
    sa.CheckConstraint("clock_state IS NULL OR (clock_state = 'stopped') = (decided_at IS NOT NULL)", name='decision_stops_clock'),
    sa.CheckConstraint("kind IN ('account_termination', 'breach_report', 'checkuser', 'child_protection', 'conduct_warning', 'enforcement_interference', 'event_ban', 'global_ban', 'interaction_ban', 'other', 'page_protection', 'range_block', 'rights_removal', 'staff_complaint', 'threat_of_harm', 'user_information')", name='kind_known'),
    sa.CheckConstraint("priority IN ('normal', 'high', 'urgent')", name='priority_known'),
    sa.CheckConstraint("state IN ('open', 'evaluating', 'in_review', 'decided', 'closed')", name='state_known'),
    sa.CheckConstraint("team IN ('trust_and_safety', 'legal')", name='team_known'),
    sa.CheckConstraint('(assignee IS NULL) = (assigned_until IS NULL)', name='lease_ends'),
    sa.CheckConstraint('(target_at IS NULL) = (clock_state IS NULL) AND (target_at IS NULL) = (at_risk_at IS NULL)', name='clock_whole'),
    sa.CheckConstraint('cardinality(request_ids) > 0', name='prompted_by_a_request'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('case_due', 'case', ['due_at', 'id'], unique=False)
    op.create_index('case_received', 'case', ['received_at', 'id'], unique=False)
    op.create_table('likeness',
    sa.Column('hash', sa.LargeBinary(), nullable=False),
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('hash')
    )
    op.create_table('extension',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('cause', sa.Text(), nullable=False),
    sa.Column('note', sa.LargeBinary(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("cause IN ('new_information', 'request_expanded', 'unforeseen')", name='cause_known'),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id'),
    info={'grants': ('SELECT', 'INSERT')}
    )
    op.create_index('extension_case', 'extension', ['case_id', 'id'], unique=False)
    op.create_table('recommendation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('course', sa.Text(), nullable=False),
    sa.Column('evaluator', sa.Text(), nullable=False),
    sa.Column('optional_levels', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('rationale', sa.LargeBinary(), nullable=False),
    sa.Column('spec', sa.LargeBinary(), nullable=True),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("course = 'no_action' OR spec IS NOT NULL", name='to_act_says_how'),
    sa.CheckConstraint("course IN ('act', 'no_action')", name='course_known'),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id'),
    info={'grants': ('SELECT', 'INSERT')}
    )
    op.create_index('recommendation_case', 'recommendation', ['case_id', 'id'], unique=False)
    op.create_table('request',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('standing_as', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('team', sa.Text(), nullable=False),
    sa.Column('parts', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('filed_by', sa.Text(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_by_agent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('forwarded_to', sa.Text(), nullable=True),
    sa.Column('document', sa.Text(), nullable=True),
    sa.Column('case_id', sa.Uuid(), nullable=True),
    sa.Column('key_id', sa.Uuid(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('requester', sa.LargeBinary(), nullable=False),
    sa.Column('email_hash', sa.LargeBinary(), nullable=True),
    sa.Column('wiki_user_hash', sa.LargeBinary(), nullable=True),
    sa.Column('matter_hash', sa.LargeBinary(), nullable=True),
    sa.Column('similar_to', sa.Uuid(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'forwarded') = (forwarded_to IS NOT NULL AND document IS NOT NULL)", name='forwarded_where'),
    sa.CheckConstraint("channel IN ('form', 'ca', 'legal', 'legal_reports', 'emergency', 'vrt', 'law_enforcement', 'policy_enforcement')", name='channel_known'),
    sa.CheckConstraint("kind <> 'dmca' OR case_id IS NULL", name='notice_opens_no_case'),
    sa.CheckConstraint("kind IN ('account_termination', 'checkuser', 'child_protection', 'conduct_warning', 'dmca', 'event_ban', 'global_ban', 'interaction_ban', 'other', 'page_protection', 'range_block', 'rights_removal')", name='kind_known'),
    sa.CheckConstraint("standing_as IN ('community', 'public', 'affiliate', 'law_enforcement', 'staff')", name='standing_as_known'),
    sa.CheckConstraint("state <> 'complete' OR case_id IS NOT NULL", name='complete_opens_case'),
    sa.CheckConstraint("state IN ('incomplete', 'complete', 'forwarded', 'deferred', 'refused', 'duplicate', 'resolved', 'withdrawn', 'lapsed')", name='state_known'),
    sa.CheckConstraint("team IN ('trust_and_safety', 'legal')", name='team_known'),
    sa.CheckConstraint('case_id IS NULL OR key_id = case_id', name='case_key'),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('request_case', 'request', ['case_id'], unique=False)
    op.create_index('request_matter', 'request', ['matter_hash'], unique=False)
    op.create_table('supplement',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['request_id'], ['request.id'], initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id'),
    info={'grants': ('SELECT', 'INSERT')}
    )
    op.create_index('supplement_request', 'supplement', ['request_id', 'id'], unique=False)

    # The first receipt and the first target stay, whatever happens to a case (R87, D5).
    op.execute("""
        CREATE FUNCTION keeps_first_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION 'the first receipt, the first target and what was asked for stay as they are' USING ERRCODE = 'check_violation';
        END $$
    """)
    op.execute("""
        CREATE TRIGGER case_keeps_first_receipt BEFORE UPDATE ON "case" FOR EACH ROW
        WHEN ((OLD.received_at, OLD.target_at, OLD.at_risk_at, OLD.kind) IS DISTINCT FROM (NEW.received_at, NEW.target_at, NEW.at_risk_at, NEW.kind))
        EXECUTE FUNCTION keeps_first_receipt()
    """)
    op.execute("""
        CREATE TRIGGER request_keeps_first_receipt BEFORE UPDATE ON request FOR EACH ROW
        WHEN ((OLD.received_at, OLD.kind, OLD.channel, OLD.filed_by, OLD.key_id, OLD.requester)
          IS DISTINCT FROM (NEW.received_at, NEW.kind, NEW.channel, NEW.filed_by, NEW.key_id, NEW.requester))
        EXECUTE FUNCTION keeps_first_receipt()
    """)


def downgrade() -> None:
    op.execute('DROP FUNCTION keeps_first_receipt CASCADE')
    op.drop_index('supplement_request', table_name='supplement')
    op.drop_table('supplement')
    op.drop_index('request_matter', table_name='request')
    op.drop_index('request_case', table_name='request')
    op.drop_table('request')
    op.drop_index('recommendation_case', table_name='recommendation')
    op.drop_table('recommendation')
    op.drop_index('extension_case', table_name='extension')
    op.drop_table('extension')
    op.drop_table('likeness')
    op.drop_index('case_received', table_name='case')
    op.drop_index('case_due', table_name='case')
    op.drop_table('case')
    first_tables.take_away()
