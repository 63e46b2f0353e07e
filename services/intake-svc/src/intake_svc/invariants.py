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
        "SELECT id FROM request WHERE case_id IS NULL AND (case_kind IN ('child_protection', 'threat_of_harm'))",
    ),
    Invariant(
        "case-has-request",
        "A case names a request that is not there or not its own.",
        """SELECT c.id FROM "case" c, unnest(c.request_ids) AS named(id) LEFT JOIN request r ON r.id = named.id
           WHERE r.case_id IS DISTINCT FROM c.id AND c.passed_on IS DISTINCT FROM 'joined'""",
    ),
    Invariant(
        "letters-counted",
        "A case weighs more or less than the letters that ask for it.",
        """SELECT c.id, c.reports FROM "case" c WHERE c.reports <> (
             SELECT count(DISTINCT coalesce(r.letter_id, r.id)) FROM request r WHERE r.id = ANY(c.request_ids))""",
    ),
    Invariant(
        "split-is-on-record",
        "A request tells a matter of another's letter, and no split says who parted them.",
        """SELECT q.id, q.letter_id FROM request q
           WHERE q.letter_id IS NOT NULL AND NOT EXISTS (SELECT FROM split s WHERE s.request_id = q.id)""",
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
           HAVING count(*) > 1 + (SELECT count(*) FROM extension e WHERE e.case_id = a.aggregate_id)
             + (SELECT count(*) FROM kind_change k WHERE k.case_id = a.aggregate_id)""",
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
        "ended-by-two-persons",
        "A request or case ended without an action, and no resolution that another person confirmed says so.",
        """SELECT c.id, c.outcome FROM "case" c WHERE c.state = 'closed' AND c.passed_on IS NULL AND NOT EXISTS (
             SELECT FROM resolution r WHERE r.id = c.resolution_id AND r.case_id = c.id AND r.how = c.outcome AND r.state = 'confirmed')
           UNION ALL
           SELECT q.id, q.state FROM request q WHERE q.state IN ('deferred', 'refused', 'resolved') AND NOT EXISTS (
             SELECT FROM resolution r WHERE (r.request_id = q.id OR r.case_id = q.case_id) AND r.confirmed_at = q.decided_at)""",
    ),
    Invariant(
        "proposal-waits",
        "A resolution waits for its peer though its matter is decided or over, or a case names none that is proposed or in force.",
        """SELECT r.id FROM resolution r LEFT JOIN "case" c ON c.id = r.case_id LEFT JOIN request q ON q.id = r.request_id
           WHERE r.state = 'proposed' AND (c.state IN ('in_review', 'decided', 'closed') OR c.resolution_id <> r.id
             OR q.state <> 'incomplete' OR q.case_id IS NOT NULL)
           UNION ALL
           SELECT c.id FROM "case" c LEFT JOIN resolution r ON r.id = c.resolution_id AND r.case_id = c.id
           WHERE c.resolution_id IS NOT NULL AND coalesce(r.state, '') NOT IN ('proposed', 'confirmed')""",
    ),
    Invariant(
        "waiting-request-has-end",
        "A request waits for its parts and no deadline ends that, or one that waits no more still has one.",
        """SELECT q.id FROM request q
           LEFT JOIN deadline d ON d.aggregate_id = q.id AND d.kind = 'request.lapse' AND d.state = 'waiting'
           WHERE (q.state = 'incomplete' AND q.case_id IS NULL) <> (d.id IS NOT NULL)""",
    ),
    Invariant(
        "joined-to-its-case",
        "A request follows another whose case does not serve it, or whose joining is not on record.",
        """SELECT q.id FROM request q
           LEFT JOIN joining j ON j.request_id = q.id AND j.parted_at IS NULL AND j.first_id = q.duplicate_of AND j.case_id = q.case_id
           WHERE (q.duplicate_of IS NOT NULL) <> (j.id IS NOT NULL)""",
    ),
    Invariant(
        "notice-was-passed-on",
        "A complete DMCA notice was not passed on, or has no date at the designated agent.",
        """SELECT id FROM request WHERE kind = 'dmca' AND state NOT IN ('incomplete', 'withdrawn', 'lapsed')
           AND (forwarded_to IS NULL OR received_by_agent_at IS NULL)""",
    ),
    Invariant(
        "kind-on-record",
        "A case is of another kind than the one that it was last set to.",
        """SELECT c.id FROM "case" c JOIN LATERAL (
             SELECT k.to_kind FROM kind_change k WHERE k.case_id = c.id ORDER BY k.id DESC LIMIT 1) last ON true
           WHERE last.to_kind <> c.kind""",
    ),
    Invariant(
        "urgent-come-first",
        "A case has another rank in the queue than its priority and state give it.",
        """SELECT id FROM "case" WHERE rank <> CASE WHEN state IN ('decided', 'closed') THEN 2 WHEN priority = 'urgent' THEN 0
             WHEN priority = 'high' THEN 1 ELSE 2 END""",
    ),
    Invariant(
        "lane-holds-words-alone",
        "A case of child protection has the bytes or the hash of a file, or a mark of whom or what it is about (D20).",
        """SELECT c.id FROM "case" c WHERE c.kind = 'child_protection' AND (
             EXISTS (SELECT FROM evidence e WHERE e.case_id = c.id AND num_nonnulls(e.content, e.sha256, e.words) > 0)
             OR EXISTS (
               SELECT FROM request r WHERE r.case_id = c.id AND (r.matter_hash IS NOT NULL OR cardinality(r.subject_hashes) > 0)))""",
    ),
    Invariant(
        "evidence-sealed-as-counted",
        "Evidence lies under another key than its case's, has other bytes than were counted, or none, or some after its removal.",
        """SELECT e.id, e.case_id FROM evidence e WHERE (e.content IS NULL) IS DISTINCT FROM (e.removed_at IS NOT NULL)
             OR (e.content IS NOT NULL AND (e.sha256 IS NULL OR octet_length(e.content) <> 45 + 4 * ((e.size + 2) / 3)
               OR substring(e.content FROM 2 FOR 16) <> uuid_send(e.case_id)))""",
    ),
    Invariant(
        "evidence-in-the-trail",
        "Evidence was added or removed, and the trail of its case does not say so.",
        """SELECT c.id FROM "case" c JOIN (
             SELECT case_id, count(*) AS added, count(removed_at) AS removed FROM evidence GROUP BY case_id) e ON e.case_id = c.id
           WHERE (SELECT count(*) FROM audit a WHERE a.aggregate_id = c.id AND a.outcome = 'done'
                    AND a.operation = 'http:case:evidence_added') <> e.added
              OR (e.removed > 0) <> EXISTS (SELECT FROM audit a WHERE a.aggregate_id = c.id AND a.outcome = 'done'
                    AND a.operation = 'http:case:evidence_removed')""",
    ),
    Invariant(
        "held-key-is-there",
        "A legal hold lies on a case whose key was destroyed while it was held (D27).",
        """SELECT h.id, h.case_id FROM hold h JOIN data_key k ON k.id = h.case_id
           WHERE k.destroyed_at > h.at AND coalesce(h.released_at, h.until, 'infinity') > k.destroyed_at""",
    ),
    Invariant(
        "report-goes-on",
        "A report is under way and no delivery carries it, or a duty is open and no date asks about it (D21).",
        """SELECT t.id, t.case_id FROM cybertip t
           WHERE (t.step = 'sending' AND NOT EXISTS (
               SELECT FROM delivery d WHERE d.aggregate_id = t.id AND d.state IN ('waiting', 'attempting')))
             OR (t.state = 'open') <> EXISTS (
               SELECT FROM deadline d WHERE d.aggregate_id = t.case_id AND d.kind = 'case.cybertip_late' AND d.state = 'waiting')""",
    ),
    Invariant(
        "reported-by-receipt",
        "A report counts as received without NCMEC's receipt, or was not required without three persons (D21).",
        """SELECT t.id, t.case_id FROM cybertip t
           WHERE (t.state = 'finished' AND NOT EXISTS (
               SELECT FROM delivery d WHERE d.aggregate_id = t.id AND d.state = 'done' AND d.receipt ->> 'outcome' = 'finished'))
             OR (t.state IN ('not_required', 'retracted') AND num_nonnulls(t.waived_by, t.second, t.counsel) < 3)""",
    ),
    Invariant(
        "sealed-record-ended-whole",
        "The key of a sealed record is gone without its certificate, or one is certified whose key is there (D20).",
        """SELECT s.id, s.case_id FROM sealed_record s JOIN data_key k ON k.id = s.id
             LEFT JOIN destruction d ON d.record_id = s.id AND d.destroyed_at IS NOT NULL
           WHERE (k.destroyed_at IS NOT NULL) <> (d.id IS NOT NULL) OR s.destroyed_at IS DISTINCT FROM d.destroyed_at
              OR k.destroyed_at IS DISTINCT FROM d.destroyed_at""",
    ),
    Invariant(
        "sealed-record-has-end",
        "A sealed record is preserved until a date and no deadline ends it, or one waits that no record has.",
        """SELECT s.id, s.case_id FROM sealed_record s
             LEFT JOIN deadline d ON d.aggregate_id = s.case_id AND d.kind = 'case.sealed_record_preserved' AND d.state = 'waiting'
           WHERE (s.preserve_until IS NOT NULL AND s.destroyed_at IS NULL) <> (d.id IS NOT NULL)""",
    ),
    Invariant(
        "locked-out-lawfully",
        "A sender is locked out without a received warning, a confirmed lock-out or its ending date; or one in force binds nobody.",
        """SELECT s.id FROM sender s LEFT JOIN lock_out l ON l.sender_id = s.id AND l.state = 'in_force'
           LEFT JOIN deadline d ON d.aggregate_id = s.id AND d.kind = 'sender.readmission' AND d.state = 'waiting'
           WHERE (s.state = 'locked_out') <> (l.id IS NOT NULL) OR s.locked_out_until IS DISTINCT FROM l.until
              OR d.due_at IS DISTINCT FROM l.until
              OR (l.id IS NOT NULL AND NOT EXISTS (
                SELECT FROM sender_warning w WHERE w.sender_id = s.id AND w.delivered_at < l.confirmed_at))""",
    ),
    Invariant(
        "what-is-over-has-its-date",
        "A case is over, no action of it is in force, and no date says when what it gathered goes or is reviewed (D27).",
        """SELECT c.id FROM "case" c WHERE c.decided_at IS NOT NULL AND c.erased_at IS NULL
             AND (c.kind <> 'child_protection' OR EXISTS (SELECT FROM sealed_record s WHERE s.case_id = c.id AND s.destroyed_at IS NOT NULL)
               AND NOT EXISTS (SELECT FROM joining j WHERE j.case_id = c.id AND j.parted_at IS NULL))
             AND c.passed_on IS DISTINCT FROM 'joined' AND coalesce(c.review_at > :law, true)
             AND NOT EXISTS (SELECT FROM deadline d WHERE d.aggregate_id = c.id AND d.kind = 'case.retention' AND d.state = 'waiting')
             AND NOT EXISTS (SELECT FROM action_heard a WHERE a.case_id = c.id AND a.acts AND a.ended_at IS NULL)
             AND (c.outcome IS DISTINCT FROM 'act' OR EXISTS (SELECT FROM action_heard a WHERE a.case_id = c.id AND a.acts))""",
    ),
    Invariant(
        "erased-is-gone",
        "Something was erased and a key of it is there, or the trail does not say so (D27).",
        """SELECT e.id FROM erasure e WHERE e.state = 'done' AND (
             EXISTS (SELECT FROM data_key k WHERE k.id = ANY(e.key_ids) AND k.destroyed_at IS NULL)
             OR NOT EXISTS (SELECT FROM audit a WHERE a.aggregate_id = coalesce(e.case_id, e.request_id) AND a.operation LIKE '%erased'))
           UNION ALL
           SELECT c.id FROM "case" c JOIN data_key k ON k.id = c.id WHERE c.erased_at IS NOT NULL AND k.destroyed_at IS NULL""",
    ),
    Invariant(
        "mail-is-on-record",
        "A mail has no audit row of its arrival, or one that a person settled none of that.",
        """SELECT m.id FROM mail m WHERE NOT EXISTS (
             SELECT FROM audit a WHERE a.aggregate_id = m.id AND a.operation LIKE ANY(ARRAY['%:mail:arrived', '%:mail:noted']))
           OR (m.settled_by IS NOT NULL AND NOT EXISTS (
             SELECT FROM audit a WHERE a.aggregate_id = m.id AND a.operation = 'http:mail:settled'))""",
    ),
    Invariant(
        "settled-mail-has-its-date",
        "A person settled a mail that became no request, its words are there, and no date says when they go (D27).",
        """SELECT m.id FROM mail m WHERE m.settled_at IS NOT NULL AND m.request_id IS NULL AND m.content IS NOT NULL
             AND NOT EXISTS (SELECT FROM deadline d WHERE d.aggregate_id = m.id AND d.kind = 'mail.retention' AND d.state = 'waiting')""",
    ),
    Invariant(
        "urgent-mail-has-case",
        "A mail to an address for minors or threats to life was kept waiting for its request.",
        """SELECT id FROM mail WHERE mailbox IN ('legal_reports', 'emergency') AND request_id IS NULL
           AND taken_as NOT IN ('bounce', 'loop', 'answer')""",
    ),
)
