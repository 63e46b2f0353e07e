"""The first tables of appeals-svc, and what no path may do to an appeal (R102, R104, D14)."""

import sqlalchemy as sa
from alembic import op
from chassis import first_tables
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None

# The moves of model.MOVES, also for a path that forgets to ask.
MOVES = """
CREATE FUNCTION appeal_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
    ('incomplete', 'filed'), ('incomplete', 'with_counsel'), ('incomplete', 'ineligible'), ('incomplete', 'moot'),
    ('filed', 'with_counsel'), ('filed', 'ineligible'),
    ('with_counsel', 'accepted'), ('with_counsel', 'refused_by_counsel'), ('with_counsel', 'moot'),
    ('accepted', 'moot'))
  THEN
    RAISE EXCEPTION 'an appeal does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
"""

# The filing date is kept (D14), and who appealed what, verified by whom and passed by which counsel, is never rewritten.
KEEPS = """
CREATE FUNCTION appeal_keeps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.decision_id, NEW.decision_kind, NEW.role, NEW.person, NEW.filed_at, NEW.filed_by)
     IS DISTINCT FROM (OLD.decision_id, OLD.decision_kind, OLD.role, OLD.person, OLD.filed_at, OLD.filed_by)
     OR (OLD.verified_at IS NOT NULL AND (NEW.verified_at, NEW.verified_by) IS DISTINCT FROM (OLD.verified_at, OLD.verified_by))
     OR (OLD.counsel_at IS NOT NULL AND (NEW.counsel_at, NEW.counsel_by) IS DISTINCT FROM (OLD.counsel_at, OLD.counsel_by))
     OR (OLD.reasons IS NOT NULL AND NEW.reasons IS DISTINCT FROM OLD.reasons)
  THEN
    RAISE EXCEPTION 'what is on record of an appeal is not rewritten' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
"""


