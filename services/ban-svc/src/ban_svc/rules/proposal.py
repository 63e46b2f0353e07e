"""What may be proposed: on what it rests, at whom it is aimed, for how long (R2, R4-R8, R11-R22, R61, R112)."""

import re
from collections.abc import Container
from datetime import date

from kernel.decision import Decision, Reason
from kernel.kinds import ACTION_KINDS, Kind
from kernel.review import Course

from ban_svc.model import ActionSpec, Matter
from ban_svc.rules.aim import is_aimed
from ban_svc.rules.checkuser import uses_checkuser
from ban_svc.rules.effect import SEALED
from ban_svc.rules.emergency import may_be_emergency
from ban_svc.rules.kind import may_carry_out, says_what_its_kind_takes
from ban_svc.rules.numbers import POLICY
from ban_svc.rules.open_points import OTHER, open_points, weighs_harm
from ban_svc.rules.protection import protects_pages
from ban_svc.rules.rights import PRIVACY, removes_rights
from ban_svc.rules.scope import has_its_scope
from ban_svc.rules.term import lasts_as_it_may

PRIMARY = frozenset({Kind.GLOBAL_BAN, Kind.EVENT_BAN, Kind.CHILD_PROTECTION, Kind.ACCOUNT_TERMINATION})
SECONDARY = ACTION_KINDS - PRIMARY
LOCATION = Reason(
    "location_elsewhere",
    "Where reported material lies stands in the sealed record of the case alone; name no page and no link here.",
    "D20",
)
_LINK = re.compile(r"https?:|www\.|//|\[\[", re.IGNORECASE)
_TITLE = re.compile(
    # A word, a colon and no space: a page with its namespace or wiki, in every language. Then names of files, then numbers of revisions.
    r"[^\W\d_]{2,}:[^\W\d_]|\b(?:file|image|media|special)\s?:|\.(?:gif|jpe?g|mp4|og[gv]|pdf|png|svg|tiff?|webm|webp)\b"
    r"|\b(?:curid|diff|oldid|pageid|revid|revision)\W{0,3}\d",
    re.IGNORECASE,
)
_POLICIES = re.compile(r"(?:https://foundation\.wikimedia\.org/|\b(?:foundation|wmf):)\S*", re.IGNORECASE)
"""Where the Terms of Use are, and no material."""


def may_propose(spec: ActionSpec, matter: Matter) -> Decision:
    """An action is proposed on a case, a termination on a notice too, of a kind that is carried out, founded on the Terms of Use,
    justified where local governance does not reach, aimed at someone, and only once; a decision not to act needs the case alone (R2, R4,
    R5, R17, D2).
    """  # noqa: D205 - the rule is one sentence
    carried = may_carry_out(spec.kind, matter)
    if not carried or matter.course is Course.NO_ACTION:
        return carried & rests_on_a_complaint(spec.kind, matter) & stands_alone(matter)
    return (
        rests_on_a_complaint(spec.kind, matter)
        & stands_alone(matter)
        & is_ours(spec)
        & has_grounds(spec, matter)
        & has_warnings(spec)
        & is_justified(spec)
        & is_extraordinary(spec)
        & warns_in_confidence(spec)
        & keeps_location_apart(spec)
        & is_aimed(spec, matter)
        & removes_rights(spec, matter)
        & uses_checkuser(spec, matter)
        & protects_pages(spec, matter)
        & may_be_emergency(spec, matter)
        & has_its_scope(spec, matter)
        & lasts_as_it_may(spec, matter)
        & says_what_its_kind_takes(spec)
    )


def rests_on_a_complaint(kind: Kind, matter: Matter) -> Decision:
    """Every action traces to a complaint or a legal requirement: to its case, or to the copyright notice that an infringer's account is
    terminated for (R2, R19, R48, R115).
    """  # noqa: D205 - the rule is one sentence
    rests = matter.has_case or (matter.has_notice and kind is Kind.ACCOUNT_TERMINATION)
    return Decision.of(
        (not rests, Reason("no_complaint", "It must rest on a case; a notice leads to a termination of an account only.", "R2"))
    )


def stands_alone(matter: Matter) -> Decision:
    """What is proposed already is not proposed again, and who is banned already is not banned again (R19, R113)."""
    return Decision.of(
        (
            matter.proposed_already,
            Reason("already_proposed", "An open proposal of this kind names the same account; have it returned or withdraw it.", "R113"),
        ),
        (
            matter.banned_already and matter.course is Course.ACT,
            Reason("already_banned", "One of the accounts is under a global ban in force already.", "R17"),
        ),
    )


def is_ours(spec: ActionSpec) -> Decision:
    """A ban by a community or an affiliate is a distinct record and never enacted as the Foundation's (R8, R26)."""
    return Decision.of(
        (
            spec.imposed_by not in (None, "foundation"),
            Reason("not_ours", "A ban of a community or an affiliate is put on record as theirs; it is never enacted here.", "R8"),
        )
    )


def has_grounds(spec: ActionSpec, matter: Matter) -> Decision:
    """It names at least one ground, a code of its kind or `other:` with the ground in words (R3, R11, R24, R64)."""
    entry = POLICY.entry(f"grounds_{spec.kind}", on=matter.now.date())
    unknown = [place for place, ground in enumerate(spec.grounds, start=1) if ground not in entry.value and not _is_other(ground)]
    return Decision.of(
        (not spec.grounds, Reason("ground_missing", "Name at least one ground.", entry.cite)),
        *(
            (
                True,
                Reason("ground_unknown", f"Ground {place} is none of {', '.join(entry.value)} and no `other: TEXT`.", entry.cite),
            )
            for place in unknown
        ),
    )


