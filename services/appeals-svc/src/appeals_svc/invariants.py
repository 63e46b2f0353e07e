"""What must hold of every appeal, asked by `office check` (DESIGN 3)."""

from __future__ import annotations

from chassis.check import Invariant

from appeals_svc.model import HAD_NO_PART

_NO_PART = ", ".join(f"'{role}'" for role in sorted(HAD_NO_PART))

INVARIANTS = (
    Invariant(
        "appeal-proceeds-by-counsel",
        "An appeal was answered at the gate and no counsel is on record, or its clock never started.",
        """SELECT id, state FROM appeal WHERE (state IN ('accepted', 'refused_by_counsel') AND (counsel_by IS NULL OR counsel_note IS NULL))
              OR (state = 'accepted' AND target_at IS NULL)""",
    ),
    Invariant(
        "appeal-counsel-had-no-part",
        "An appeal was answered by counsel who had taken part in what is appealed.",
        f"""SELECT a.id FROM appeal a JOIN decision d ON d.id = a.decision_id LEFT JOIN case_file c ON c.case_id = d.case_id
           JOIN participant p ON p.sub = a.counsel_by AND p.since <= a.counsel_at
             AND p.role NOT IN ({_NO_PART})
             AND (p.about_id IN (d.id, d.case_id, d.notice_id) OR p.about_id = ANY(d.request_ids) OR p.about_id = ANY(c.request_ids))""",  # noqa: S608 - our own words
    ),
    Invariant(
        "appeal-after-verification",
        "An appeal was judged before its appellant was verified.",
        """SELECT id, state FROM appeal WHERE verified_at IS NULL AND (issuance IS NOT NULL OR deadline IS NOT NULL
             OR state NOT IN ('filed', 'incomplete', 'ineligible'))""",
    ),
    Invariant(
        "appeal-once-per-issuance",
        "One person has two appeals about one issuance of a decision.",
        """SELECT decision_id, issuance, count(*) AS appeals FROM appeal
           WHERE verified_at IS NOT NULL AND issuance IS NOT NULL AND state NOT IN ('ineligible', 'moot')
           GROUP BY decision_id, issuance, person HAVING count(*) > 1""",
    ),
    Invariant(
        "appeal-waits-for-a-date",
        "An appeal that waits for reasons or for its answer has no date that would wake it.",
        """SELECT a.id, a.state FROM appeal a
           WHERE (a.state = 'incomplete' AND NOT EXISTS (
                   SELECT FROM deadline d WHERE d.aggregate_id = a.id AND d.kind = 'appeal.reasons_due' AND d.state = 'waiting'))
              OR (a.state = 'accepted' AND a.clock_state IN ('running', 'at_risk') AND NOT EXISTS (
                   SELECT FROM deadline d WHERE d.aggregate_id = a.id AND d.kind = 'appeal.breached' AND d.state = 'waiting'))""",
    ),
    Invariant(
        "appeal-ended-waits-for-nothing",
        "An appeal has ended and a date of it still waits.",
        """SELECT a.id, d.kind FROM appeal a JOIN deadline d ON d.aggregate_id = a.id AND d.state = 'waiting'
           WHERE a.state IN ('ineligible', 'refused_by_counsel', 'moot')""",
    ),
    Invariant(
        "appeal-has-an-object",
        "An appeal is pending though its decision was undone or taken into a global ban.",
        """SELECT a.id, a.state FROM appeal a JOIN decision d ON d.id = a.decision_id
           WHERE a.verified_at IS NOT NULL AND a.state IN ('incomplete', 'with_counsel', 'accepted') AND (d.standing = 'undone'
             OR (d.matter = 'event_ban' AND EXISTS (
                  SELECT FROM decision g WHERE g.matter = 'global_ban' AND g.in_force
                    AND (g.id = d.part_of OR d.id = ANY(g.escalates)))))""",
    ),
    Invariant(
        "appeal-said-as-it-stands",
        "The last event of an appeal has another version than the appeal.",
        """SELECT a.id, a.version, max(o.version) AS said FROM appeal a
           LEFT JOIN outbox o ON o.stream = 'office_actions.appeal_change.v1' AND o.key::jsonb ->> 'appeal_id' = a.id::text
           GROUP BY a.id, a.version HAVING max(o.version) IS DISTINCT FROM a.version""",
    ),
    Invariant(
        "appeal-state-has-its-trail",
        "The audit trail does not end at the state in which an appeal stands.",
        """SELECT a.id, a.state FROM appeal a WHERE a.state IS DISTINCT FROM (
             SELECT t.state FROM audit t WHERE t.aggregate_id = a.id AND t.outcome = 'done' ORDER BY t.at DESC, t.id DESC LIMIT 1)""",
    ),
)
