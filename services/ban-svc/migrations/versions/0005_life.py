"""What happens to a decision after it was enacted: lifts, permissions, modifications, outcomes of appeals, bans of others, effects seen again.

The guards of this step stand beside those of the first: no lift, exception or modification without two people or the chain, on every path
(R16, R30, D26); nothing is put on record as of others, or as of before this system, by whoever may not (R8).

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATES = (
    "'proposed', 'in_review', 'returned', 'withdrawn', 'approved', 'declined', 'enacted', 'enforced', 'expired', "
    "'lifted', 'overturned', 'recorded'"
)
BEFORE = "'proposed', 'in_review', 'returned', 'withdrawn', 'approved', 'declined', 'enacted', 'enforced', 'expired'"
TWO = "(state = 'confirmed') = (confirmed_by IS NOT NULL AND confirmed_at IS NOT NULL) AND confirmed_by IS DISTINCT FROM by"

# What the step before knew of the moves, and what comes with this one.
MOVES = """
CREATE FUNCTION legal_move(old text, new text) RETURNS boolean LANGUAGE sql IMMUTABLE SET search_path = ban, pg_temp AS $$
  SELECT legal_move_until_enacted(old, new) OR (old, new) IN (
    ('enforced', 'enacted'),
    ('enacted', 'lifted'), ('enforced', 'lifted'),
    ('enacted', 'overturned'), ('enforced', 'overturned'), ('declined', 'overturned'))
$$
"""

# Every signer another, none of them the proposer, every level of the kind and Legal heard, Legal and the last of them approving.
MODIFICATION_IS_WHOLE = """
CREATE FUNCTION modification_is_whole(m modification, kind text) RETURNS boolean LANGUAGE sql STABLE SET search_path = ban, pg_temp AS $$
  SELECT m.state = 'confirmed' AND m.confirmed_by <> m.by AND (m.route = 'two_people' OR (
    EXISTS (SELECT FROM procedure p WHERE p.kind = $2 AND p.levels <@ m.levels AND p.approvals <= m.approvals)
    AND 'legal' = ANY(m.levels)
    AND coalesce((
      SELECT m.levels <@ array_agg(s.level::text)
        AND count(*) FILTER (WHERE s.verdict = 'approve') >= m.approvals
        AND bool_and(s.verdict <> 'return' AND s.by <> m.by
                     AND (s.verdict = 'approve' OR s.level NOT IN ('legal', m.levels[cardinality(m.levels)])))
      FROM modification_signature s WHERE s.modification_id = m.id), false)))
$$
"""

LIFE = """
CREATE FUNCTION guard_life() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
DECLARE m modification; ban action; burdens boolean;
BEGIN
  IF (NEW.imposed_by, NEW.source_hash) IS DISTINCT FROM (OLD.imposed_by, OLD.source_hash) THEN
    RAISE EXCEPTION 'whose ban it is never changes' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.state IN ('lifted', 'overturned', 'recorded') AND (NEW.digest, NEW.spec, NEW.individual_id, NEW.enacted_at, NEW.expires_at)
     IS DISTINCT FROM (OLD.digest, OLD.spec, OLD.individual_id, OLD.enacted_at, OLD.expires_at) THEN
    RAISE EXCEPTION 'what has ended stays as it ended' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state = 'lifted' AND OLD.state <> 'lifted' AND NOT EXISTS (
       SELECT FROM lift l WHERE l.action_id IN (NEW.id, NEW.enforces) AND l.state = 'confirmed' AND l.confirmed_by <> l.by) THEN
    RAISE EXCEPTION 'not lifted: it takes two people' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state = 'overturned' AND OLD.state <> 'overturned' AND NOT EXISTS (
       SELECT FROM appeal_outcome o WHERE o.action_id IN (NEW.id, NEW.enforces) AND o.outcome = 'overturned' AND cardinality(o.codes) = 0) THEN
    RAISE EXCEPTION 'not overturned: no appeal decided so' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.permission_id IS DISTINCT FROM OLD.permission_id AND NOT EXISTS (
       SELECT FROM permission p WHERE p.id = NEW.permission_id AND p.action_id = NEW.id AND p.state = 'confirmed') THEN
    RAISE EXCEPTION 'not permitted: it takes two people' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.state NOT IN ('enacted', 'enforced') OR NEW.enacted_at IS DISTINCT FROM OLD.enacted_at THEN
    RETURN NEW;
  END IF;
  burdens := (OLD.expires_at IS NOT NULL AND (NEW.expires_at IS NULL OR NEW.expires_at > OLD.expires_at))
             OR (NEW.irrevocable AND NOT OLD.irrevocable) OR NEW.issuance IS DISTINCT FROM OLD.issuance;
  IF NEW.modified_by IS DISTINCT FROM OLD.modified_by THEN
    SELECT * INTO m FROM modification WHERE id = NEW.modified_by AND action_id = NEW.id;
    IF NOT FOUND OR NOT modification_is_whole(m, NEW.kind) OR (burdens AND m.route <> 'chain') THEN
      RAISE EXCEPTION 'not modified: what burdens goes through the chain, a narrowing through two people' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF burdens OR (NEW.starts_at, NEW.disclosure, NEW.irrevocable) IS DISTINCT FROM (OLD.starts_at, OLD.disclosure, OLD.irrevocable) THEN
    RAISE EXCEPTION 'what is in force is changed by a modification alone' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.expires_at IS DISTINCT FROM OLD.expires_at THEN
    -- A range block ends at the latest with the ban that it enforces.
    SELECT * INTO ban FROM action WHERE id = NEW.enforces;
    IF ban.expires_at IS DISTINCT FROM NEW.expires_at THEN
      RAISE EXCEPTION 'what is in force is changed by a modification alone' USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  RETURN NEW;
