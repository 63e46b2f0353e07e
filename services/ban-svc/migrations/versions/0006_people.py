"""Individuals who are linked, merged and split again; events, who may have their lists, and who looked (R17, R18, R25-R28, R36-R38, D18, D23).

Two people stand behind every link, every merge, every split and every grant, on every path; what two people said stays as it was said.

Revision ID: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOVES = """
CREATE FUNCTION legal_link_move(old text, new text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT old = new OR (old, new) IN (
    ('proposed', 'linked'), ('proposed', 'unlinked'), ('proposed', 'superseded'), ('linked', 'unlinked'), ('linked', 'superseded'))
$$;
CREATE FUNCTION legal_merge_move(old text, new text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT old = new OR (old, new) IN (
    ('proposed', 'standing'), ('proposed', 'refused'), ('standing', 'split_proposed'),
    ('split_proposed', 'split'), ('split_proposed', 'standing'))
$$;
CREATE FUNCTION legal_list_move(old text, new text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT old = new OR (old, new) IN (('proposed', 'granted'), ('proposed', 'ended'), ('granted', 'ended'))
$$
"""

IDENTITY = """
CREATE FUNCTION guard_identity() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.sort <> 'address' THEN
      RAISE EXCEPTION 'the link of an account stays on record' USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'proposed' THEN
      RAISE EXCEPTION 'a link begins as a proposal' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.individual_id, NEW.sort, NEW.subject, NEW.name, NEW.confidence, NEW.evidence, NEW.proposed_by, NEW.at)
     IS DISTINCT FROM (OLD.id, OLD.individual_id, OLD.sort, OLD.subject, OLD.name, OLD.confidence, OLD.evidence, OLD.proposed_by, OLD.at) THEN
    RAISE EXCEPTION 'what was proposed stays as it was proposed' USING ERRCODE = 'check_violation';
  END IF;
  IF NOT legal_link_move(OLD.state, NEW.state) OR (OLD.state <> 'proposed' AND NEW.confirmed_by IS DISTINCT FROM OLD.confirmed_by) THEN
    RAISE EXCEPTION 'no move of a link from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

ACCOUNT = """
CREATE FUNCTION guard_account() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.decided_by IS NOT NULL OR EXISTS (SELECT FROM identity i WHERE i.id = OLD.identity_id AND i.state = 'linked') THEN
      RAISE EXCEPTION 'an account leaves a person when its link is undone' USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
  END IF;
  IF TG_OP = 'UPDATE' AND (NEW.id, NEW.individual_id, NEW.name_hash) IS DISTINCT FROM (OLD.id, OLD.individual_id, OLD.name_hash) THEN
    RAISE EXCEPTION 'an account is unlinked from one person before it is linked to another' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.identity_id IS NOT NULL AND NEW.decided_by IS NULL AND NOT EXISTS (
       SELECT FROM identity i WHERE i.id = NEW.identity_id AND i.individual_id = NEW.individual_id AND i.subject = NEW.name_hash
         AND i.sort = 'account' AND i.state = 'linked' AND i.confidence = 'confirmed') THEN
    RAISE EXCEPTION 'not linked: it takes two people and a confirmed link' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

MERGE = """
CREATE FUNCTION guard_merge() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'proposed' THEN
      RAISE EXCEPTION 'a merge begins as a proposal' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.individual_id, NEW.other_id, NEW.proposed_by, NEW.evidence, NEW.at)
     IS DISTINCT FROM (OLD.id, OLD.individual_id, OLD.other_id, OLD.proposed_by, OLD.evidence, OLD.at) THEN
    RAISE EXCEPTION 'what was proposed stays as it was proposed' USING ERRCODE = 'check_violation';
  END IF;
  IF NOT legal_merge_move(OLD.state, NEW.state) OR (OLD.state <> 'proposed' AND NEW.confirmed_by IS DISTINCT FROM OLD.confirmed_by) THEN
    RAISE EXCEPTION 'no move of a merge from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

EVENT_LIST = """
CREATE FUNCTION guard_event_list() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
BEGIN
  IF NEW.until > (SELECT (e.ends + 1)::timestamp AT TIME ZONE 'UTC' FROM event e WHERE e.id = NEW.event) THEN
    RAISE EXCEPTION 'a grant ends with its event at the latest' USING ERRCODE = 'check_violation';
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'proposed' THEN
      RAISE EXCEPTION 'a grant begins as a proposal' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.event, NEW.recipients, NEW.ground, NEW.document, NEW.until, NEW.proposed_by, NEW.at)
     IS DISTINCT FROM (OLD.id, OLD.event, OLD.recipients, OLD.ground, OLD.document, OLD.until, OLD.proposed_by, OLD.at) THEN
    RAISE EXCEPTION 'what was proposed stays as it was proposed' USING ERRCODE = 'check_violation';
  END IF;
  IF NOT legal_list_move(OLD.state, NEW.state) THEN
    RAISE EXCEPTION 'no move of a grant from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

EVENT_COPY = """
CREATE FUNCTION guard_event_copy() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM event_list l WHERE l.id = NEW.list_id AND l.state = 'granted' AND NEW.reader = ANY(l.recipients)) THEN
    RAISE EXCEPTION 'no copy without a grant that names its reader' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""

