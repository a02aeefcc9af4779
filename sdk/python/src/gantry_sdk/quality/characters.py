"""Characters as every SDK sees them: a language's own functions differ in corners."""

from bisect import bisect
from functools import cache

from gantry_sdk.quality.marks import MARKS

_BLANKS = (
    "\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)


def trimmed(text: str) -> str:
    """The text without blanks around it, which are those that Unicode calls white space."""
    return text.strip(_BLANKS)


def lowered(text: str) -> str:
    """The text in lower case, character by character, whatever stands around it."""
    return text.lower() if text.isascii() else "".join(char.lower()[0] for char in text)


def is_alphanumeric(char: str) -> bool:
    """Whether Unicode calls the character alphabetic or a number."""
    return char.isalnum() or (not char.isascii() and _is_mark(char))


@cache
def _runs() -> list[tuple[int, int]]:
    return [(int(first, 16), int(last, 16)) for first, last in map(str.split, MARKS.splitlines())]


def _is_mark(char: str) -> bool:
    code = ord(char)
    at = bisect(_runs(), (code, code))
    return any(first <= code <= last for first, last in _runs()[max(at - 1, 0) : at + 1])