END $$
"""

RECORDED = """
CREATE FUNCTION guard_recorded() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.origin <> 'recorded' OR NEW.enacted_at IS NOT NULL OR NEW.performed_by IS NOT NULL OR cardinality(NEW.levels) > 0 THEN
      RAISE EXCEPTION 'a ban of others is put on record, never decided here' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.state, NEW.origin, NEW.kind, NEW.digest, NEW.spec) IS DISTINCT FROM (OLD.state, OLD.origin, OLD.kind, OLD.digest, OLD.spec) THEN
    RAISE EXCEPTION 'a ban of others never turns into ours, nor ours into theirs' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

MODIFICATION = """
CREATE FUNCTION guard_modification() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.state <> 'proposed' THEN
    RAISE EXCEPTION 'a modification begins as a proposal' USING ERRCODE = 'check_violation';
  END IF;
  IF TG_OP = 'UPDATE' AND (
       (NEW.id, NEW.action_id, NEW.digest, NEW.spec, NEW.nature, NEW.route, NEW.levels, NEW.approvals, NEW."by")
       IS DISTINCT FROM (OLD.id, OLD.action_id, OLD.digest, OLD.spec, OLD.nature, OLD.route, OLD.levels, OLD.approvals, OLD."by")
       OR OLD.state NOT IN ('proposed', 'approved')) THEN
    RAISE EXCEPTION 'what was proposed stays what is signed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

TWO_PEOPLE = """
CREATE FUNCTION guard_two_people() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.state <> 'proposed' THEN
    RAISE EXCEPTION 'it begins as a proposal' USING ERRCODE = 'check_violation';
  END IF;
  IF TG_OP = 'UPDATE' AND (OLD.state <> 'proposed' OR (NEW.id, NEW.action_id, NEW."by") IS DISTINCT FROM (OLD.id, OLD.action_id, OLD."by")) THEN
    RAISE EXCEPTION 'what two people decided stays so' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

MODIFICATION_SIGNATURE = """
CREATE FUNCTION guard_modification_signature() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
DECLARE signed modification;
BEGIN
  SELECT * INTO signed FROM modification WHERE id = NEW.modification_id;
  IF NEW."by" = signed."by" OR NOT (NEW.level = ANY(signed.levels)) OR signed.state <> 'proposed' OR signed.route <> 'chain'
     OR EXISTS (SELECT FROM recusal r WHERE r.action_id = signed.action_id AND r.by = NEW."by") THEN
    RAISE EXCEPTION 'this signature is not taken' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

# The check reads covers alone: what is permitted is written beside each account, also beside one that is linked later.
PERMITTED = """
CREATE FUNCTION permitted_of(ban uuid) RETURNS jsonb LANGUAGE sql STABLE SET search_path = ban, pg_temp AS $$
  SELECT jsonb_object_agg(wiki, until) FROM (
    SELECT wiki, max(extract(epoch FROM p.until)::float8) AS until FROM permission p, unnest(p.wikis) AS wiki
    WHERE p.action_id = $1 AND p.state = 'confirmed' GROUP BY wiki) AS longest