# As the second migration wrote it, and: what has ended is covered no longer than it was, and an event ban says where it holds.
COVER = """
CREATE OR REPLACE FUNCTION guard_cover() RETURNS trigger LANGUAGE plpgsql SET search_path = ban, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.network IS NULL OR OLD.kind <> 'global_ban' OR OLD.ends_at IS NULL THEN
      RAISE EXCEPTION 'only an address whose time is over is forgotten' USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
  END IF;
  IF NOT EXISTS (SELECT FROM action a WHERE a.id = NEW.action_id AND a.kind = NEW.kind AND (
       a.state IN ('enacted', 'enforced', 'expired')
       OR (TG_OP = 'UPDATE' AND a.state IN ('lifted', 'overturned', 'declined') AND NEW.ends_at IS NOT NULL))) THEN
    RAISE EXCEPTION 'nothing is covered by an action that was not enacted' USING ERRCODE = 'check_violation';
  END IF;
  NEW.changed := pg_current_xact_id()::text::bigint;
  RETURN NEW;
END $$
"""
COVER_BEFORE = COVER.replace(
    """(
       a.state IN ('enacted', 'enforced', 'expired')
       OR (TG_OP = 'UPDATE' AND a.state IN ('lifted', 'overturned', 'declined') AND NEW.ends_at IS NOT NULL))""",
    "a.state IN ('enacted', 'enforced', 'expired')",
)

GUARDED = (
    ("identity", "guard_identity", "INSERT OR UPDATE OR DELETE"),
    ("account", "guard_account", "INSERT OR UPDATE OR DELETE"),
    ("merge", "guard_merge", "INSERT OR UPDATE"),
    ("event_list", "guard_event_list", "INSERT OR UPDATE"),
    ("event_copy", "guard_event_copy", "INSERT"),
)


def _moment(name: str, *, needed: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not needed)


def _text(name: str, *, needed: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=not needed)


def _sealed(name: str, *, needed: bool = False) -> sa.Column:
    return sa.Column(name, sa.LargeBinary(), nullable=not needed)


def upgrade() -> None:
    """Add the tables and columns of this step, then its guards."""
    _individuals()
    _events()
    op.add_column("cover", sa.Column("scope", postgresql.JSONB(), nullable=True))
    op.drop_constraint("cover_kind", "cover", type_="check")
    op.create_check_constraint("cover_kind", "cover", "kind IN ('global_ban', 'event_ban', 'range_block')")
    op.create_check_constraint("cover_scope", "cover", "(kind = 'event_ban') = (scope IS NOT NULL)")
    for statement in MOVES.split(";\n"):
        op.execute(statement)
    for statement in (COVER, IDENTITY, ACCOUNT, MERGE, EVENT_LIST, EVENT_COPY):
        op.execute(statement)
    for table, function, when in GUARDED:
        op.execute(f"CREATE TRIGGER {table}_guard BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()")


