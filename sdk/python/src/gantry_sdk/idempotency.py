"""Keys by which a target recognises a repetition, from any texts.

The rule is the same in the SDK of every language, so that a plugin ported to another one keeps its keys;
`tests/conformance/idempotency-keys.json` holds them all to it.
"""

import re
from hashlib import sha256

_LONGEST = 255
"""Longest key that the contract allows, in bytes."""
_KEPT = 64
"""How much of a longer one stays readable."""

_OTHERS = re.compile(r"[^A-Za-z0-9._+@:-]+")
_HALF = re.compile("[\ud800-\udfff]")


def idempotency_key(*parts: str | int) -> str:
    """An idempotency key of these parts, texts and whole numbers: say what kind of thing it is, which one, and which
    change of it.

        idempotency_key("customer", "C-17", "2026-11-30T09:15:00Z")  # customer/C-17/2026-11-30T09:15:00Z
        idempotency_key("customer", "Αθήνα")  # customer/%CE%91%CE%B8%CE%AE%CE%BD%CE%B1

    The same parts make the same key, other parts another one. Without what changes (a version, the time of the change)
    the second change of a customer would carry the key of the first, and a target that honours keys would drop it: if
    the data has no such part, leave the key to the host.

    Letters, digits and `. _ - + @ :` stay; other bytes of UTF-8 become `%` and two digits; an empty part becomes `~`;
    `/` joins the parts. Of more than 255 bytes the first 64 stay, followed by `~` and the SHA-256 of them all.
    """
    if not parts:
        raise TypeError("an idempotency key needs at least one part")
    key = "/".join(_escaped(part, at) for at, part in enumerate(parts))
    return f"{key[:_KEPT]}~{sha256(key.encode()).hexdigest()}" if len(key) > _LONGEST else key


def _escaped(part: str | int, at: int) -> str:
    if isinstance(part, bool) or not isinstance(part, (str, int)):
        found = "None" if part is None else f"a value of the type {type(part).__name__}"
        raise TypeError(f"part {at + 1} of an idempotency key is {found}: give a text or a whole number")
    return _OTHERS.sub(_percent, str(part)) or "~"


def _percent(others: re.Match[str]) -> str:
    characters = _HALF.sub("\ufffd", others.group())
    return "".join(f"%{byte:02X}" for byte in characters.encode())
