"""What must hold in intake at any time; `office check` asks it (DESIGN 3)."""

from chassis.check import Invariant

INVARIANTS = (
    Invariant(
        "complete-request-has-case",
        "A complete request has no case, or its case does not know it.",
        """SELECT r.id FROM request r LEFT JOIN "case" c ON c.id = r.case_id
           WHERE (r.state = 'complete' AND r.case_id IS NULL)
              OR (r.case_id IS NOT NULL AND NOT coalesce(r.id = ANY(c.request_ids), false))""",
    ),
    Invariant(
        "urgent-request-has-case",
        "A request about a minor at risk or a threat to life has no case.",
        "SELECT id FROM request WHERE case_id IS NULL AND (kind = 'child_protection' OR (channel = 'emergency' AND kind <> 'dmca'))",
    ),
    Invariant(
        "case-has-request",
        "A case names a request that is not there or not its own.",
        """SELECT c.id FROM "case" c, unnest(c.request_ids) AS named(id) LEFT JOIN request r ON r.id = named.id
           WHERE r.case_id IS DISTINCT FROM c.id""",
    ),
    Invariant(
        "receipt-kept",
        "A case does not count from the first receipt of its requests.",
        """SELECT c.id FROM "case" c JOIN request r ON r.case_id = c.id
           GROUP BY c.id, c.received_at HAVING min(r.received_at) <> c.received_at""",
    ),
    Invariant(
        "case-has-opening",
        "A case or request has no audit row of its beginning, or several.",
        """SELECT thing.id FROM (
             SELECT id, 'case:opened' AS began FROM "case" UNION ALL SELECT id, 'request:received' FROM request) AS thing
           LEFT JOIN audit a ON a.aggregate_id = thing.id AND a.operation LIKE '%:' || thing.began AND a.outcome = 'done'
           GROUP BY thing.id HAVING count(a.id) <> 1""",
    ),
    Invariant(
        "state-has-audit",
        "A case stands in a state that its last audit row does not name.",
        """SELECT c.id, c.state FROM "case" c WHERE c.state IS DISTINCT FROM (
             SELECT a.state FROM audit a WHERE a.aggregate_id = c.id AND a.outcome = 'done' ORDER BY a.at DESC, a.id DESC LIMIT 1)""",
    ),
    Invariant(
        "version-was-said",
        "The version of a request or case is not the last one that was said.",
        """SELECT thing.id, thing.version FROM (
             SELECT id, version, 'case' AS noun FROM "case" UNION ALL SELECT id, version, 'request' FROM request) AS thing
           WHERE thing.version IS DISTINCT FROM (
             SELECT max(o.version) FROM outbox o WHERE o.stream = 'office_actions.' || thing.noun || '_change.v1'
               AND o.key = '{"' || thing.noun || '_id":"' || thing.id || '"}')""",
    ),
    Invariant(
        "stopped-clock-has-decision",
        "A case is decided by no action that it knows, or its clock stopped without a decision.",
        """SELECT id FROM "case" WHERE (state = 'decided' AND (cardinality(action_ids) = 0 OR outcome IS NULL))
           OR (clock_state = 'stopped' AND state NOT IN ('decided', 'closed'))""",
    ),
    Invariant(
        "clock-has-deadlines",
        "A running clock has no deadline at its date, or a stopped one still has one.",
        """SELECT c.id, c.clock_state FROM "case" c
           LEFT JOIN deadline breach ON breach.aggregate_id = c.id AND breach.kind = 'case.breached' AND breach.state = 'waiting'
           LEFT JOIN deadline risk ON risk.aggregate_id = c.id AND risk.kind = 'case.at_risk' AND risk.state = 'waiting'
           WHERE (c.clock_state IN ('running', 'at_risk')) <> (breach.id IS NOT NULL)
              OR breach.due_at <> c.due_at
              OR (risk.id IS NOT NULL AND c.clock_state IS DISTINCT FROM 'running')
              OR (c.clock_state = 'running' AND risk.id IS NULL AND c.due_at > :law)""",
    ),
    Invariant(
        "said-once",
        "At risk or breached was said more often than there were targets.",
        """SELECT a.aggregate_id, a.operation FROM audit a
           WHERE a.operation IN ('deadline:case:at_risk', 'deadline:case:breached') AND a.outcome = 'done'
           GROUP BY a.aggregate_id, a.operation
           HAVING count(*) > 1 + (SELECT count(*) FROM extension e WHERE e.case_id = a.aggregate_id)""",
    ),
    Invariant(
        "lease-has-end",
        "A case is with somebody and no deadline ends it.",
        """SELECT c.id FROM "case" c WHERE c.assignee IS NOT NULL AND NOT EXISTS (
             SELECT FROM deadline d
             WHERE d.aggregate_id = c.id AND d.kind = 'case.lease' AND d.state = 'waiting' AND d.due_at = c.assigned_until)""",
    ),
    Invariant(
        "recommendation-in-force",
        "A case is in review without the recommendation that it names.",
        """SELECT c.id FROM "case" c
           LEFT JOIN recommendation r ON r.id = c.recommendation_id AND r.case_id = c.id AND r.digest = c.recommendation_digest
           WHERE c.state = 'in_review' AND r.id IS NULL""",
    ),
    Invariant(
        "staff-as-entered",
        "The directory says of somebody what was not entered last, or an entry of theirs is not there any more.",
        """SELECT s.id FROM staff s LEFT JOIN staff_entry e ON e.staff_id = s.id AND e.version = s.version
           WHERE (e.line_manager, e.team, e.since) IS DISTINCT FROM (s.line_manager, s.team, s.since)
              OR s.version <> (SELECT count(*) FROM staff_entry one WHERE one.staff_id = s.id)""",
    ),
    Invariant(
        "notice-was-passed-on",
        "A complete DMCA notice was not passed on, or has no date at the designated agent.",
        "SELECT id FROM request WHERE kind = 'dmca' AND state <> 'incomplete' AND (forwarded_to IS NULL OR received_by_agent_at IS NULL)",
    ),
)
