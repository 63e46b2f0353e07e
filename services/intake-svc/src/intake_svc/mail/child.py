"""The reader's process. It imports the standard library and the house's reading of mail alone, and answers once for each mail."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from chassis.reader.child import answer_all
from kernel.mail.bounds import Bounds, broken_bound, head_of
from kernel.mail.envelope import envelope_of
from kernel.mail.letter import letter_text
from kernel.mail.quotation import own_words

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST: Final = 200_000
"""Characters of a mail's words that are kept; what is longer stays in the mail system, and a person is told."""
CUT: Final = "cut"
MOST_TYPES: Final = 50


def answers(head: dict[str, Any], raw: bytes) -> Iterator[dict[str, Any]]:
    """Give what the headers claim, then the words, so that the headers survive a mail that breaks the reader."""
    broken = head.get("broken") or broken_bound(raw, Bounds(**head["bounds"]))
    envelope = envelope_of(head_of(raw, head["bounds"]["header"]))
    yield {
        "message_id": envelope.message_id,
        "references": envelope.references,
        "recipients": envelope.recipients,
        "sender": envelope.sender,
        "name": envelope.name,
        "subject": envelope.subject,
        "automatic": envelope.automatic,
        "arrived": envelope.arrived.isoformat() if envelope.arrived else None,
        "why": broken,
    }
    if broken:
        yield {}
        return
    letter = letter_text(raw, "message/rfc822")
    text = letter.text[:LONGEST]
    yield {
        "text": text,
        "own": own_words(text),
        "attachments": dict(Counter(one[:100] for one in letter.attachments).most_common(MOST_TYPES)),
        "why": CUT if len(letter.text) > LONGEST else None,
    }


if __name__ == "__main__":
    answer_all(answers, int(sys.argv[1]))
