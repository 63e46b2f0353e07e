"""User names and wiki ids as MediaWiki compares them (D23).

Read in MediaWiki's `UserNameUtils`, its title parser and `Language::ucfirst`, and in Wikimedia's configuration (`$wgMaxNameChars` 85,
core's own default 255; `$wgOverrideUcfirstCharacters`). Wikimedia's 85 bytes bind new accounts only: an older account may be
longer, so what is refused here is core's limit of 255 bytes. What differs, on purpose:

- Direction marks that MediaWiki drops (U+200E, U+200F, U+202A-U+202E) are dropped; those it keeps (U+061C, U+2066-U+2069) are refused,
  because D23 lets no direction mark tell two people apart and dropping them could name somebody else.
- A prefix `User:` is dropped, as MediaWiki does; the other namespaces are known by their English names only, and interwiki prefixes not
  at all: `en:Example` is taken as a name.
- Wikis in Turkish, Azerbaijani and Karakalpak turn a first `i` into a dotted capital; global accounts follow the general rule.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from ipaddress import AddressValueError, IPv6Address

from kernel.decision import Decision, Reason, Refused

_MOST_BYTES = 255
_MOST_READ = 1024  # longer text is not looked at: putting marks in order takes quadratic time
_DIRECTION_DROPPED = re.compile("[\u200e\u200f\u202a-\u202e]+")
_DIRECTION_REFUSED = re.compile("[\u061c\u2066-\u2069]")
_SPACES = re.compile("[ _\u00a0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_CONTROL = re.compile("[\u0000-\u001f\u007f-\u009f]")
_ILLEGAL_IN_TITLES = re.compile(r"[#<>\[\]|{}]")
_TROUBLESOME = re.compile("[\u200b-\u200d\ue000-\uf8ff]")  # zero width and private use: refused in names though legal in titles
_NOT_TEXT = re.compile("[\ud800-\udfff\ufffd\ufffe\uffff]")  # surrogates, the mark of broken UTF-8, and what is no character
_BENDS_LINKS = re.compile(r"%[0-9A-Fa-f]{2}|&(?:[A-Za-z0-9\u0080-\U0010ffff]+|#[0-9]+|#x[0-9A-Fa-f]+);|~~~|^\.{1,2}$")
_LOOKS_LIKE_IPV4 = re.compile(r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.(?:xxx|[0-9]{1,3})")
_USER_PREFIX = re.compile("^user *: *", re.IGNORECASE)
_NAMESPACE = re.compile(
    "^(?:media|special|talk|user|user talk|project|project talk|file|file talk|image|image talk|mediawiki|mediawiki talk"
    "|template|template talk|help|help talk|category|category talk) *:",
    re.IGNORECASE,
)
# What Wikimedia's wikis leave as it is though Unicode knows a capital: small Roman numerals and circled letters, digraphs in title
# case, Georgian, and letters whose capital came after the wikis' names were written.
_KEPT = re.compile("[\u2170-\u217f\u24d0-\u24e9\u01c5\u01c8\u01cb\u01f2\u0345\u10d0-\u10ff\ua7b9\U00016e60-\U00016e7f]")
_WIKI_ID = re.compile(r"[a-z0-9_]{2,64}")

# Every ground of `_judge` but length and emptiness needs one of these.
_SUSPECT = re.compile("[\u0000-\u001f#%&./:<>\\[\\]{|}\u007f-\u009f\u061c\u200b-\u200d\u2066-\u2069\ud800-\uf8ff\ufffd-\uffff]|~~~")
_SURELY_SHORT = _MOST_BYTES // 4  # characters, at four bytes at most
# Nothing in such a name can be written otherwise or count against it: the ban check asks about a thousand, and most are like this.
_PLAIN = re.compile("[A-Z0-9][A-Za-z0-9]*+(?: [A-Za-z0-9]++)*+")
_ALL_PLAIN = re.compile(f"{_PLAIN.pattern}(?:\n{_PLAIN.pattern})*+")
_TOO_LONG = Reason("name_too_long", f"A user name has at most {_MOST_BYTES} bytes.", "D23")


class UserNameError(Refused):
    """MediaWiki would refuse the name; `reasons` says why."""


class WikiIdError(Refused):
    """The text cannot be a wiki's id; `reasons` says why."""


def may_be_user(name: str) -> Decision:
    """A user name is what MediaWiki would accept as one, once it is written the one way (D23)."""
    return _judged(name)[1]


