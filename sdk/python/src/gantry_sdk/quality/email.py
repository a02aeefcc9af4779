"""E-mail addresses in one spelling, so that they can serve as a key.

Checked is what can be told from the address alone: the lengths of RFC 5321, the characters of RFC 5322 and 6531
(letters of any script), and a domain of at least two parts. Whether anybody reads the mail can't be told. Comments and
quoted local parts with a blank are refused; nobody who buys anything has one.
"""

import re

from gantry_sdk.defect import Defect

_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
_LOCAL = re.compile(rf'{_ATOM}(?:\.{_ATOM})*|"[^\s"\\]+"')
_PART = re.compile(rf"[^\W_](?:(?:{_ATOM})?[^\W_])?")


def normalise(text: str) -> str:
    """The bare address in lower case: `Erika Mustermann <Erika@Example.COM>` → `erika@example.com`; anything else is
    `not-an-email`.

    The part before the `@` is lowered too: no mail system in use tells `Erika@` from `erika@`, and people type both.
    """
    bare = text.strip().removeprefix("mailto:")
    if bare.endswith(">") and "<" in bare:
        bare = bare[bare.rindex("<") + 1 : -1]
    local, at, domain = bare.rpartition("@")
    wrong = _wrong(at, local, domain)
    if wrong:
        raise Defect("not-an-email", f"`{text}` is no e-mail address: {wrong}")
    return bare.lower()


def _wrong(at: str, local: str, domain: str) -> str | None:
    if not at:
        return "it has no @"
    if not _LOCAL.fullmatch(local) or len(local.encode()) > 64:
        return "nothing that can stand before an @"
    parts = domain.split(".")
    if len(parts) < 2 or len(domain.encode()) > 254:
        return "no domain that mail can be sent to"
    if not all(_PART.fullmatch(part) and len(part.encode()) <= 63 for part in parts):
        return "no domain that mail can be sent to"
    return None
