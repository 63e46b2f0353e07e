"""The law of decisions about persons: facts in, a Decision with every reason out (R4-R36, R59-R67, R83-R92, D1, D15, D16)."""

from ban_svc.rules.aim import ABOUT_A_PERSON
from ban_svc.rules.aimed import added, effects_by_aim, is_done_anew, is_held, is_still_theirs, named_by_effects
from ban_svc.rules.check import may_ask_about_event, may_ask_check
from ban_svc.rules.delegation import may_delegate, may_end_delegation, may_sign_for
from ban_svc.rules.effect import acting_account, address_until, disclosure_of, effects_of, ends_at, wikis_told
from ban_svc.rules.emergency import reversal_due, signatures_due
from ban_svc.rules.enactment import may_be_done, may_enact, may_perform
from ban_svc.rules.enforcement import is_renewed, is_usual, may_enforce, may_look, may_tell_failure, reversals_of, usual_rate
from ban_svc.rules.kind import interaction_bans_imposed, may_carry_out
from ban_svc.rules.lift import is_in_force, may_act_on, may_confirm, may_lift, may_turn_down
from ban_svc.rules.modification import (
    Judgement,
    chain_of_modification,
    changed,
    is_narrower,
    is_signed,
    judge,
    may_enact_modification,
    may_modify,
    may_take_back,
)
from ban_svc.rules.open_points import promises_nothing
from ban_svc.rules.outcome import may_apply
from ban_svc.rules.permission import is_ahead, may_permit, wikis_of
from ban_svc.rules.preview import brings_something, clocks_of, letters_of, register_of
from ban_svc.rules.proposal import LOCATION, is_kept_apart, may_propose, proves_without_place, remarks, tells_no_location
from ban_svc.rules.receipt import bars_enough, follows_a_reversal, is_marked, mark_of, may_name_reversal, must_bar, seen_in_receipt
from ban_svc.rules.recorded import is_of_others, is_same_row, may_import, may_record, seen_in_import, was_decided_here
from ban_svc.rules.review import diverges, is_under_review, may_amend, may_recuse, may_withdraw, may_work_on
from ban_svc.rules.scope import capacities_of

__all__ = [
    "ABOUT_A_PERSON",
    "LOCATION",
    "Judgement",
    "acting_account",
    "added",
    "address_until",
    "bars_enough",
    "brings_something",
    "capacities_of",
    "chain_of_modification",
    "changed",
    "clocks_of",
    "disclosure_of",
    "diverges",
    "effects_by_aim",
    "effects_of",
    "ends_at",
    "follows_a_reversal",
    "interaction_bans_imposed",
    "is_ahead",
    "is_done_anew",
    "is_held",
    "is_in_force",
    "is_kept_apart",
    "is_marked",
    "is_narrower",
    "is_of_others",
    "is_renewed",
    "is_same_row",
    "is_signed",
    "is_still_theirs",
    "is_under_review",
    "is_usual",
    "judge",
    "letters_of",
    "mark_of",
    "may_act_on",
    "may_amend",
    "may_apply",
    "may_ask_about_event",
    "may_ask_check",
    "may_be_done",
    "may_carry_out",
    "may_confirm",
    "may_delegate",
    "may_enact",
    "may_enact_modification",
    "may_end_delegation",
    "may_enforce",
    "may_import",
    "may_lift",
    "may_look",
    "may_modify",
    "may_name_reversal",
    "may_perform",
    "may_permit",
    "may_propose",
    "may_record",
    "may_recuse",
    "may_sign_for",
    "may_take_back",
    "may_tell_failure",
    "may_turn_down",
    "may_withdraw",
    "may_work_on",
    "must_bar",
    "named_by_effects",
    "promises_nothing",
    "proves_without_place",
    "register_of",
    "remarks",
    "reversal_due",
    "reversals_of",
    "seen_in_import",
    "seen_in_receipt",
    "signatures_due",
    "tells_no_location",
    "usual_rate",
    "was_decided_here",
    "wikis_of",
    "wikis_told",
]
