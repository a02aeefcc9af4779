"""Article numbers: from the shop's spelling to the ERP's."""

import re

from gantry_sdk.defect import Defect
from gantry_sdk.quality.characters import trimmed

_NUMBER = re.compile(r"[A-Za-z0-9._-]+")


def strip_prefix(sku: str, prefix: str) -> str:
    """The number behind the shop's prefix: `PROD-12345` → `12345`. Anything but letters, digits, `-`, `.` and `_`
    behind the prefix, or nothing at all, is a `wrong-sku`."""
    bare = trimmed(sku)
    number = bare[len(prefix) :]
    if bare.startswith(prefix) and _NUMBER.fullmatch(number):
        return number
    raise Defect("wrong-sku", f"`{sku}` is not `{prefix}` and an article number")