def _individuals() -> None:
    op.add_column("individual", sa.Column("person_id", sa.Uuid(), nullable=True))
    op.add_column("individual", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.execute("UPDATE individual SET person_id = id")
    op.alter_column("individual", "person_id", nullable=False)
    op.alter_column("individual", "version", server_default=None)
    op.create_index("individual_person", "individual", ["person_id"])
    op.create_table(
        "identity",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("individual_id", sa.Uuid(), sa.ForeignKey("individual.id"), nullable=False),
        _text("sort", needed=True),
        _sealed("subject", needed=True),
        _sealed("name", needed=True),
        _text("confidence", needed=True),
        _sealed("evidence", needed=True),
        _text("state", needed=True),
        _text("proposed_by", needed=True),
        _moment("at", needed=True),
        _text("confirmed_by"),
        _moment("confirmed_at"),
        _sealed("note"),
        _text("unlinked_by"),
        _moment("unlinked_at"),
        _sealed("reason"),
        _moment("ends_at"),
        sa.CheckConstraint("sort IN ('account', 'address')", name="identity_sort"),
        sa.CheckConstraint("confidence IN ('possible', 'likely', 'confirmed')", name="identity_confidence"),
        sa.CheckConstraint("state IN ('proposed', 'linked', 'unlinked', 'superseded')", name="identity_state"),
        sa.CheckConstraint("confirmed_by IS DISTINCT FROM proposed_by", name="identity_two_people"),
        sa.CheckConstraint("state <> 'linked' OR confirmed_by IS NOT NULL", name="identity_confirmed"),
        sa.CheckConstraint("(state = 'unlinked') = (unlinked_by IS NOT NULL AND reason IS NOT NULL)", name="identity_unlinked"),
        sa.CheckConstraint("sort = 'account' OR state <> 'linked' OR ends_at IS NOT NULL", name="identity_address_ends"),
        info={"grants": ("SELECT", "INSERT", "UPDATE", "DELETE")},
    )
    linked = "state = 'linked' AND sort = 'account'"
    op.create_index("identity_linked_once", "identity", ["subject"], unique=True, postgresql_where=linked)
    op.create_index("identity_subject", "identity", ["subject"])
    op.create_index("identity_individual", "identity", ["individual_id", "id"])
    op.alter_column("account", "decided_by", nullable=True)
    op.add_column("account", sa.Column("identity_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(None, "account", "identity", ["identity_id"], ["id"])
    op.create_check_constraint("account_rests_on", "account", "decided_by IS NOT NULL OR identity_id IS NOT NULL")
    op.create_table(
        "merge",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("individual_id", sa.Uuid(), sa.ForeignKey("individual.id"), nullable=False),
        sa.Column("other_id", sa.Uuid(), sa.ForeignKey("individual.id"), nullable=False),
        _text("state", needed=True),
        _text("proposed_by", needed=True),
        _sealed("evidence", needed=True),
        _moment("at", needed=True),
        _text("confirmed_by"),
        _moment("confirmed_at"),
        _sealed("note"),
        _text("split_by"),
        _moment("split_at"),
        _sealed("split_reason"),
        _text("split_confirmed_by"),
        _moment("split_confirmed_at"),
        _sealed("split_note"),
        sa.CheckConstraint("state IN ('proposed', 'standing', 'split_proposed', 'split', 'refused')", name="merge_state"),
        sa.CheckConstraint("individual_id <> other_id", name="merge_of_two"),
        sa.CheckConstraint("confirmed_by IS DISTINCT FROM proposed_by", name="merge_two_people"),
        sa.CheckConstraint("state NOT IN ('standing', 'split_proposed', 'split') OR confirmed_by IS NOT NULL", name="merge_confirmed"),
        sa.CheckConstraint("split_confirmed_by IS NULL OR split_confirmed_by IS DISTINCT FROM split_by", name="merge_split_two_people"),
        sa.CheckConstraint("state <> 'split' OR split_confirmed_by IS NOT NULL", name="merge_split_confirmed"),
        sa.CheckConstraint("state NOT IN ('split_proposed', 'split', 'refused') OR split_reason IS NOT NULL", name="merge_split_reason"),
    )
    op.create_index("merge_individual", "merge", ["individual_id", "id"])
    op.create_index("merge_other", "merge", ["other_id", "id"])
    op.create_table(
        "photograph",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("individual_id", sa.Uuid(), sa.ForeignKey("individual.id"), nullable=False),
        _text("media_type", needed=True),
        _sealed("content", needed=True),
        _sealed("source", needed=True),
        _text("by", needed=True),
        _moment("at", needed=True),
        sa.CheckConstraint("media_type IN ('image/jpeg', 'image/png')", name="photograph_media_type"),
        info={"grants": ("SELECT", "INSERT", "DELETE")},
    )
    op.create_index("photograph_individual", "photograph", ["individual_id", "id"])


def _events() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("countries", postgresql.ARRAY(sa.Text()), nullable=False),
        _text("place"),
        sa.Column("projects", postgresql.ARRAY(sa.Text()), nullable=False),
        _text("organiser", needed=True),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        _text("by", needed=True),
        _moment("at", needed=True),
        sa.CheckConstraint("organiser IN ('foundation', 'funded', 'associated')", name="event_organiser"),
        sa.CheckConstraint("starts <= ends", name="event_dates"),
        sa.CheckConstraint("cardinality(countries) > 0", name="event_is_somewhere"),
        info={"grants": ("SELECT", "INSERT")},
    )
    op.create_table(
        "event_list",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("event", sa.String(), sa.ForeignKey("event.id"), nullable=False),
        sa.Column("recipients", postgresql.ARRAY(sa.Text()), nullable=False),
        _text("ground", needed=True),
        _sealed("document", needed=True),
        _moment("until", needed=True),
        _text("state", needed=True),
        _text("proposed_by", needed=True),
        _moment("at", needed=True),
        _text("confirmed_by"),
        _moment("confirmed_at"),
        _sealed("note"),
        _moment("ended_at"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('proposed', 'granted', 'ended')", name="event_list_state"),
        sa.CheckConstraint("ground IN ('grant_clause', 'nda')", name="event_list_ground"),
        sa.CheckConstraint("cardinality(recipients) > 0", name="event_list_recipients"),
        sa.CheckConstraint(
            "state <> 'granted' OR (confirmed_by IS NOT NULL AND confirmed_by <> proposed_by AND NOT (confirmed_by = ANY(recipients)))",
            name="event_list_two_people",
        ),
    )
    op.create_index("event_list_event", "event_list", ["event", "id"])
    op.create_table(
        "event_copy",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("list_id", sa.Uuid(), sa.ForeignKey("event_list.id"), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False, unique=True),
        _text("reader", needed=True),
        _moment("at", needed=True),
        info={"grants": ("SELECT", "INSERT")},
    )
    op.create_index("event_copy_list", "event_copy", ["list_id", "at"])
    op.create_table(
        "event_omission",
        sa.Column("event", sa.String(), sa.ForeignKey("event.id"), primary_key=True),
        sa.Column("action_id", sa.Uuid(), sa.ForeignKey("action.id"), primary_key=True),
        _sealed("reason", needed=True),
        _text("by", needed=True),
        _moment("at", needed=True),
        info={"grants": ("SELECT", "INSERT")},
    )


def downgrade() -> None:
    """Take the guards away, then columns and tables; covers of event bans and accounts that rest on a link alone stand against it."""
    for table, _, _ in GUARDED:
        op.execute(f"DROP TRIGGER {table}_guard ON {table}")
    for name in {function for _, function, _ in GUARDED}:
        op.execute(f"DROP FUNCTION {name}()")
    for name in ("link", "merge", "list"):
        op.execute(f"DROP FUNCTION legal_{name}_move(text, text)")
    op.execute(COVER_BEFORE)
    for name in ("cover_scope", "cover_kind"):
        op.drop_constraint(name, "cover", type_="check")
    op.create_check_constraint("cover_kind", "cover", "kind IN ('global_ban', 'range_block')")
    op.drop_column("cover", "scope")
    op.drop_constraint("account_rests_on", "account", type_="check")
    op.drop_column("account", "identity_id")
    op.alter_column("account", "decided_by", nullable=False)
    for table in ("event_omission", "event_copy", "event_list", "event", "merge", "identity", "photograph"):
        op.drop_table(table)
    op.drop_index("individual_person", table_name="individual")
    op.drop_column("individual", "person_id")
    op.drop_column("individual", "version")
