"""Who judges an appeal, their sealed votes, the outcome and its reply; an appeal taken back; what a rule was asked (R105, R108, D13, D14).

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
KEPT = {"grants": ("SELECT", "INSERT")}

STATES = "'accepted', 'decided', 'filed', 'in_panel', 'incomplete', 'ineligible', 'moot', 'refused_by_counsel', 'with_counsel', 'withdrawn'"
CHECKS = {
    "appeal_state": f"state IN ({STATES})",
    "appeal_complete_before_counsel": "state NOT IN ('accepted', 'decided', 'in_panel', 'refused_by_counsel', 'with_counsel')"
    " OR (verified_at IS NOT NULL AND reasons IS NOT NULL AND party IS TRUE AND issuance IS NOT NULL)",
    "appeal_answered_by_counsel": "state NOT IN ('accepted', 'decided', 'in_panel', 'refused_by_counsel')"
    " OR (counsel_by IS NOT NULL AND counsel_at IS NOT NULL)",
    "appeal_accepted_has_its_clock": "state NOT IN ('accepted', 'in_panel') OR (target_at IS NOT NULL AND at_risk_at IS NOT NULL)",
    "appeal_decided_with_reply": "(state = 'decided') = (outcome IS NOT NULL AND decided_at IS NOT NULL AND reply IS NOT NULL)",
    "appeal_outcome": "outcome IN ('overturned', 'ratified', 'remanded')",
    "appeal_withdrawn": "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)",
}
REPLACED = ("appeal_state", "appeal_complete_before_counsel", "appeal_answered_by_counsel", "appeal_accepted_has_its_clock")

COLUMNS = (
    ("locale", sa.String()),
    ("translation", sa.LargeBinary()),
    ("translated_by", sa.String()),
    ("requester_needed", sa.LargeBinary()),
    ("votes_opened_at", AT),
    ("counts", postgresql.JSONB(astext_type=sa.Text())),
    ("outcome", sa.String()),
    ("decided_at", AT),
    ("decided_by", sa.String()),
    ("reply", sa.LargeBinary()),
    ("conditions", sa.LargeBinary()),
    ("outcome_refused", postgresql.ARRAY(sa.String())),
    ("outcome_refused_at", AT),
    ("withdrawn_at", AT),
)

# The moves of model.MOVES; straight from acceptance to the answer goes only what counsel answers alone (D14).
MOVES = """
CREATE OR REPLACE FUNCTION appeal_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
    ('incomplete', 'filed'), ('incomplete', 'with_counsel'), ('incomplete', 'ineligible'), ('incomplete', 'moot'), ('incomplete', 'withdrawn'),
    ('filed', 'with_counsel'), ('filed', 'ineligible'), ('filed', 'withdrawn'),
    ('with_counsel', 'accepted'), ('with_counsel', 'refused_by_counsel'), ('with_counsel', 'moot'), ('with_counsel', 'withdrawn'),
    ('accepted', 'in_panel'), ('accepted', 'decided'), ('accepted', 'moot'), ('accepted', 'withdrawn'),
    ('in_panel', 'decided'), ('in_panel', 'moot'), ('in_panel', 'withdrawn'))
  THEN
    RAISE EXCEPTION 'an appeal does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state = 'decided' AND OLD.state = 'accepted' AND NEW.route <> 'counsel' THEN
    RAISE EXCEPTION 'only counsel answers without a panel' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state = 'decided' AND OLD.state = 'in_panel' AND (NEW.votes_opened_at IS NULL OR NEW.route = 'counsel') THEN
    RAISE EXCEPTION 'a panel answers when its votes are open' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
"""

KEEPS = """
CREATE OR REPLACE FUNCTION appeal_keeps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.decision_id, NEW.decision_kind, NEW.role, NEW.person, NEW.filed_at, NEW.filed_by)
     IS DISTINCT FROM (OLD.decision_id, OLD.decision_kind, OLD.role, OLD.person, OLD.filed_at, OLD.filed_by)
     OR (OLD.verified_at IS NOT NULL AND (NEW.verified_at, NEW.verified_by) IS DISTINCT FROM (OLD.verified_at, OLD.verified_by))
     OR (OLD.counsel_at IS NOT NULL AND (NEW.counsel_at, NEW.counsel_by, NEW.route) IS DISTINCT FROM (OLD.counsel_at, OLD.counsel_by, OLD.route))
     OR (OLD.reasons IS NOT NULL AND NEW.reasons IS DISTINCT FROM OLD.reasons)
     OR (OLD.votes_opened_at IS NOT NULL AND (NEW.votes_opened_at, NEW.counts) IS DISTINCT FROM (OLD.votes_opened_at, OLD.counts))
     OR (OLD.decided_at IS NOT NULL AND (NEW.outcome, NEW.decided_at, NEW.decided_by, NEW.reply, NEW.conditions)
         IS DISTINCT FROM (OLD.outcome, OLD.decided_at, OLD.decided_by, OLD.reply, OLD.conditions))
  THEN
    RAISE EXCEPTION 'what is on record of an appeal is not rewritten' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
