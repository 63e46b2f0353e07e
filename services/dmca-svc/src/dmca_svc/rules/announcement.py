"""Making a takedown known: when Legal may leave it out, and which words of a notice everybody may read (R43, D17)."""

import re
from collections.abc import Collection

from kernel.decision import Decision, Reason

_MAIL = re.compile(r"[^\s@<>()]{1,64}@[^\s@<>()]{1,200}")
# A number that can be dialled: seven digits and more in groups. An address of the web is told apart before.
_PHONE = re.compile(r"(?<![\w/])\+?\(?\d[\d\s().-]{5,22}\d(?!\w)")
_WEB = re.compile(r"https?://\S+")
_LABEL = re.compile(
    r"^[\s>*-]*(?:(?:my|our|full|postal|mailing|street|home|business|physical|electronic|e-?mail|contact|phone|telephone)\s+){0,2}"
    r"(?:address|tel|telephone|phone|mobile|cell|fax|e-?mail|signature|signed|contact(?: information| details)?)\b[^:\n]{0,40}:",
    re.IGNORECASE,
)
_STREET = re.compile(
    r"\b\d{1,5}\s+(?:\w+\s+){1,4}(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|way|court|square)\b", re.IGNORECASE
)
_CLOSING = re.compile(
    r"^\s*(?:(?:yours\s+)?(?:sincerely|faithfully|truly)(?:\s+yours)?|(?:best|kind|warm)?\s*regards|respectfully(?:\s+submitted)?|/s/.*)\s*[,.]?\s*",
    re.IGNORECASE,
)
LEFT_OUT = "[left out]"
LONGEST = 40_000
"""Characters of a notice that are published; what is longer is a list that `files` has, and no page's to bear."""


LEGALS_REASON = Reason("legals_reason", "Legal recorded a reason why this takedown is not announced.", "D17")


def may_leave_out(*, done: bool, said: bool) -> Decision:
    """Every takedown is announced, unless Legal recorded a reason not to before the last page came down (R43, D17).

    `done` tells that the takedown is complete, `said` that Legal has recorded one.
    """
    return Decision.of(
        (done, Reason("announced_already", "The takedown is complete and its announcement under way.", "R43")),
        (said, Reason("signed_already", "Legal has recorded a reason already.", "D1")),
    )


def published(text: str, private: Collection[str]) -> str:
    """Of a notice everybody may read what it claims, and neither address, telephone, e-mail nor signature of whoever sent it (D17).

    `private` are the lines in which signature and contact were found.
    """
    hidden = {_plain(line) for passage in private for line in passage.splitlines() if line.strip()}
    lines: list[str] = []
    # Cut at the end of a line: half an address is one still.
    whole = len(text) <= LONGEST
    for line in text.splitlines() if whole else [*text[:LONGEST].splitlines()[:-1], LEFT_OUT]:
        if _CLOSING.match(line) and _CLOSING.sub("", line, count=1).strip() in {"", LEFT_OUT} | hidden:
            # What stands under it is the signature, and often the address again.
            lines.append(LEFT_OUT)
            break
        told = LEFT_OUT if _plain(line) in hidden or _LABEL.match(line) or _STREET.search(line) else _without(line)
        if told != LEFT_OUT or lines[-1:] != [LEFT_OUT]:
            lines.append(told)
    return "\n".join(lines).strip()


def _without(line: str) -> str:
    """Leave out addresses and numbers within a line, and nothing of the addresses of the material."""
    parts, end = [], 0
    for found in _WEB.finditer(line):
        parts += [_dialled(line[end : found.start()]), found.group()]
        end = found.end()
    return "".join([*parts, _dialled(line[end:])])


def _dialled(text: str) -> str:
    return _PHONE.sub(LEFT_OUT, _MAIL.sub(LEFT_OUT, text))


def _plain(line: str) -> str:
    return " ".join(line.split()).casefold()