def has_warnings(spec: ActionSpec) -> Decision:
    """A global ban refers to the warnings before it, or records why there were none (R12, R13)."""
    return Decision.of(
        (
            spec.kind is Kind.GLOBAL_BAN and not spec.prior_warnings and not spec.no_warning_reason,
            Reason("warnings_missing", "Refer to the warnings given before, or record why a warning was not called for.", "R12"),
        )
    )


def is_justified(spec: ActionSpec) -> Decision:
    """Overriding a local policy is a rare exception, for a court order or the safety of people (R7)."""
    return Decision.of(
        (
            bool(spec.overrides_local) and spec.justification.why not in ("court_order", "safety"),
            Reason("override_without_ground", "A local policy yields only to a court order or to safety; justify it by one of them.", "R7"),
        )
    )


def is_extraordinary(spec: ActionSpec) -> Decision:
    """A secondary action is taken only in extraordinary circumstances, which are recorded (R59, R61)."""
    return Decision.of(
        (
            spec.kind in SECONDARY and not spec.extraordinary,
            Reason("not_extraordinary", "Record in `extraordinary` which circumstances call for a secondary action.", "R61"),
        )
    )


def warns_in_confidence(spec: ActionSpec) -> Decision:
    """A conduct warning has its words, and goes to the person warned and to nobody else; an interaction ban says with whom there is to be
    no contact (R63, R67, R122).
    """  # noqa: D205 - the rule is one sentence
    warns = spec.kind is Kind.CONDUCT_WARNING
    return Decision.of(
        (
            spec.kind is Kind.INTERACTION_BAN and not spec.warning,
            Reason("terms_missing", "Write in `warning` what the person is told: with whom there is to be no contact, and where.", "R122"),
        ),
        (warns and not spec.warning, Reason("warning_missing", "Write in `warning` what the person is told.", "R63")),
        (
            warns and spec.disclosure != "confidential",
            Reason("warning_is_confidential", "A conduct warning is confidential; set its disclosure so.", "R67"),
        ),
    )


def keeps_location_apart(spec: ActionSpec) -> Decision:
    """Where reported material lies stands in the case's sealed record alone, and nowhere in a measure of child protection (D20)."""
    basis = _POLICIES.sub("", spec.tou_basis)
    words = (
        spec.justification.note,
        spec.disclosure_reason,
        spec.overrides_local or "",
        basis,
        *(one.removeprefix("other:") for one in spec.grounds),
    )
    named = Decision.of((spec.kind is Kind.CHILD_PROTECTION and bool(spec.pages), LOCATION))
    return named and tells_no_location(spec.kind, *words)


def tells_no_location(kind: Kind, *words: str) -> Decision:
    """No link to reported material, and no title, file or revision of it, stands in what is written about a measure of child protection, by
    whomever (D20).

    A title without namespace is a word like others: whoever writes keeps it out.
    """  # noqa: D205 - the rule is one sentence
    told = any(_LINK.search(text) or _TITLE.search(text) for text in words)
    return Decision.of((kind is Kind.CHILD_PROTECTION and told, LOCATION))


def proves_without_place(kind: Kind, wiki: str, *, linked: bool, revision: bool) -> Decision:
    """The proof of what was done for a child is the number of a log entry: an address tells where material lies, and so does its revision
    (D20).
    """  # noqa: D205 - the rule is one sentence
    return Decision.of((kind is Kind.CHILD_PROTECTION and (linked or (revision and wiki == SEALED)), LOCATION))


def is_kept_apart(reasons: Container[Reason]) -> bool:
    """A text that says where reported material lies is kept in no table here, also not as one that was sent back (D20)."""
    return LOCATION in reasons


def remarks(spec: ActionSpec, course: Course = Course.ACT, *, on: date) -> tuple[Reason, ...]:
    """What is unusual and allowed is put on record for those who sign: a primary action for safety, which leaves to them whether community
    action is not effective or the law requires it; an end to a global ban, no warning before, a policy overridden,
    privacy as the reason why the community cannot handle it, signatures that follow; and what the policy asks to be recorded and the text
    does not say (R7, R9, R13, R22, R69, D3, D4). Not to act on misconduct has its own (R65).
    """  # noqa: D205 - the rule is one sentence
    if course is Course.NO_ACTION:
        return weighs_harm(spec).reasons
    ban = spec.kind is Kind.GLOBAL_BAN
    unusual = Decision.of(
        (ban and spec.expires_at is not None, Reason("finite_is_atypical", "A global ban has no end by default; this one has.", "R22")),
        (ban and not spec.prior_warnings, Reason("without_warning", "No warning was given before, for the reason recorded.", "R13")),
        (
            spec.kind in PRIMARY and spec.justification.why == "safety",
            Reason(
                "safety_alone",
                "It is justified by safety: those who sign judge that community action is not effective, or that the law requires it.",
                "R9",
            ),
        ),
        (bool(spec.overrides_local), Reason("overrides_local_policy", "It overrides a local policy, a rare exception.", "R7")),
        (
            PRIVACY in spec.grounds,
            Reason("privacy_is_a_reason", "The community cannot handle it, for privacy does not let it know.", "R69"),
        ),
        (bool(spec.emergency), Reason("signed_after", "It is an emergency: it may be enacted first, and is signed after.", "D4")),
    )
    return (unusual & open_points(spec, on=on)).reasons


def _is_other(ground: str) -> bool:
    """Tell whether the ground is told in words."""
    return ground.startswith(OTHER) and bool(ground.removeprefix(OTHER).strip())
