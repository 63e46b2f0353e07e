"""What must always hold of decisions about persons, as queries whose rows are violations (R17, R19, R29, R113, D1, D15)."""

from chassis.check import Invariant

_DONE = "('enacted', 'enforced', 'expired')"

INVARIANTS = (
    Invariant(
        "enacted-by-its-chain",
        "An action that is no emergency still before its signatures was enacted without those that its chain asks for.",
        f"""SELECT a.id FROM action a WHERE a.state IN {_DONE} AND a.origin = 'decided' AND NOT (
              a.emergency AND a.kind IN ('child_protection', 'checkuser') AND a.course = 'act' AND a.review_state = 'open') AND NOT (
              a.course = 'act' AND a.performed_by IS NOT NULL AND (a.performed_by <> a.evaluator OR a.kind = 'child_protection')
              AND a.levels <@ (SELECT array_agg(s.level::text) FROM signature s WHERE s.action_id = a.id AND s.digest = a.digest)
              AND (SELECT count(DISTINCT s.by) FROM signature s WHERE s.action_id = a.id AND s.digest = a.digest
                     AND s.verdict = 'approve' AND s.by <> a.evaluator) >= a.approvals
              AND NOT EXISTS (SELECT FROM signature s WHERE s.action_id = a.id AND s.digest = a.digest AND (
                     s.verdict = 'return' OR s.by = a.evaluator
                     OR (s.verdict = 'dissent' AND s.level IN ('legal', a.levels[cardinality(a.levels)])))))""",  # noqa: S608 - our own words
    ),
    Invariant(
        "emergencies-by-others",
        "An emergency was enacted by somebody who signed it, or a CheckUser by whoever evaluated the matter.",
        """SELECT a.id FROM action a WHERE a.emergency AND a.enacted_at IS NOT NULL AND (
              (a.kind <> 'child_protection' AND a.performed_by = a.evaluator)
              OR EXISTS (SELECT FROM signature s WHERE s.action_id = a.id AND s.digest = a.digest AND s.by = a.performed_by))""",
    ),
    Invariant(
        "emergencies-are-clocked",
        "The signatures that follow an emergency are awaited by no deadline, and their lack is no breach on record.",
        """SELECT a.id FROM action a WHERE a.emergency AND a.state IN ('enacted', 'enforced') AND a.review_state = 'open'
             AND a.clock_state IS DISTINCT FROM 'breached'
             AND NOT EXISTS (SELECT FROM deadline d WHERE d.aggregate_id = a.id AND d.kind = 'action.chain_due' AND d.state = 'waiting')""",
    ),
    Invariant(
        "declined-emergencies-are-undone",
        "An emergency measure that its chain declined is in force.",
        "SELECT id FROM action WHERE emergency AND review_state = 'declined' AND state IN ('enacted', 'enforced')",
    ),
    Invariant(
        "delegates-by-the-book",
        "A signature was given for somebody who had not delegated the level then.",
        """SELECT s.id FROM (SELECT id, delegation_id, level, by, at FROM signature
                             UNION ALL SELECT id, delegation_id, level, by, at FROM modification_signature) AS s
           WHERE s.delegation_id IS NOT NULL AND NOT EXISTS (
             SELECT FROM delegation d WHERE d.id = s.delegation_id AND d.level = s.level AND d.delegate = s.by
               AND d.starts_at <= s.at AND s.at < least(d.until, d.ended_at))""",
    ),
    Invariant(
        "decided-accounts-are-named",
        "An account counts as a person's because of a decision in force that does not name it, or not any more.",
        """SELECT c.id AS account_id, a.id AS action_id FROM account c JOIN action a ON a.id = c.decided_by
           WHERE a.state IN ('enacted', 'enforced') AND NOT c.name_hash = ANY(a.subjects)""",
    ),
    Invariant(
        "banned-accounts-are-covered",
        "A confirmed account of a banned person is in no row that the check answers from.",
        """SELECT a.id AS action_id, c.id AS account_id FROM action a
           JOIN individual i ON i.id = a.individual_id JOIN individual m ON m.person_id = i.person_id
           JOIN account c ON c.individual_id = m.id AND c.confidence = 'confirmed'
           WHERE a.kind IN ('global_ban', 'event_ban') AND a.state IN ('enacted', 'enforced')
             AND (a.expires_at IS NULL OR a.expires_at > :law)
             AND NOT EXISTS (SELECT FROM cover v WHERE v.action_id = a.id AND v.name_hash = c.name_hash
                               AND (v.ends_at IS NULL OR v.ends_at > :law))""",
    ),
    Invariant(
        "covers-are-of-the-person",
        "The check answers about an account that is not, or no more, of the person whom the ban is against.",
        """SELECT v.id, v.action_id FROM cover v JOIN action a ON a.id = v.action_id JOIN individual i ON i.id = a.individual_id
           WHERE v.name_hash IS NOT NULL AND (v.ends_at IS NULL OR v.ends_at > :law)
             AND NOT EXISTS (SELECT FROM account c JOIN individual m ON m.id = c.individual_id
                               WHERE c.name_hash = v.name_hash AND m.person_id = i.person_id AND c.confidence = 'confirmed')""",
    ),
    Invariant(
        "persons-by-their-merges",
        "Individuals count as one person without a merge that stands, or as two in spite of one.",
        """WITH RECURSIVE pairs AS (
             SELECT individual_id AS one, other_id AS other FROM merge WHERE state IN ('standing', 'split_proposed')
             UNION SELECT other_id, individual_id FROM merge WHERE state IN ('standing', 'split_proposed')),
           reach AS (SELECT id AS one, id AS other FROM individual
             UNION SELECT r.one, p.other FROM reach r JOIN pairs p ON p.one = r.other)
           SELECT i.id, i.person_id FROM individual i
           WHERE i.person_id <> (SELECT min(r.other::text)::uuid FROM reach r WHERE r.one = i.id)""",
    ),
    Invariant(
        "linked-addresses-are-forgotten",
        "An address is still linked to somebody though its time is over.",
        "SELECT id FROM identity WHERE sort = 'address' AND ends_at < :law_limit",
    ),
    Invariant(
        "grants-end-with-their-event",
        "The list of an event may still be read though it is over.",
        "SELECT l.id, l.event FROM event_list l WHERE l.state <> 'ended' AND l.until < :law_limit",
    ),
    Invariant(
        "covers-are-enacted",
        "The check answers from an action that was never enacted.",
        "SELECT v.id, v.action_id FROM cover v JOIN action a ON a.id = v.action_id WHERE a.enacted_at IS NULL OR a.kind <> v.kind",
    ),
    Invariant(
        "covers-begin-with-their-action",
        "The check answers of a time before the decision, or a decision of ours was in force before it was on record.",
        """SELECT v.id, v.action_id FROM cover v JOIN action a ON a.id = v.action_id
           WHERE v.starts_at < a.enacted_at OR (a.origin = 'decided' AND a.enacted_at < a.proposed_at)""",
    ),
    Invariant(
        "covers-end-with-their-action",
        "The check answers longer than the action holds.",
        """SELECT v.id, v.action_id FROM cover v JOIN action a ON a.id = v.action_id
           WHERE coalesce(a.ended_at, a.expires_at) IS NOT NULL
             AND (v.ends_at IS NULL OR v.ends_at > coalesce(a.ended_at, a.expires_at))""",
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
        "The events that an action counts are not those about it.",
        """SELECT a.id, a.event_version FROM action a WHERE a.event_version IS DISTINCT FROM (
             SELECT max(o.version) FROM outbox o WHERE o.stream = 'office_actions.action_change.v1'
               AND o.key = '{"action_id":"' || a.id || '"}')""",
    ),
    Invariant(
        "enforced-by-receipts",
        "An action's state or counts do not agree with the receipts it has.",
        """SELECT a.id FROM action a LEFT JOIN enforcement e ON e.action_id = a.id AND e.over_at IS NULL
           GROUP BY a.id HAVING a.effects_waiting <> count(e.id) FILTER (WHERE e.state = 'waiting')
             OR a.effects_done <> count(e.id) FILTER (WHERE e.state = 'done')
             OR a.effects_failed <> count(e.id) FILTER (WHERE e.state = 'failed')
             OR a.effects_drifted <> count(e.id) FILTER (WHERE e.state = 'drifted')
             OR (a.state = 'enforced' AND count(e.id) FILTER (WHERE e.state <> 'done') > 0)
             OR (a.state = 'enacted' AND count(e.id) > 0 AND count(e.id) FILTER (WHERE e.state <> 'done') = 0)""",
    ),
    Invariant(
        "reversals-are-recorded",
        "Something was found undone and no reversal is on record, or it was done again without having been undone.",
        """SELECT e.id, e.action_id FROM enforcement e WHERE e.state = 'drifted'
             AND NOT EXISTS (SELECT FROM reversal r WHERE r.enforcement_id = e.id)
           UNION ALL SELECT e.id, e.action_id FROM enforcement e JOIN enforcement first ON first.id = e.again_of
           WHERE first.state <> 'drifted' OR first.over_at IS NULL""",
    ),
    Invariant(
        "check-results-are-destroyed",
        "What a CheckUser found is kept though its time is over and no hold stands, or its key outlives it.",
        """SELECT r.id, r.action_id FROM check_result r WHERE r.destroyed_at IS NULL AND r.until < :law_limit
             AND NOT EXISTS (SELECT FROM check_result_hold h WHERE h.result_id = r.id AND h.released_at IS NULL)
           UNION ALL SELECT r.id, r.action_id FROM check_result r JOIN data_key k ON k.id = r.id
           WHERE (r.destroyed_at IS NULL) <> (k.destroyed_at IS NULL)""",
    ),
    Invariant(
        "check-results-are-clocked",
        "No deadline will destroy what a CheckUser found, and no hold stands on it.",
        """SELECT r.id, r.action_id FROM check_result r WHERE r.destroyed_at IS NULL
             AND NOT EXISTS (SELECT FROM check_result_hold h WHERE h.result_id = r.id AND h.released_at IS NULL)
             AND NOT EXISTS (SELECT FROM deadline d
                               WHERE d.aggregate_id = r.id AND d.kind = 'check_result.over' AND d.state = 'waiting')""",
    ),
    Invariant(
        "signatures-by-the-book",
        "A signature is the evaluator's, or of a level that the chain does not ask.",
        """SELECT s.id FROM signature s JOIN action a ON a.id = s.action_id
           WHERE s.by = a.evaluator OR NOT (s.level = ANY(a.levels))""",
    ),
    Invariant(
        "lifted-by-two-people",
        "An action was lifted, or a range block with its ban, that no two people lifted.",
        """SELECT a.id FROM action a WHERE a.state = 'lifted' AND NOT EXISTS (
             SELECT FROM lift l WHERE l.action_id IN (a.id, a.enforces) AND l.state = 'confirmed' AND l.confirmed_by <> l.by)
           AND NOT (a.origin = 'recorded' AND a.ended_at <= a.proposed_at)""",
    ),
    Invariant(
        "overturned-by-an-appeal",
        "An action was overturned, or a range block with its ban, that no appeal overturned.",
        """SELECT a.id FROM action a WHERE a.state = 'overturned' AND NOT EXISTS (
             SELECT FROM appeal_outcome o WHERE o.action_id IN (a.id, a.enforces)
               AND o.outcome = 'overturned' AND cardinality(o.codes) = 0)""",
    ),
    Invariant(
        "modified-by-chain-or-two",
        "A modification is in force that neither its chain nor two people decided.",
        """SELECT m.id FROM modification m JOIN action a ON a.id = m.action_id
           WHERE m.state = 'confirmed' AND NOT modification_is_whole(m, a.kind)
           UNION ALL SELECT a.id FROM action a WHERE a.modified_by IS NOT NULL AND NOT EXISTS (
             SELECT FROM modification m WHERE m.id = a.modified_by AND m.action_id = a.id AND m.state = 'confirmed')""",
    ),
    Invariant(
        "permissions-are-obeyed",
        "What the check answers from does not have the exceptions that two people permitted.",
        """SELECT v.id, v.action_id FROM cover v WHERE v.permitted IS DISTINCT FROM
             CASE WHEN v.name_hash IS NOT NULL THEN permitted_of(v.action_id) END""",
    ),
    Invariant(
        "unusual-time-was-told",
        "A time of more actions than usual was told by no action, or more often than it began.",
        """SELECT coalesce(t.action_id, a.id) FROM unusual_time t FULL JOIN (
             SELECT id FROM action WHERE enacted_of_late IS NOT NULL) AS a ON a.id = t.action_id
           WHERE t.action_id IS NULL OR a.id IS NULL OR 1 <> (
             SELECT count(*) FROM audit WHERE aggregate_id = a.id AND outcome = 'done' AND operation LIKE '%:action:unusual_rate')""",
    ),
    Invariant(
        "bans-of-others-stay-theirs",
        "A ban of a community or an affiliate counts as ours, or is in the check.",
        """SELECT a.id FROM action a WHERE a.imposed_by <> 'foundation' AND (
             a.state <> 'recorded' OR a.enacted_at IS NOT NULL OR EXISTS (SELECT FROM cover v WHERE v.action_id = a.id))""",
    ),
)
