"""Text that others wrote, made safe to stand in a letter: no marks that turn the direction of writing, no control characters."""

import re
import unicodedata

# Marks that change how what follows is read; a name may hold them only to deceive (D23).
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ud800-\udfff]")
_SPACE = re.compile(r"\s+")
_ISOLATE, _END = "\u2068", "\u2069"
# What an address may be made of here: one mailbox, nothing that could begin another header or recipient.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)*[A-Za-z0-9-]{1,63}")


def line(text: str) -> str:
    """Give the text on one line, every right-to-left run inside its own isolate so that it cannot reorder what stands around it."""
    flat = _SPACE.sub(" ", _CONTROL.sub(" ", _DIRECTION.sub("", text))).strip()
    return f"{_ISOLATE}{flat}{_END}" if _turns(flat) else flat


def passage(text: str) -> str:
    """Give a longer text with its lines kept, each made safe as `line` does, quoted so that it cannot pass for our own words."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n").split("\n")
    return "\n".join(f"> {line(one)}".rstrip() for one in lines)


def header(text: str) -> str:
    """Give the text as the value of a header: one line, without any mark of direction."""
    return _SPACE.sub(" ", _CONTROL.sub(" ", _DIRECTION.sub("", text))).strip()


def mailbox(address: str | None) -> str | None:
    """Give an address that can be written to, or None: no line break, no second recipient, no comment."""
    if address is None or len(address) > 254 or not address.isascii():
        return None
    return address if _ADDRESS.fullmatch(address) else None


def _turns(text: str) -> bool:
    return any(unicodedata.bidirectional(character) in {"R", "AL", "AN"} for character in text)
