"""A letter that came by itself belongs to a notice: a person says to which, and as what (R87, D8, D10)."""

from collections.abc import Sequence
from typing import TypeVar

from kernel.decision import Decision, Reason

from dmca_svc.model import NoticeFacts
from dmca_svc.model.joining import JoinedAs
from dmca_svc.reading import Document
from dmca_svc.rules import answer

Place = TypeVar("Place")


def may_join(letter: NoticeFacts, becomes: JoinedAs, *, joins_itself: bool, by_legal: bool) -> Decision:
    """A letter that nobody decided and that is no notice itself joins another, by one person's word; word of a court action is Legal's to
    record, and what a letter then brings about is asked of its own rule (R87, D8, D10, 17 U.S.C. 512(g)(2)(C)).
    """  # noqa: D205 - the rule is one sentence
    return answer.may_join(letter, joins_itself=joins_itself) & Decision.of(
        (
            becomes is JoinedAs.COURT_ACTION and not by_legal,
            Reason("court_action_is_legals", "Legal records what the agent was told of a court action; hand the letter to Legal.", "D10"),
        ),
    )


def may_belong(document: Document, *, same_sender: bool, page_down: bool) -> bool:
    """A notice is proposed for a letter to join when one sender sent both, or when the letter names a page that the notice has down; a
    counter-notice comes from another than the notice's sender, so for it the page alone speaks (D10).
    """  # noqa: D205 - the rule is one sentence
    return page_down or (same_sender and document is not Document.COUNTER_NOTICE)


def pages_meant(said: Sequence[Place] | None, *, read: Sequence[Place]) -> list[Place]:
    """A retraction is about the pages that a person names; where nobody names any, about those of the notice that the letter itself names;
    and where it names none of them, about all, for which no page stands (D10).

    `read` are the pages of the notice that the letter names.
    """  # noqa: D205 - the rule is one sentence
    return list(read if said is None else said)
