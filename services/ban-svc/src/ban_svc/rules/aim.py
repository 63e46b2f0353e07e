"""At whom or what an action is aimed: accounts of one person, or addresses that may be blocked (R17, R18, R83, D15, D16, D23)."""

from collections.abc import Sequence

from kernel.addresses import may_ban_range, network_of
from kernel.decision import Decision, Reason
from kernel.kinds import Kind
from kernel.names import canonical_user, may_be_user

from ban_svc.model import ActionSpec, Matter


def is_aimed(spec: ActionSpec, matter: Matter) -> Decision:
    """A ban or warning names the accounts of one person, a range block the addresses and the ban it enforces (R17, R83, D15)."""
    addresses = may_be_addresses(spec.addresses or (), matter)
    if spec.kind is Kind.RANGE_BLOCK:
        return blocks_ranges(spec, matter) & addresses
    return names_one_person(spec, matter) & may_be_names([account.name for account in spec.accounts or ()]) & addresses & is_linked(matter)


def names_one_person(spec: ActionSpec, matter: Matter) -> Decision:
    """It is against an individual, known by accounts or by a record of ours, and by no more than one (R17, D23)."""
    return Decision.of(
        (
            not spec.accounts and spec.individual_id is None,
            Reason("nobody_named", "Name the accounts of the person, or the individual on record.", "R17"),
        ),
        (not matter.individual_known, Reason("individual_unknown", "There is no such individual on record.", "R17")),
        (
            matter.individuals_named > 1,
            Reason("several_individuals", "The accounts belong to different individuals on record; propose one action for each.", "D23"),
        ),
    )


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
    """A range block names its ranges, and the global ban that it enforces, which must be in force (R83, D15)."""
    ban = matter.enforces
    return Decision.of(
        (not spec.addresses, Reason("no_range", "Name the addresses or ranges to block.", "R83")),
        (
            spec.enforces is None,
            Reason(
                "no_ban_enforced", "This release carries out only range blocks that enforce a global ban; name it in `enforces`.", "R83"
            ),
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
