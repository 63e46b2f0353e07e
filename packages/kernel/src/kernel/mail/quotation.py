"""Whose words the words of a mail are: the sender's own, those that they quote, their signature (RFC 3676)."""

from __future__ import annotations

import re
from typing import Final

_ATTRIBUTION: Final = re.compile(
    r"(?:on|am|le|el|il|op|em|den) .{4,200}(?:wrote|schrieb|écrit|escribió|ha scritto|schreef|escreveu|skrev) ?:?", re.IGNORECASE
)
_ORIGINAL: Final = re.compile(r"-{2,} ?(?:original message|ursprüngliche nachricht|message d'origine) ?-{2,}", re.IGNORECASE)
SIGNATURE: Final = "-- "


def own_words(text: str) -> str:
    """Give what the sender wrote: without what is quoted, the lines that say whose it was, and the signature under it."""
    kept: list[str] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if line == SIGNATURE or _ORIGINAL.fullmatch(line.strip()):
            break
        if line.lstrip().startswith(">"):
            _drop_attribution(kept)
            continue
        kept.append(line)
    return "\n".join(kept).strip()


def _drop_attribution(kept: list[str]) -> None:
    """Take away the line, or the two into which a program broke it, that tells whose words come next."""
    while kept and not kept[-1].strip():
        kept.pop()
    for lines in (1, 2):
        said = " ".join(line.strip() for line in kept[-lines:])
        if len(said) <= 400 and _ATTRIBUTION.fullmatch(said):
            del kept[-lines:]
            return
