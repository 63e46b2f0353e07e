"""The sentence of each rule that may refuse or ask for something: what a problem's page and a timeline say (DESIGN 5)."""

from collections.abc import Mapping

PROBLEMS: Mapping[str, str] = {
    "nothing_missing": "What is missing from a request may be sent later; a complete request takes no more parts (R88).",
    "nothing_added": "A completion brings at least one of the parts that are missing (R88).",
    "case_decided": "A decided case is evaluated no further; who is directly involved may appeal (R101, R106).",
    "case_taken": "A case is with one evaluator at a time; they hand it over, or their time with it ends (R113).",
    "lease_out_of_bounds": "An assignment has an end, and a longest time (R113).",
    "not_assignee": "Only the evaluator who has the case recommends (R113, step 3 of the procedure).",
    "in_review": "One recommendation is decided, returned or withdrawn before the next (R113).",
    "action_missing": "A recommendation to act says which action; a request of the kind `other` says it in its grounds (R88, R113).",
    "dmca_is_no_action": "A DMCA notice is assessed, reviewed and answered by dmca-svc alone (R40).",
    "level_not_at_choice": "The evaluator may add only the levels that the procedure matrix leaves at choice (D24).",
    "no_chain": "Only the kinds of action of the policy have a review chain (R1).",
    "no_clock": "Only global bans, event bans, DMCA notices, child protection and threats to life have a clock (R96, D5).",
    "clock_stopped": "A decision stops the clock (D5).",
    "cause_not_accepted": "A clock is extended for new information, a request that grew, or another unforeseen circumstance (R98).",
    "author_missing": "An extension names its author (D5).",
    "not_later": "An extension moves the target to a later time (R98).",
    "in_the_past": "An extension ends in the future (R98).",
    "secondary_action_requested": "Direct requests for secondary actions are generally left to the community; a person decides that (R60).",
    "sent_to_other_team": "A request sent to the other team is passed on and keeps its receipt date (R87).",
    "leads_oneself": "The directory says for each member of staff whom to ask besides them (R94).",
    "since_in_future": "The directory says what is so (R94).",
    "since_before_last": "What the directory said of an earlier time stays, so that a past action keeps its contact (R94).",
    "asks_the_same": "A request about the same kind, subjects and pages as an earlier one is linked to it, for a person to judge (R88).",
}
