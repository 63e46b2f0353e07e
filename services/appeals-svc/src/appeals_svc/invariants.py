"""What must hold of every appeal, asked by `office check` (DESIGN 3)."""

from __future__ import annotations

from chassis.check import Invariant

from appeals_svc.model import HAD_NO_PART

_NO_PART = ", ".join(f"'{role}'" for role in sorted(HAD_NO_PART))

INVARIANTS = (
    Invariant(
        "appeal-proceeds-by-counsel",
        "An appeal was answered at the gate and no counsel is on record, or its clock never started.",
        """SELECT id, state FROM appeal
           WHERE (state IN ('accepted', 'in_panel', 'decided', 'refused_by_counsel') AND (counsel_by IS NULL OR counsel_note IS NULL))
              OR (state IN ('accepted', 'in_panel', 'decided') AND target_at IS NULL)""",
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
             OR state NOT IN ('filed', 'incomplete', 'ineligible', 'withdrawn'))""",
    ),
    Invariant(
        "appeal-once-per-issuance",
        "One person has two appeals about one issuance of a decision.",
        """SELECT decision_id, issuance, count(*) AS appeals FROM appeal
           WHERE verified_at IS NOT NULL AND issuance IS NOT NULL AND state NOT IN ('ineligible', 'moot')
             AND (state <> 'withdrawn' OR counsel_at IS NOT NULL)
           GROUP BY decision_id, issuance, person HAVING count(*) > 1""",
    ),
    Invariant(
        "appeal-waits-for-a-date",
        "An appeal that waits for reasons or for its answer has no date that would wake it.",
        """SELECT a.id, a.state FROM appeal a
           WHERE (a.state = 'incomplete' AND NOT EXISTS (
                   SELECT FROM deadline d WHERE d.aggregate_id = a.id AND d.kind = 'appeal.reasons_due' AND d.state = 'waiting'))
              OR (a.state IN ('accepted', 'in_panel') AND a.clock_state IN ('running', 'at_risk') AND NOT EXISTS (
                   SELECT FROM deadline d WHERE d.aggregate_id = a.id AND d.kind = 'appeal.breached' AND d.state = 'waiting'))""",
    ),
    Invariant(
        "appeal-ended-waits-for-nothing",
        "An appeal has ended and a date of it still waits.",
        """SELECT a.id, d.kind FROM appeal a JOIN deadline d ON d.aggregate_id = a.id AND d.state = 'waiting'
           WHERE a.state IN ('ineligible', 'refused_by_counsel', 'moot', 'decided', 'withdrawn')""",
    ),
    Invariant(
        "appeal-has-an-object",
        "An appeal is pending though its decision was undone or taken into a global ban.",
        """SELECT a.id, a.state FROM appeal a JOIN decision d ON d.id = a.decision_id
           WHERE a.verified_at IS NOT NULL AND a.state IN ('incomplete', 'with_counsel', 'accepted', 'in_panel') AND (d.standing = 'undone'
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
    Invariant(
        "appeal-judged-by-who-was-cleared",
        "Somebody voted on an appeal whom counsel had not cleared, or counsel who cleared them had a part in what is appealed.",
        f"""SELECT s.appeal_id, s.id AS seat FROM ballot b JOIN seat s ON s.id = b.seat_id JOIN appeal a ON a.id = s.appeal_id
           WHERE s.appeal_id <> b.appeal_id OR s.state <> 'cleared' OR s.cleared_at > b.at OR EXISTS (
             SELECT FROM decision d LEFT JOIN case_file c ON c.case_id = d.case_id
             JOIN participant p ON p.sub IN (s.cleared_by, s.reviewer) AND p.since <= s.cleared_at AND p.role NOT IN ({_NO_PART})
               AND (p.about_id IN (d.id, d.case_id, d.notice_id) OR p.about_id = ANY(d.request_ids) OR p.about_id = ANY(c.request_ids))
             WHERE d.id = a.decision_id)""",  # noqa: S608 - our own words
    ),
    Invariant(
        "appeal-outcome-from-its-votes",
        "An appeal that several judge was answered without the quorum, with other votes than are kept, or as they do not say.",
        """SELECT a.id, a.outcome FROM appeal a
           LEFT JOIN (SELECT appeal_id, count(*) AS votes FROM ballot GROUP BY appeal_id) b ON b.appeal_id = a.id
           WHERE a.state = 'decided' AND a.route <> 'counsel' AND (
             a.votes_opened_at IS NULL OR b.votes IS DISTINCT FROM a.votes
             OR a.votes < CASE a.route WHEN 'committee' THEN 3 ELSE 2 END
             OR (SELECT sum(n::int) FROM jsonb_each_text(a.counts) AS c(vote, n)) IS DISTINCT FROM a.votes
             OR a.outcome <> CASE WHEN 2 * (a.counts ->> 'overturn')::int > a.votes THEN 'overturned'
                                  WHEN 2 * (a.counts ->> 'remand')::int > a.votes THEN 'remanded' ELSE 'ratified' END)""",
    ),
    Invariant(
        "appeal-votes-closed-until-open",
        "The votes of an appeal are counted though some who sit have not voted and its days are not over.",
        """SELECT a.id FROM appeal a WHERE a.votes_opened_at < a.target_at AND EXISTS (
             SELECT FROM seat s WHERE s.appeal_id = a.id AND s.state IN ('waiting', 'cleared') AND s.since <= a.votes_opened_at
               AND NOT EXISTS (SELECT FROM ballot b WHERE b.seat_id = s.id))""",
    ),
    Invariant(
        "committee-is-drawn",
        "A member sits on an appeal whose lot is not on record.",
        """SELECT s.appeal_id FROM seat s WHERE s.member_id IS NOT NULL AND NOT EXISTS (
             SELECT FROM panel p JOIN ruling r ON r.appeal_id = p.appeal_id AND r.what = 'draw'
             WHERE p.appeal_id = s.appeal_id AND r.answer -> 'drawn' ? s.member_id::text
               AND r.facts ->> 'seed' = encode(p.seed, 'hex'))""",
    ),
)
