"""E-mail addresses in one spelling, so that they can serve as a key.

An address is what RFC 5321 allows, a quoted local part included, with letters of any script on both sides (RFC 6531).
The domain has two labels or more and isn't an IP address. Whether anybody reads the mail can't be told.
"""

import re

from gantry_sdk.defect import Defect
from gantry_sdk.quality.characters import lowered, trimmed

_LETTER = (
    r"[^\0-\xA9\xAB-\xB4\xB6-\xB9\xBB-\xBF\xD7\xF7\u1680\u2000-\u2BFF\u2E00-\u2E7F\u3000-\u3004\u3008-\u3020\u3030"
    r"\uD800-\uF8FF\uFE10-\uFE6F\uFEFF-\uFF0F\uFF1A-\uFF20\uFF3B-\uFF40\uFF5B-\uFF65\uFFE0-\uFFFF"
    r"\U0001F000-\U0001FAFF\U000E0000-\U0010FFFF]"
)
"""Letters beyond ASCII, by leaving out the blocks of Unicode without any: blanks, punctuation, symbols, private use."""
_ATOM = rf"(?:[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~-]|{_LETTER})+"
_LOCAL = re.compile(rf'{_ATOM}(?:\.{_ATOM})*|"(?:[ !#-\[\]-~]|\\[ -~]|{_LETTER})+"')
_LABEL = re.compile(rf"(?!-)(?:[A-Za-z0-9-]|{_LETTER})+(?<!-)")
_DIGITS = re.compile(r"[0-9]+")

_LONGEST = 254
"""In bytes, by RFC 5321; so are the next ones."""
_LONGEST_LOCAL = 64
_LONGEST_LABEL = 63


def normalise(text: str) -> str:
    """The bare address in lower case: `Erika Mustermann <Erika@Example.COM>` → `erika@example.com`; anything else is
    `not-an-email`.

    The part before the `@` is lowered too: no mail system in use tells `Erika@` from `erika@`, and people type both.
    """
    bare = trimmed(text)
    if bare[:7].lower() == "mailto:":
        bare = bare[7:]
    if bare.endswith(">") and "<" in bare:
        bare = bare[bare.rindex("<") + 1 : -1]
    local, _, domain = bare.rpartition("@")
    if _size(bare) <= _LONGEST and _is_local(local) and _is_domain(domain):
        return lowered(bare)
    raise Defect("not-an-email", f"`{text}` is no e-mail address")


def _is_local(text: str) -> bool:
    return _size(text) <= _LONGEST_LOCAL and _LOCAL.fullmatch(text) is not None


def _is_domain(text: str) -> bool:
    labels = text.split(".")
    is_named = len(labels) >= 2 and not _DIGITS.fullmatch(labels[-1])
    return is_named and all(_size(label) <= _LONGEST_LABEL and _LABEL.fullmatch(label) for label in labels)


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
