"""The reader's process. It imports the standard library, the house's reading of mail and the reader alone.

It answers twice for each letter: the words that were found, then the reading, so that the words survive a letter that breaks the reader.
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

from chassis.reader.child import answer_all

from dmca_svc.reading import Letter, letter_text, read

if TYPE_CHECKING:
    from collections.abc import Iterator


def answers(head: dict[str, Any], raw: bytes) -> Iterator[dict[str, Any]]:
    """Give the words of a letter, then its reading."""
    letter = letter_text(raw, head["media_type"])
    yield _words(letter)
    yield read(letter.text, letter.sender).as_json()


def _words(letter: Letter) -> dict[str, Any]:
    return {
        "text": letter.text,
        "attachments": dict(Counter(letter.attachments)),
        "sender": letter.sender,
        "automatic": letter.automatic,
    }


if __name__ == "__main__":
    answer_all(answers, int(sys.argv[1]))