$$
"""
COVER_PERMITTED = """
CREATE FUNCTION cover_permitted() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
BEGIN
  NEW.permitted := CASE WHEN NEW.name_hash IS NOT NULL THEN permitted_of(NEW.action_id) END;
  RETURN NEW;
END $$
"""
PERMISSION_TOLD = """
CREATE FUNCTION permission_told() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
BEGIN
  UPDATE cover SET permitted = NULL WHERE action_id = NEW.action_id AND name_hash IS NOT NULL;
  RETURN NULL;
END $$
"""

TRIGGERS = (
    "CREATE TRIGGER action_life BEFORE UPDATE ON action FOR EACH ROW EXECUTE FUNCTION guard_life()",
    "DROP TRIGGER action_guard ON action",
    "CREATE TRIGGER action_guard BEFORE INSERT OR UPDATE ON action FOR EACH ROW WHEN (NEW.state <> 'recorded') "
    "EXECUTE FUNCTION guard_action()",
    "CREATE TRIGGER action_recorded BEFORE INSERT OR UPDATE ON action FOR EACH ROW WHEN (NEW.state = 'recorded') "
    "EXECUTE FUNCTION guard_recorded()",
    "CREATE TRIGGER modification_guard BEFORE INSERT OR UPDATE ON modification FOR EACH ROW EXECUTE FUNCTION guard_modification()",
    "CREATE TRIGGER lift_guard BEFORE INSERT OR UPDATE ON lift FOR EACH ROW EXECUTE FUNCTION guard_two_people()",
    "CREATE TRIGGER permission_guard BEFORE INSERT OR UPDATE ON permission FOR EACH ROW EXECUTE FUNCTION guard_two_people()",
    "CREATE TRIGGER modification_signature_guard BEFORE INSERT ON modification_signature FOR EACH ROW "
    "EXECUTE FUNCTION guard_modification_signature()",
    "CREATE TRIGGER cover_permitted BEFORE INSERT OR UPDATE ON cover FOR EACH ROW EXECUTE FUNCTION cover_permitted()",
    "CREATE TRIGGER permission_told AFTER UPDATE ON permission FOR EACH ROW WHEN (NEW.state = 'confirmed') "
    "EXECUTE FUNCTION permission_told()",
)


def upgrade() -> None:
    """Add the tables and columns of this step, then its guards."""
    _tables()
    _columns()
    op.execute("ALTER FUNCTION legal_move(text, text) RENAME TO legal_move_until_enacted")
    for statement in (
        MOVES,
        MODIFICATION_IS_WHOLE,
        LIFE,
        RECORDED,
        MODIFICATION,
        TWO_PEOPLE,
        MODIFICATION_SIGNATURE,
        PERMITTED,
        COVER_PERMITTED,
        PERMISSION_TOLD,
        *TRIGGERS,
    ):
        op.execute(statement)


def _two_people(name: str, *columns: sa.Column) -> None:
    """Lay down a table of what one person proposes and another confirms."""
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("action_id", sa.Uuid(), sa.ForeignKey("action.id"), nullable=False),
        *columns,
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("manages", sa.Boolean(), nullable=False),
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("confirmed_by", sa.String(), nullable=True),
        sa.Column("confirmation_id", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(TWO, name=f"{name}_two_people"),
    )
    op.create_index(f"{name}_action", name, ["action_id", "at"])


def _tables() -> None:
    _two_people("lift", sa.Column("reason_id", sa.Uuid(), nullable=False))
    _two_people(
        "permission",
        sa.Column("scope", sa.LargeBinary(), nullable=False),
        sa.Column("wikis", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("events", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
    )
    _two_people(
        "modification",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("spec", sa.LargeBinary(), nullable=False),
        sa.Column("nature", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("reasons", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("levels", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("approvals", sa.SmallInteger(), nullable=False),
        sa.UniqueConstraint("action_id", "digest", name="modification_once"),
    )
    for name in ("lift", "permission"):
        op.create_check_constraint(f"{name}_state", name, "state IN ('proposed', 'confirmed', 'replaced')")
        op.create_index(f"{name}_waiting", name, ["action_id"], unique=True, postgresql_where="state = 'proposed'")
    states = "state IN ('proposed', 'approved', 'returned', 'declined', 'confirmed', 'replaced')"
    op.create_check_constraint("modification_state", "modification", states)
    op.create_check_constraint("modification_route", "modification", "route IN ('chain', 'two_people')")
    op.create_check_constraint("modification_nature", "modification", "nature IN ('ordinary', 'substantial_atypical')")
    waiting = "state IN ('proposed', 'approved')"
    op.create_index("modification_waiting", "modification", ["action_id"], unique=True, postgresql_where=waiting)
    op.create_table(
        "modification_signature",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("modification_id", sa.Uuid(), sa.ForeignKey("modification.id"), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("ordinal", sa.SmallInteger(), nullable=False),
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("verdict IN ('approve', 'dissent', 'return')", name="modification_signature_verdict"),
        sa.UniqueConstraint("modification_id", "by", name="modification_signature_person_once"),
        sa.UniqueConstraint("modification_id", "level", name="modification_signature_level_once"),
        sa.UniqueConstraint("modification_id", "ordinal", name="modification_signature_in_turn"),
        info={"grants": ("SELECT", "INSERT")},
    )
    op.create_table(
        "appeal_outcome",
        sa.Column("appeal_id", sa.Uuid(), primary_key=True),
        sa.Column("action_id", sa.Uuid(), sa.ForeignKey("action.id"), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("outcome IN ('ratified', 'overturned', 'remanded')", name="appeal_outcome_outcome"),
        info={"grants": ("SELECT", "INSERT")},
    )
    op.create_index("appeal_outcome_action", "appeal_outcome", ["action_id", "at"])


def _columns() -> None:
    for column, default in (
        (sa.Column("imposed_by", sa.String(), nullable=False), "'foundation'"),
        (sa.Column("effects_failed", sa.Integer(), nullable=False), "0"),
        (sa.Column("effects_drifted", sa.Integer(), nullable=False), "0"),
        (sa.Column("refused_codes", postgresql.ARRAY(sa.Text()), nullable=False), "'{}'"),
        (sa.Column("source_hash", sa.LargeBinary(), nullable=True), None),
        (sa.Column("modified_by", sa.Uuid(), nullable=True), None),
        (sa.Column("nature", sa.String(), nullable=True), None),
        (sa.Column("permission_id", sa.Uuid(), nullable=True), None),
        (sa.Column("permitted_until", sa.DateTime(timezone=True), nullable=True), None),
        (sa.Column("appeal_id", sa.Uuid(), nullable=True), None),
        (sa.Column("refused_appeal", sa.Uuid(), nullable=True), None),
    ):
        if default is not None:
            column.server_default = sa.schema.DefaultClause(sa.text(default))
        op.add_column("action", column)
        if default is not None:
            op.alter_column("action", column.name, server_default=None)
    op.drop_constraint("action_state", "action", type_="check")
    op.create_check_constraint("action_state", "action", f"state IN ({STATES})")
    op.create_check_constraint("action_imposed_by", "action", "imposed_by IN ('foundation', 'community', 'affiliate')")
    op.create_check_constraint("action_recorded_is_of_others", "action", "(state = 'recorded') = (imposed_by <> 'foundation')")
    op.create_index("action_source", "action", ["source_hash"], unique=True, postgresql_where="source_hash IS NOT NULL")
    op.create_index("action_enacted", "action", ["enacted_at"], postgresql_where="enacted_at IS NOT NULL")
    op.add_column("cover", sa.Column("permitted", postgresql.JSONB(), nullable=True))
    op.create_index("cover_permitted", "cover", ["name_hash"], postgresql_where="permitted IS NOT NULL")
    op.drop_constraint("note_about", "note", type_="check")
    op.create_check_constraint("note_about", "note", "about ~ '^[a-z_]{1,40}$'")
    for column in (
        sa.Column("seen_by", sa.String(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note_id", sa.Uuid(), nullable=True),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("enforcement", column)
    for name in ("enforcement_receipt", "enforcement_state"):
        op.drop_constraint(name, "enforcement", type_="check")
    op.drop_constraint("enforcement_once", "enforcement", type_="unique")
    op.create_check_constraint("enforcement_state", "enforcement", "state IN ('waiting', 'done', 'failed', 'drifted')")
    op.create_check_constraint("enforcement_second_look", "enforcement", "seen_by IS NULL OR seen_by IS DISTINCT FROM by")
    receipt = "(num_nonnulls(log_id, revision_id, url) = 1 AND by IS NOT NULL AND at IS NOT NULL)"
    op.create_check_constraint("enforcement_receipt", "enforcement", f"(state IN ('done', 'drifted')) = {receipt}")
    owed = "over_at IS NULL"
    op.create_index("enforcement_once", "enforcement", ["action_id", "wiki", "effect"], unique=True, postgresql_where=owed)
    op.create_index("enforcement_open", "enforcement", ["state", "id"], postgresql_where=owed)


def downgrade() -> None:
    """Take the guards away, then columns and tables; rows in states of this step stand against it."""
    for name, table in (
        ("permission_told", "permission"),
        ("cover_permitted", "cover"),
        ("action_life", "action"),
        ("action_recorded", "action"),
        ("action_guard", "action"),
    ):
        op.execute(f"DROP TRIGGER {name} ON {table}")
    op.execute("CREATE TRIGGER action_guard BEFORE INSERT OR UPDATE ON action FOR EACH ROW EXECUTE FUNCTION guard_action()")
    op.execute("DROP FUNCTION legal_move(text, text)")
    op.execute("ALTER FUNCTION legal_move_until_enacted(text, text) RENAME TO legal_move")
    for name in ("guard_life()", "guard_recorded()", "cover_permitted()", "permission_told()", "permitted_of(uuid)"):
        op.execute(f"DROP FUNCTION {name}")
    op.execute("DROP FUNCTION modification_is_whole(modification, text)")
    for table in ("appeal_outcome", "modification_signature", "modification", "permission", "lift"):
        op.drop_table(table)
    for name in ("guard_modification()", "guard_two_people()", "guard_modification_signature()"):
        op.execute(f"DROP FUNCTION {name}")
    op.drop_index("cover_permitted", table_name="cover")
    op.drop_column("cover", "permitted")
    for name in ("enforcement_once", "enforcement_open"):
        op.drop_index(name, table_name="enforcement")
    for name in ("enforcement_receipt", "enforcement_state", "enforcement_second_look"):
        op.drop_constraint(name, "enforcement", type_="check")
    for name in ("seen_by", "seen_at", "note_id", "over_at"):
        op.drop_column("enforcement", name)
    op.create_unique_constraint("enforcement_once", "enforcement", ["action_id", "wiki", "effect"])
    op.create_check_constraint("enforcement_state", "enforcement", "state IN ('waiting', 'done')")
    receipt = "(num_nonnulls(log_id, revision_id, url) = 1 AND by IS NOT NULL AND at IS NOT NULL)"
    op.create_check_constraint("enforcement_receipt", "enforcement", f"(state = 'done') = {receipt}")
    for name in ("action_state", "action_imposed_by", "action_recorded_is_of_others"):
        op.drop_constraint(name, "action", type_="check")
    for name in ("action_source", "action_enacted"):
        op.drop_index(name, table_name="action")
    for name in ("imposed_by", "effects_failed", "effects_drifted", "refused_codes", "source_hash", "modified_by", "nature"):
        op.drop_column("action", name)
    for name in ("permission_id", "permitted_until", "appeal_id", "refused_appeal"):
        op.drop_column("action", name)
    op.create_check_constraint("action_state", "action", f"state IN ({BEFORE})")
    op.drop_constraint("note_about", "note", type_="check")
    op.create_check_constraint("note_about", "note", "about IN ('review', 'amendment', 'recusal', 'withdrawal')")