def upgrade() -> None:
    first_tables.lay_down()
    op.create_table('appeal',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('decision_kind', sa.String(), nullable=False),
    sa.Column('decision_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('route', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('filed_by', sa.String(), nullable=False),
    sa.Column('matter', sa.String(), nullable=True),
    sa.Column('issuance', sa.Integer(), nullable=True),
    sa.Column('person', sa.LargeBinary(), nullable=False),
    sa.Column('email_hash', sa.LargeBinary(), nullable=True),
    sa.Column('user_hash', sa.LargeBinary(), nullable=True),
    sa.Column('name', sa.LargeBinary(), nullable=True),
    sa.Column('email', sa.LargeBinary(), nullable=True),
    sa.Column('wiki_user', sa.LargeBinary(), nullable=True),
    sa.Column('reasons', sa.LargeBinary(), nullable=True),
    sa.Column('claimed_informed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('party', sa.Boolean(), nullable=True),
    sa.Column('verified_how', sa.LargeBinary(), nullable=True),
    sa.Column('verified_by', sa.String(), nullable=True),
    sa.Column('verified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('eligibility', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('policy_date', sa.Date(), nullable=False),
    sa.Column('informed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('deadline', sa.DateTime(timezone=True), nullable=True),
    sa.Column('policy_deadline', sa.DateTime(timezone=True), nullable=True),
    sa.Column('after_policy', sa.Boolean(), nullable=False),
    sa.Column('on_claim', sa.Boolean(), nullable=False),
    sa.Column('answer_due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('counsel_by', sa.String(), nullable=True),
    sa.Column('counsel_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('counsel_note', sa.LargeBinary(), nullable=True),
    sa.Column('target_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('at_risk_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('clock_state', sa.String(), nullable=True),
    sa.CheckConstraint("role IN ('requester', 'subject')", name='appeal_role'),
    sa.CheckConstraint("route IN ('committee', 'staff', 'ca', 'counsel')", name='appeal_route'),
    sa.CheckConstraint("state <> 'accepted' OR (target_at IS NOT NULL AND at_risk_at IS NOT NULL)", name='appeal_accepted_has_its_clock'),
    sa.CheckConstraint("state <> 'incomplete' OR answer_due_at IS NOT NULL", name='appeal_reasons_have_a_date'),
    sa.CheckConstraint("state IN ('accepted', 'filed', 'incomplete', 'ineligible', 'moot', 'refused_by_counsel', 'with_counsel')", name='appeal_state'),
    sa.CheckConstraint("state NOT IN ('accepted', 'refused_by_counsel') OR (counsel_by IS NOT NULL AND counsel_at IS NOT NULL)", name='appeal_answered_by_counsel'),
    sa.CheckConstraint("state NOT IN ('with_counsel', 'accepted', 'refused_by_counsel') OR (verified_at IS NOT NULL AND reasons IS NOT NULL AND party IS TRUE AND issuance IS NOT NULL)", name='appeal_complete_before_counsel'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('appeal_decision', 'appeal', ['decision_id', 'id'], unique=False)
    op.create_index('appeal_once', 'appeal', ['decision_id', 'issuance', 'person'], unique=True, postgresql_where="verified_at IS NOT NULL AND state NOT IN ('ineligible', 'moot')")
    op.create_table('case_file',
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('request_ids', postgresql.ARRAY(sa.Uuid()), nullable=False),
    sa.PrimaryKeyConstraint('case_id')
    )
    op.create_table('decision',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('matter', sa.String(), nullable=False),
    sa.Column('acts', sa.Boolean(), nullable=False),
    sa.Column('standing', sa.String(), nullable=False),
    sa.Column('in_force', sa.Boolean(), nullable=False),
    sa.Column('individual_id', sa.Uuid(), nullable=True),
    sa.Column('case_id', sa.Uuid(), nullable=True),
    sa.Column('notice_id', sa.Uuid(), nullable=True),
    sa.Column('request_ids', postgresql.ARRAY(sa.Uuid()), nullable=False),
    sa.Column('part_of', sa.Uuid(), nullable=True),
    sa.Column('escalates', postgresql.ARRAY(sa.Uuid()), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('action', 'request', 'notice')", name='decision_kind'),
    sa.CheckConstraint("standing IN ('open', 'final', 'undone')", name='decision_standing'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('decision_part_of', 'decision', ['part_of'], unique=False)
    op.create_table('decision_term',
    sa.Column('decision_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('nature', sa.String(), nullable=False),
    sa.Column('issuance', sa.Integer(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('irrevocable', sa.Boolean(), nullable=False),
    sa.CheckConstraint("nature IN ('first', 'ordinary', 'substantial_atypical')", name='decision_term_nature'),
    sa.PrimaryKeyConstraint('decision_id', 'version'),
    info={'grants': ('SELECT', 'INSERT')}
    )
    op.create_table('participant',
    sa.Column('about_id', sa.Uuid(), nullable=False),
    sa.Column('sub', sa.String(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('about_id', 'sub', 'role'),
    info={'grants': ('SELECT', 'INSERT')}
    )
    op.create_table('receipt',
    sa.Column('notification_id', sa.Uuid(), nullable=False),
    sa.Column('about_id', sa.Uuid(), nullable=False),
    sa.Column('about_version', sa.Integer(), nullable=True),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('delivered_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("role IN ('requester', 'subject')", name='receipt_role'),
    sa.PrimaryKeyConstraint('notification_id'),
    info={'grants': ('SELECT', 'INSERT')}
    )
    op.create_index('receipt_about', 'receipt', ['about_id', 'role'], unique=False)
    op.execute(MOVES)
    op.execute("CREATE TRIGGER appeal_moves BEFORE UPDATE OF state ON appeal FOR EACH ROW EXECUTE FUNCTION appeal_moves()")
    op.execute(KEEPS)
    op.execute("CREATE TRIGGER appeal_keeps BEFORE UPDATE ON appeal FOR EACH ROW EXECUTE FUNCTION appeal_keeps()")


def downgrade() -> None:
    raise NotImplementedError("records are kept: there is no way back before the first tables")
    first_tables.take_away()
