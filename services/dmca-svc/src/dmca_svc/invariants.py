"""What must hold of every notice, asked as queries by `office check` (R40, R113, D1, D10)."""

from collections.abc import Iterable, Mapping
from typing import Any

from chassis.check import Invariant, Now
from kernel.deadline import enforcer_may_restore_from, restore_window
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


async def windows_off_the_rule(connection: AsyncConnection, now: Now) -> Iterable[Mapping[str, Any]]:
    """Compare every window with the one that the rule gives for its receipt by the agent (D10)."""
    del now
    rows = await connection.execute(
        text(
            "SELECT id, CASE WHEN completed_at IS NULL THEN received_by_agent_at ELSE completed_by_agent_at END AS agent_at,"
            " opens, enforcer_from, target, closes FROM counter_notice WHERE opens IS NOT NULL"
        )
    )
    broken = []
    for row in rows:
        window = restore_window(row.agent_at)
        ruled = (window.opens, enforcer_may_restore_from(row.agent_at), window.target, window.closes)
        if ruled != (row.opens, row.enforcer_from, row.target, row.closes):
            broken.append({"counter_notice_id": row.id, "opens": row.opens, "closes": row.closes})
    return broken


INVARIANTS = (
    Invariant(
        "down-with-its-receipt",
        "A page is down or back without a receipt that shows it.",
        """SELECT id, notice_id, state FROM page WHERE state <> 'up' AND NOT EXISTS (
             SELECT FROM page_receipt r WHERE r.page_id = page.id AND r.effect = page.state)""",
    ),
    Invariant(
        "decided-by-the-chain",
        "A notice was accepted or rejected without the approval of Legal and of one more, after every level was heard.",
        """SELECT n.id, n.state FROM notice n JOIN recommendation r ON r.id = n.recommendation_id WHERE n.decided_at IS NOT NULL AND (
             SELECT count(DISTINCT s.by) < 3 OR count(*) FILTER (WHERE s.level = 'legal' AND s.verdict = 'approve') <> 1
               OR count(*) FILTER (WHERE s.verdict = 'approve') < 2
             FROM signature s WHERE s.recommendation_id = r.id AND s.digest = r.digest AND s.by <> r.evaluator)""",
    ),
    Invariant(
        "course-as-recommended",
        "A notice was decided otherwise than was recommended, or on no recommendation.",
        """SELECT n.id, n.state FROM notice n LEFT JOIN recommendation r ON r.id = n.recommendation_id
           WHERE n.decided_at IS NOT NULL AND n.answered_as IS NULL AND ((n.state = 'rejected') IS DISTINCT FROM (r.course = 'reject'))""",
    ),
    Invariant(
        "taken-down-to-the-last-page",
        "A notice counts as taken down while a page of it was never removed, or as restored while one is down.",
        """SELECT n.id, n.state FROM notice n WHERE (n.taken_down_at IS NOT NULL AND EXISTS (
             SELECT FROM page p WHERE p.notice_id = n.id AND p.named AND p.state = 'up'))
           OR (n.state = 'restored' AND EXISTS (SELECT FROM page p WHERE p.notice_id = n.id AND p.named AND p.state <> 'restored'))""",
    ),
    Invariant(
        "window-by-the-rule",
        "The window of a counter-notice is not the one that the rule gives.",
        query=windows_off_the_rule,
    ),
    Invariant(
        "back-within-the-law",
        "A page went back before its window, on the tenth day without Legal, or while an action held it.",
        """SELECT p.id, p.notice_id FROM page p WHERE p.state = 'restored'
             AND (p.withdrawn_at IS NULL OR p.restored_at < p.withdrawn_at) AND NOT EXISTS (
             SELECT FROM asked_page a JOIN counter_notice c ON c.id = a.counter_notice_id WHERE a.page_id = p.id
               AND p.restored_at >= c.opens AND (p.restored_at >= c.enforcer_from OR c.early_at <= p.restored_at)
               AND (a.held_by IS NULL OR p.wrongly_restored_at IS NOT NULL))""",
    ),
    Invariant(
        "held-while-it-goes-on",
        "A counter-notice counts as held by nothing that goes on, or as free while an action holds each page that is down.",
        """SELECT c.id, c.notice_id, c.state FROM counter_notice c JOIN asked_page a ON a.counter_notice_id = c.id
             LEFT JOIN court_action h ON h.id = a.held_by WHERE c.state IN ('held', 'hold_ended', 'accepted')
             GROUP BY c.id HAVING (c.state = 'held') IS DISTINCT FROM (coalesce(bool_or(h.state = 'holding'), false) AND NOT EXISTS (
               SELECT FROM asked_page f JOIN page p ON p.id = f.page_id
               WHERE f.counter_notice_id = c.id AND f.held_by IS NULL AND p.state = 'removed'))""",
    ),
    Invariant(
        "completed-by-a-text",
        "A counter-notice counts from a text that nobody handed in.",
        """SELECT c.id, c.notice_id FROM counter_notice c WHERE c.completed_at IS NOT NULL AND NOT EXISTS (
             SELECT FROM counter_completion t WHERE t.counter_notice_id = c.id AND t.received_at = c.completed_at
               AND t.received_by_agent_at IS NOT DISTINCT FROM c.completed_by_agent_at)""",
    ),
    Invariant(
        "informed-with-proof",
        "Somebody counts as told of a removal before there was one, or by a letter that was not delivered (R49).",
        """SELECT u.id, u.notice_id FROM uploader u JOIN notice n ON n.id = u.notice_id
           WHERE u.informed_at IS NOT NULL AND (u.letter IS DISTINCT FROM 'delivered' OR n.taken_down_at IS NULL)""",
    ),
    Invariant(
        "withdrawn-and-back",
        "A notice counts as withdrawn while a page of it is down.",
        """SELECT n.id FROM notice n WHERE n.state = 'withdrawn' AND EXISTS (
             SELECT FROM page p WHERE p.notice_id = n.id AND p.state = 'removed')""",
    ),
    Invariant(
        "taken-back-on-somebody-s-word",
        "A page counts as taken back and nobody recorded how the complainant was verified.",
        """SELECT p.id, p.notice_id FROM page p WHERE p.withdrawn_at IS NOT NULL AND NOT EXISTS (
             SELECT FROM withdrawal w WHERE w.notice_id = p.notice_id AND p.id = ANY (w.page_ids) AND w.at = p.withdrawn_at)""",
    ),
    Invariant(
        "joined-both-ways",
        "A letter became something under a notice, and was put away otherwise or not at all.",
        """SELECT j.id, j.notice_id FROM joining j JOIN notice l ON l.id = j.id
           WHERE l.answered_as IS DISTINCT FROM 'joined' OR l.joined_to IS DISTINCT FROM j.notice_id""",
    ),
    Invariant(
        "back-while-held",
        "A page went back while an order or a measure that Legal recorded kept it down.",
        """SELECT p.id, p.notice_id FROM page p JOIN page_hold h ON p.id = ANY (h.page_ids)
           WHERE p.state = 'restored' AND p.restored_at >= h.laid_at AND (h.ended_at IS NULL OR p.restored_at < h.ended_at)""",
    ),
    Invariant(
        "cure-was-asked",
        "A notice waits for a cure that nobody asked for, or for which no date is set.",
        """SELECT n.id FROM notice n WHERE n.state = 'cure_requested' AND (
             NOT EXISTS (SELECT FROM cure_request r WHERE r.notice_id = n.id AND r.lapses_at = n.cure_lapses_at)
             OR NOT EXISTS (SELECT FROM deadline d WHERE d.aggregate_id = n.id AND d.kind = 'cure.lapsed'
                            AND (d.state <> 'cancelled') AND d.due_at = n.cure_lapses_at))""",
    ),
    Invariant(
        "state-in-the-trail",
        "A notice stands where no row of the trail put it.",
        """SELECT n.id, n.state FROM notice n WHERE n.state IS DISTINCT FROM (
             SELECT a.state FROM audit a WHERE a.aggregate_id = n.id AND a.outcome = 'done' ORDER BY a.at DESC, a.id DESC LIMIT 1)""",
    ),
    Invariant(
        "said-as-often-as-counted",
        "A notice counts other events than were recorded for it.",
        """SELECT n.id, n.event_version FROM notice n WHERE n.event_version <> (
             SELECT coalesce(max(o.version), 0) FROM outbox o WHERE o.stream = 'office_actions.dmca_notice_change.v1'
               AND o.key::jsonb ->> 'notice_id' = n.id::text)""",
    ),
    Invariant(
        "clock-watched",
        "A clock runs and no date is set at which it is looked at.",
        """SELECT n.id, n.clock_state FROM notice n WHERE n.clock_state IN ('running', 'at_risk') AND NOT EXISTS (
             SELECT FROM deadline d WHERE d.aggregate_id = n.id AND d.kind = 'notice.breached' AND d.state = 'waiting')
           UNION ALL
           SELECT c.id, c.clock_state FROM counter_notice c WHERE c.clock_state IN ('running', 'at_risk') AND NOT EXISTS (
             SELECT FROM deadline d WHERE d.aggregate_id = c.notice_id AND d.kind = 'restoration.breached' AND d.state = 'waiting')""",
    ),
    Invariant(
        "termination-by-decision",
        "A termination was recommended that nobody decided on, or decided otherwise.",
        """SELECT n.id, n.infringer_id FROM notice n WHERE n.infringer_decision_digest IS NOT NULL AND NOT EXISTS (
             SELECT FROM infringer_decision d WHERE d.digest = n.infringer_decision_digest AND d.infringer_id = n.infringer_id
               AND d.notice_id = n.id AND d.terminate)""",
    ),
    Invariant(
        "accounts-of-a-person",
        "An account in the ledger belongs to a person who turned out to be another.",
        """SELECT a.id, a.infringer_id FROM infringer_account a JOIN infringer i ON i.id = a.infringer_id
           WHERE i.merged_into IS NOT NULL AND a.unlinked_at IS NULL""",
    ),
    Invariant(
        "files-of-copyright-matters",
        "A notice holds the bytes of a file though no person ever judged its elements.",
        """SELECT e.id, e.notice_id FROM evidence e WHERE e.content IS NOT NULL
             AND NOT EXISTS (SELECT FROM assessment a WHERE a.notice_id = e.notice_id AND a.counter_notice_id IS NULL AND a.at <= e.at)""",
    ),
    Invariant(
        "files-sealed-as-counted",
        "A file lies under another key than its notice's, has other bytes than were counted, or none, or some after its removal.",
        """SELECT e.id, e.notice_id FROM evidence e WHERE (e.content IS NULL) IS DISTINCT FROM (e.removed_at IS NOT NULL)
             OR (e.content IS NOT NULL AND (e.sha256 IS NULL OR octet_length(e.content) <> 45 + 4 * ((e.size + 2) / 3)
               OR substring(e.content FROM 2 FOR 16) <> uuid_send(e.notice_id)))""",
    ),
    Invariant(
        "files-in-the-trail",
        "A file was added or removed, and the trail of its notice does not say so.",
        """SELECT n.id FROM notice n JOIN (
             SELECT notice_id, count(*) AS added, count(removed_at) AS removed FROM evidence GROUP BY notice_id) e ON e.notice_id = n.id
           WHERE (SELECT count(*) FROM audit a WHERE a.aggregate_id = n.id AND a.outcome = 'done'
                    AND a.operation = 'http:notice:evidence_added') <> e.added
              OR (e.removed > 0) <> EXISTS (SELECT FROM audit a WHERE a.aggregate_id = n.id AND a.outcome = 'done'
                    AND a.operation = 'http:notice:evidence_removed')""",
    ),
    Invariant(
        "lumen-with-its-receipt",
        "A notice counts as given to Lumen without Lumen's number of it.",
        "SELECT id, notice_id FROM lumen_submission WHERE state = 'delivered' AND lumen_id IS NULL",
    ),
)
