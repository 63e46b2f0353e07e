"""At whom or what an action is aimed: accounts of one person, or addresses that may be blocked (R17, R18, R83, D15, D16, D23)."""

from collections.abc import Sequence
from datetime import date

from kernel.addresses import may_ban_range, network_of
from kernel.decision import Decision, Reason
from kernel.kinds import ACTION_KINDS, Kind
from kernel.names import canonical_user, may_be_user

from ban_svc.model import ActionSpec, Matter
from ban_svc.rules.individual import is_no_staff
from ban_svc.rules.numbers import POLICY

# A check may name accounts of several people, for it finds nothing about any of them (R75); pages and ranges are nobody.
ABOUT_A_PERSON = ACTION_KINDS - {Kind.CHECKUSER, Kind.PAGE_PROTECTION, Kind.RANGE_BLOCK}


def is_aimed(spec: ActionSpec, matter: Matter) -> Decision:
    """A ban, warning or removal is aimed at the accounts of one person, a range block at its addresses, a measure of child protection also
    at material, any other use of rights also at pages; a CheckUser is aimed at nobody, for it finds nothing about anybody (R17, R51, R73,
    R75, R83, D15).
    """  # noqa: D205 - the rule is one sentence
    named = may_be_names([account.name for account in spec.accounts or ()]) & may_be_addresses(spec.addresses or (), matter)
    if spec.kind is Kind.RANGE_BLOCK:
        return blocks_ranges(spec, matter) & named
    if spec.kind not in ABOUT_A_PERSON:
        return named
    return has_an_aim(spec, matter) & is_one_person(matter) & named & is_none_of_us(spec, matter, named=named) & is_linked(matter)


def has_an_aim(spec: ActionSpec, matter: Matter) -> Decision:
    """It is against an individual, known by accounts or by a record of ours; what protects children may be about material alone, and any
    other use of rights about pages alone (R17, R51, R59).
    """  # noqa: D205 - the rule is one sentence
    aimless = not spec.accounts and spec.individual_id is None
    return Decision.of(
        (
            aimless and spec.kind is Kind.CHILD_PROTECTION and not is_about_material(spec, matter.now.date()),
            Reason("nothing_to_act_on", "Name the accounts to lock, or a ground about material, which is hidden or removed.", "R51"),
        ),
        (
            aimless and spec.kind is Kind.OTHER and not spec.pages,
            Reason("nobody_named", "Name the accounts, the individual on record, or the pages that it is about.", "R17"),
        ),
        (
            aimless and spec.kind not in (Kind.CHILD_PROTECTION, Kind.OTHER),
            Reason("nobody_named", "Name the accounts of the person, or the individual on record.", "R17"),
        ),
    )


def is_about_material(spec: ActionSpec, on: date) -> bool:
    """A measure of child protection is about material when one of its grounds is (R51, R53)."""
    return not set(POLICY.value("material_grounds_child_protection", on=on)).isdisjoint(spec.grounds)


def is_one_person(matter: Matter) -> Decision:
    """An action is against one individual, who is on record where it names one (R17, D23)."""
    return Decision.of(
        (not matter.individual_known, Reason("individual_unknown", "There is no such individual on record.", "R17")),
        (
            matter.individuals_named > 1,
            Reason("several_individuals", "The accounts belong to different individuals on record; propose one action for each.", "D23"),
        ),
    )


def is_none_of_us(spec: ActionSpec, matter: Matter, *, named: Decision) -> Decision:
    """No action is aimed at an account of the Foundation's staff, nor at whoever proposes it (R90, R115)."""
    decision = Decision.of(
        (matter.proposer_named, Reason("names_its_proposer", "You are among the accounts named; somebody else evaluates this.", "R115"))
    )
    # Only what can be a name can be somebody's.
    for account in (spec.accounts or ()) if named else ():
        decision &= is_no_staff(account.name, on=matter.now.date())
    return decision


def may_be_names(names: Sequence[str]) -> Decision:
    """Every account has a name that MediaWiki would accept, and is named once (D23)."""
    decision = Decision()
    for name in names:
        decision &= may_be_user(name)
    if not decision:
        return decision
    return Decision.of(
        (
            len({canonical_user(name) for name in names}) < len(names),
            Reason("account_twice", "The same account is named twice; spellings that MediaWiki takes as one are one.", "D23"),
        )
    )


def may_be_addresses(addresses: Sequence[str], matter: Matter) -> Decision:
    """Every range is no wider than MediaWiki blocks, and none lies inside another of the list (D16)."""
    decision = Decision()
    for address in addresses:
        decision &= may_ban_range(address, on=matter.now.date())
    if not decision:
        return decision
    networks = [network_of(address) for address in addresses]
    overlap = any(one.version == two.version and one.overlaps(two) for place, one in enumerate(networks) for two in networks[:place])
    return Decision.of((overlap, Reason("ranges_overlap", "Two of the ranges overlap; keep the wider one.", "D16")))


def blocks_ranges(spec: ActionSpec, matter: Matter) -> Decision:
    """A range block names its ranges; where it enforces a global ban it names the ban, which must be in force, and no list
    mixes ranges that enforce one, which are WMFOffice's, with others, which are a staff account's (R83, R85, D15).
    """  # noqa: D205 - the rule is one sentence
    ban, on = matter.enforces, matter.now.date()
    enforcing = spec.enforces is not None or not set(POLICY.value("enforcing_grounds_range_block", on=on)).isdisjoint(spec.grounds)
    apart = not set(POLICY.value("other_grounds_range_block", on=on)).isdisjoint(spec.grounds)
    return Decision.of(
        (not spec.addresses, Reason("no_range", "Name the addresses or ranges to block.", "R83")),
        (
            enforcing and apart,
            Reason(
                "mixed_ranges",
                "Ranges that enforce a global ban are blocked by WMFOffice, any others by a staff account: propose the two lists apart.",
                "R85",
            ),
        ),
        (
            enforcing and not apart and spec.enforces is None,
            Reason("no_ban_enforced", "A ground says that a global ban is evaded; name the ban in `enforces`.", "D15"),
        ),
        (
            spec.enforces is not None and (ban is None or ban.kind is not Kind.GLOBAL_BAN or not ban.in_force(matter.now)),
            Reason("ban_not_in_force", "What `enforces` names is no global ban in force.", "D15"),
        ),
    )


def is_linked(matter: Matter) -> Decision:
    """An event ban is part of a global ban in force, and an action escalates event bans alone (R33, R34)."""
    whole = matter.part_of
    return Decision.of(
        (
            whole is not None and (whole.kind is not Kind.GLOBAL_BAN or not whole.in_force(matter.now)),
            Reason("part_of_no_ban", "What `part_of` names is no global ban in force.", "R33"),
        ),
        (
            any(step is None or step.kind is not Kind.EVENT_BAN for step in matter.escalates),
            Reason("escalates_no_event_ban", "What `escalates` names must be event bans on record.", "R34"),
        ),
    )