"""

SEATS = """
CREATE FUNCTION seat_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
    ('waiting', 'cleared'), ('waiting', 'excluded'), ('waiting', 'recused'), ('cleared', 'excluded'), ('cleared', 'recused'))
  THEN
    RAISE EXCEPTION 'a seat does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state <> OLD.state AND EXISTS (SELECT FROM ballot b WHERE b.seat_id = NEW.id) THEN
    RAISE EXCEPTION 'whoever has voted keeps their seat' USING ERRCODE = 'check_violation';
  END IF;
  IF (NEW.appeal_id, NEW.sub_hash) IS DISTINCT FROM (OLD.appeal_id, OLD.sub_hash)
     OR (NEW.member_id, NEW.reviewer) IS DISTINCT FROM (OLD.member_id, OLD.reviewer) THEN
    RAISE EXCEPTION 'who sits is never rewritten' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
"""

# A vote is of somebody whom counsel cleared, on an appeal whose votes are still closed (D13).
BALLOTS = """
CREATE FUNCTION ballot_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM seat s JOIN appeal a ON a.id = s.appeal_id
                 WHERE s.id = NEW.seat_id AND s.appeal_id = NEW.appeal_id AND s.state = 'cleared'
                   AND a.state = 'in_panel' AND a.votes_opened_at IS NULL)
  THEN
    RAISE EXCEPTION 'nobody votes here now' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
"""


def upgrade() -> None:
    for name, kind in COLUMNS:
        op.add_column("appeal", sa.Column(name, kind, nullable=True))
    for name in ("seats", "votes"):
        op.add_column("appeal", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        op.alter_column("appeal", name, server_default=None)
    for name in REPLACED:
        op.drop_constraint(name, "appeal", type_="check")
    for name, says in CHECKS.items():
        op.create_check_constraint(name, "appeal", says)
    op.drop_index("appeal_once", "appeal")
    op.create_index(
        "appeal_once",
        "appeal",
        ["decision_id", "issuance", "person"],
        unique=True,
        postgresql_where="verified_at IS NOT NULL AND state NOT IN ('ineligible', 'moot') AND (state <> 'withdrawn' OR counsel_at IS NOT NULL)",
    )
    _steps()
    _committee()
    _judges()
    op.create_table(
        "ruling",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("appeal_id", sa.Uuid(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("policy_date", sa.Date(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("what IN ('eligibility', 'gate', 'draw', 'outcome')", name="ruling_what"),
        sa.PrimaryKeyConstraint("id"),
        info=KEPT,
    )
    op.create_index("ruling_appeal", "ruling", ["appeal_id", "id"], unique=False)
    for function in (MOVES, KEEPS, SEATS, BALLOTS):
        op.execute(function)
    op.execute("CREATE TRIGGER seat_moves BEFORE UPDATE ON seat FOR EACH ROW EXECUTE FUNCTION seat_moves()")
    op.execute("CREATE TRIGGER ballot_counts BEFORE INSERT ON ballot FOR EACH ROW EXECUTE FUNCTION ballot_counts()")


def downgrade() -> None:
    raise NotImplementedError("votes and outcomes are kept: there is no way back before them")


def _steps() -> None:
    op.create_table(
        "decision_step",
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=True),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("about_id", "version"),
        info=KEPT,
    )


def _committee() -> None:
    op.create_table(
        "member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("chair", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(), nullable=False),
        sa.Column("identity", sa.LargeBinary(), nullable=False),
        sa.Column("sub_hash", sa.LargeBinary(), nullable=False),
        sa.Column("email_hash", sa.LargeBinary(), nullable=True),
        sa.Column("user_hash", sa.LargeBinary(), nullable=True),
        sa.Column("since", AT, nullable=False),
        sa.Column("until", AT, nullable=True),
        sa.Column("enrolled_by", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("chair BETWEEN 1 AND 10", name="member_chair"),
        sa.CheckConstraint("until IS NULL OR until >= since", name="member_until"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("member_chair_once", "member", ["chair"], unique=True, postgresql_where="until IS NULL")
    op.create_index("member_pseudonym", "member", ["pseudonym"], unique=True)
    op.create_index("member_sub", "member", ["sub_hash"], unique=True, postgresql_where="until IS NULL")


def _judges() -> None:
    op.create_table(
        "panel",
        sa.Column("appeal_id", sa.Uuid(), nullable=False),
        sa.Column("seed", sa.LargeBinary(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.PrimaryKeyConstraint("appeal_id"),
        info=KEPT,
    )
    op.create_table(
        "seat",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("appeal_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("reviewer", sa.String(), nullable=True),
        sa.Column("sub_hash", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since", AT, nullable=False),
        sa.Column("cleared_by", sa.String(), nullable=True),
        sa.Column("cleared_at", AT, nullable=True),
        sa.Column("left_at", AT, nullable=True),
        sa.Column("why", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("(member_id IS NULL) <> (reviewer IS NULL)", name="seat_somebody"),
        sa.CheckConstraint("state <> 'cleared' OR (cleared_by IS NOT NULL AND cleared_at IS NOT NULL)", name="seat_cleared_by_counsel"),
        sa.CheckConstraint("state IN ('cleared', 'excluded', 'recused', 'waiting')", name="seat_state"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("seat_once", "seat", ["appeal_id", "sub_hash"], unique=True)
    op.create_table(
        "ballot",
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column("appeal_id", sa.Uuid(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("says", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seat_id"),
        info=KEPT,
    )
    op.create_index("ballot_appeal", "ballot", ["appeal_id"], unique=False)