def canonical_user(name: str) -> str:
    """Return the name as MediaWiki compares it: first letter upper case, spaces for `_`, NFC, no direction marks (D23).

    Raises:
        UserNameError: a name that MediaWiki refuses.
    """
    if len(name) <= _SURELY_SHORT and _PLAIN.fullmatch(name):
        return name
    shape, decision = _judged(name)
    if not decision:
        raise UserNameError(decision.reasons)
    return shape


def canonical_users(names: Sequence[str]) -> Sequence[str]:
    """Return the names as `canonical_user` does each, in their order; where all are plain, one look tells.

    Raises:
        UserNameError: a name that MediaWiki refuses.
    """
    together = "\n".join(names)
    # A name with a line break in it would be taken for two.
    if _ALL_PLAIN.fullmatch(together) and together.count("\n") == len(names) - 1 and max(map(len, names)) <= _SURELY_SHORT:
        return names
    return [canonical_user(name) for name in names]


def _judged(name: str) -> tuple[str, Decision]:
    """Write the name the one way and judge it; a name without any character that could count against it is granted at once,
    because the ban check judges every name it is asked about.
    """  # noqa: D205 - one thought
    if len(name) > _MOST_READ:
        return name, Decision((_TOO_LONG,))
    shape = _one_way(name)
    if shape and len(shape) <= _SURELY_SHORT and not _SUSPECT.search(shape):
        return shape, Decision()
    return shape, _judge(shape)


def _judge(shape: str) -> Decision:
    """Collect everything that stands against a name written the one way."""
    return Decision.of(
        (not shape, Reason("name_empty", "A user name needs at least one visible character.", "D23")),
        (len(shape.encode("utf-8", "replace")) > _MOST_BYTES, _TOO_LONG),
        (bool(_CONTROL.search(shape)), Reason("name_control_character", "A user name has no control characters.", "D23")),
        (bool(_NOT_TEXT.search(shape)), Reason("name_not_text", "The name is not sound Unicode text.", "D23")),
        (
            bool(_DIRECTION_REFUSED.search(shape)),
            Reason("name_direction_mark", "The name holds a mark that changes the direction of writing; send it without.", "D23"),
        ),
        (
            bool(_TROUBLESOME.search(shape)),
            Reason(
                "name_invisible_character", "The name holds a character without width or for private use, which MediaWiki refuses.", "D23"
            ),
        ),
        (bool(_ILLEGAL_IN_TITLES.search(shape)), Reason("name_illegal_character", "A user name has none of # < > [ ] | { }.", "D23")),
        ("/" in shape, Reason("name_slash", "A user name has no slash; send a range of addresses as `ip`.", "D23")),
        (bool(_BENDS_LINKS.search(shape)), Reason("name_bends_links", "A user name has no %41, &amp; or ~~~ and is not a dot.", "D23")),
        (
            bool(_LOOKS_LIKE_IPV4.fullmatch(shape)) or _is_ipv6(shape),
            Reason("name_is_address", "This is an IP address, not a user name; send it as `ip`.", "D23"),
        ),
        (
            shape.startswith(":") or bool(_NAMESPACE.match(shape)),
            Reason("name_in_namespace", "The name begins like a page of another namespace.", "D23"),
        ),
    )


def wiki_id(text: str) -> str:
    """Return a wiki's id (`enwiki`, `zh_min_nanwiki`), which is its database's name.

    Raises:
        WikiIdError: not 2 to 64 lower-case letters, digits and underscores.
    """
    if not _WIKI_ID.fullmatch(text):
        raise WikiIdError(
            Reason("not_a_wiki_id", "A wiki's id has 2 to 64 lower-case letters, digits or underscores, as in enwiki.", "D23")
        )
    return text


def _one_way(name: str) -> str:
    """Write a name the one way; whether MediaWiki accepts it is `may_be_user`'s question."""
    text = name if name.isascii() else unicodedata.normalize("NFC", _DIRECTION_DROPPED.sub("", name))
    text = _SPACES.sub(" ", text).strip(" ")
    text = _USER_PREFIX.sub("", text)
    if text.isascii():
        return text[:1].upper() + text[1:]
    return unicodedata.normalize("NFC", _upper(text[:1]) + text[1:])


def _upper(letter: str) -> str:
    """Return the capital of a letter where it is a single character (`ß` stays), as Wikimedia's wikis do."""
    if _KEPT.match(letter):
        return letter
    return next((capital for capital in (letter.upper(), letter.title()) if len(capital) == 1), letter)


def _is_ipv6(text: str) -> bool:
    """Tell whether the text is an IPv6 address in any spelling."""
    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return True
