"""What must always hold of decisions about persons, as queries whose rows are violations (R17, R19, R29, R113, D1, D15)."""

from chassis.check import Invariant

_DONE = "('enacted', 'enforced', 'expired')"

INVARIANTS = (
    Invariant(
        "enacted-by-its-chain",
        "An action was enacted without the signatures that its chain asks for.",
        f"""SELECT a.id FROM action a WHERE a.state IN {_DONE} AND a.origin = 'decided' AND NOT (
              a.course = 'act' AND a.performed_by IS NOT NULL AND a.performed_by <> a.evaluator
              AND a.levels <@ (SELECT array_agg(s.level::text) FROM signature s WHERE s.action_id = a.id AND s.digest = a.digest)
              AND (SELECT count(DISTINCT s.by) FROM signature s WHERE s.action_id = a.id AND s.digest = a.digest
                     AND s.verdict = 'approve' AND s.by <> a.evaluator) >= a.approvals
              AND NOT EXISTS (SELECT FROM signature s WHERE s.action_id = a.id AND s.digest = a.digest AND (
                     s.verdict = 'return' OR s.by = a.evaluator
                     OR (s.verdict = 'dissent' AND s.level IN ('legal', a.levels[cardinality(a.levels)])))))""",  # noqa: S608 - our own words
    ),
    Invariant(
        "banned-accounts-are-covered",
        "An account of a globally banned person is in no row that the check answers from.",
        """SELECT a.id AS action_id, c.id AS account_id FROM action a JOIN account c ON c.individual_id = a.individual_id
           WHERE a.kind = 'global_ban' AND a.state IN ('enacted', 'enforced') AND c.confidence = 'confirmed'
             AND NOT EXISTS (SELECT FROM cover v WHERE v.action_id = a.id AND v.name_hash = c.name_hash)""",
    ),
    Invariant(
        "covers-are-enacted",
        "The check answers from an action that was never enacted.",
        f"SELECT v.id, v.action_id FROM cover v JOIN action a ON a.id = v.action_id WHERE a.state NOT IN {_DONE} OR a.kind <> v.kind",  # noqa: S608 - our own words
    ),
    Invariant(
        "covers-end-with-their-action",
        "The check answers longer than the action holds.",
        """SELECT v.id, v.action_id FROM cover v JOIN action a ON a.id = v.action_id
           WHERE a.expires_at IS NOT NULL AND (v.ends_at IS NULL OR v.ends_at > a.expires_at)""",
    ),
    Invariant(
        "range-blocks-end-with-their-ban",
        "A range block holds longer than the ban that it enforces.",
        """SELECT block.id FROM action block JOIN action ban ON ban.id = block.enforces
           WHERE block.enacted_at IS NOT NULL AND ban.expires_at IS NOT NULL
             AND (block.expires_at IS NULL OR block.expires_at > ban.expires_at)""",
    ),
    Invariant(
        "expired-by-the-clock",
        "An action's end has passed and nobody noted it.",
        "SELECT id FROM action WHERE state IN ('enacted', 'enforced') AND expires_at < :law_limit",
    ),
    Invariant(
        "states-are-audited",
        "An action is in a state that the trail does not show.",
        """SELECT a.id, a.state FROM action a WHERE NOT EXISTS (
             SELECT FROM audit t WHERE t.aggregate = 'action' AND t.aggregate_id = a.id AND t.outcome = 'done' AND t.state = a.state)""",
    ),
    Invariant(
        "versions-are-said",
        "An action's version is not that of the last event about it.",
        """SELECT a.id, a.version FROM action a WHERE a.version IS DISTINCT FROM (
             SELECT max(o.version) FROM outbox o WHERE o.stream = 'office_actions.action_change.v1'
               AND o.key = '{"action_id":"' || a.id || '"}')""",
    ),
    Invariant(
        "enforced-by-receipts",
        "An action's state or counts do not agree with the receipts it has.",
        """SELECT a.id FROM action a LEFT JOIN enforcement e ON e.action_id = a.id
           GROUP BY a.id HAVING a.effects_waiting <> count(e.id) FILTER (WHERE e.state = 'waiting')
             OR a.effects_done <> count(e.id) FILTER (WHERE e.state = 'done')
             OR (a.state = 'enforced' AND a.effects_waiting > 0)
             OR (a.state = 'enacted' AND a.effects_waiting = 0 AND a.effects_done > 0)""",
    ),
    Invariant(
        "signatures-by-the-book",
        "A signature is the evaluator's, or of a level that the chain does not ask.",
        """SELECT s.id FROM signature s JOIN action a ON a.id = s.action_id
           WHERE s.by = a.evaluator OR NOT (s.level = ANY(a.levels))""",
    ),
)
