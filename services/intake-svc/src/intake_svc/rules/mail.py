"""What a mail is taken as: its lane, the thread that it belongs to, and what a person makes of one that waits (R50, R87, D12)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from kernel.actor import Actor, Role
from kernel.decision import Decision, Reason
from kernel.kinds import Kind
from kernel.mail.automatic import Automatic

from intake_svc.model.mail import Mailbox, MailFacts, MailState, Read, SettledAs, TakenAs, Thread
from intake_svc.model.request import OVER, Channel, RequestState
from intake_svc.rules import POLICY

URGENT = frozenset({Mailbox.LEGAL_REPORTS, Mailbox.EMERGENCY})
"""Where a case is opened at once, whatever the mail says and whether it could be read or not (R50)."""

_MACHINES = {Automatic.BOUNCE: TakenAs.BOUNCE, Automatic.LOOP: TakenAs.LOOP, Automatic.ANSWER: TakenAs.ANSWER}


def mailbox_of(addresses: Iterable[str], domain: str) -> Mailbox | None:
    """The first of the addresses that is a mailbox of ours says where a mail came in; a part behind a plus sign changes nothing."""
    ours = {f"{one.local_part}@{domain}": one for one in Mailbox}
    for address in addresses:
        local, at, host = address.strip().strip("<>").lower().rpartition("@")
        if found := ours.get(f"{local.partition('+')[0]}{at}{host}"):
            return found
    return None


def lane_of(mailbox: Mailbox, words: str, *, on: date) -> tuple[Kind, Channel]:
    """What comes to legal-reports@ is about minors, to emergency@ a threat to life, and a mail to legal@ that names itself a notice is one;
    everything else waits for a person who says what it asks (R39, R50, R86).
    """  # noqa: D205 - the rule is one sentence
    box = POLICY.value("mailboxes", on=on)[mailbox]
    notice = mailbox is Mailbox.LEGAL and any(one in words.casefold() for one in POLICY.value("notice_words", on=on))
    return Kind.DMCA if notice else Kind(box["kind"]), Channel(box["channel"])


def machine_of(automatic: Automatic | None, *, answers_ours: bool) -> TakenAs | None:
    """What a mail system returns, what runs in a circle, and what a machine answers makes no request; what a list or a machine spreads may
    ask for something, and so may a mail whose subject alone sounds like a machine, unless it answers a letter of ours.
    """  # noqa: D205 - the rule is one sentence
    if automatic is Automatic.SUBJECT and answers_ours:
        return TakenAs.ANSWER
    return {Automatic.BOUNCE: TakenAs.BOUNCE, Automatic.LOOP: TakenAs.LOOP, Automatic.ANSWER: TakenAs.ANSWER}.get(
        automatic or Automatic.SPREAD
    )


def joins(mailbox: Mailbox, thread: Thread) -> bool:
    """An answer from the requester joins a request that is not over; what comes to an address for minors or threats to life joins only what
    is itself urgent, and child protection stays apart (R50, R88, D20).
    """  # noqa: D205 - the rule is one sentence
    # Their own answer to a letter of the named group goes to the named group, wherever it was sent; nothing else goes there or leaves it.
    apart = mailbox is Mailbox.EMERGENCY if thread.child_protection else mailbox is Mailbox.LEGAL_REPORTS
    return thread.answered and thread.same_sender and thread.state not in OVER and not apart and (mailbox not in URGENT or thread.urgent)


def received_at(read: Read, *, now: datetime, wall: datetime, on: date) -> datetime:
    """The receipt is the first one: when the last mail system took the mail in, however long it waited there (R87).

    A stamp in the future, or older than mail systems keep trying, is not believed.
    """
    if read.arrived is None:
        return now
    waited = wall - read.arrived
    return now - waited if timedelta() < waited <= timedelta(days=POLICY.value("mail_waits_days", on=on)) else now


def may_see(mailbox: Mailbox, reader: Actor, *, child_protection: bool) -> bool:
    """Mail to legal-reports@, and what turned out to be child protection, is seen by the named group alone; other mail by who evaluates,
    leads, by Legal and the auditor (R95, D4).
    """  # noqa: D205 - the rule is one sentence
    if mailbox is Mailbox.LEGAL_REPORTS or child_protection:
        return reader.holds(Role.CHILD_PROTECTION)
    return any(reader.holds(role) for role in (Role.EVALUATOR, Role.TEAM_MANAGER, Role.LEGAL, Role.AUDITOR, Role.CHILD_PROTECTION))


def may_settle(mail: MailFacts, settled_as: SettledAs) -> Decision:
    """A person looks once at a mail that waits, and says what it is: a request with its parts, an appeal that was filed, or nothing more
    than it is already (R87, D12).
    """  # noqa: D205 - the rule is one sentence
    waits = mail.state is MailState.WAITING
    has_all = mail.request_state is not None and mail.request_state is not RequestState.INCOMPLETE
    return Decision.of(
        (not waits, Reason("mail_settled", "This mail waits for nobody any more.", "R87")),
        (
            waits and settled_as is SettledAs.APPEAL and mail.taken_as is not TakenAs.APPEAL,
            Reason("not_an_appeal", "Only what came to appeals@ is settled as an appeal; pass any other on there first.", "R107"),
        ),
        (
            waits and settled_as is SettledAs.REQUEST and has_all,
            Reason("request_has_all", "Its request takes no more parts; settle the mail, and add to the case what it brings.", "R88"),
        ),
    )
