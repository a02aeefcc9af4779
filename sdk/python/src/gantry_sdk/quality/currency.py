"""Currencies by ISO 4217."""

from dataclasses import dataclass

from gantry_sdk.defect import Defect
from gantry_sdk.jsontext import AsText
from gantry_sdk.quality.characters import trimmed
from gantry_sdk.quality.currency_codes import CODES


@dataclass(frozen=True, slots=True)
class Currency(AsText):
    """A currency of ISO 4217. As a text, and in JSON, it is its code."""

    code: str
    """Three letters."""
    decimals: int
    """How many decimals amounts in it have: 2 for the euro, 0 for the yen."""

    def __str__(self) -> str:
        return self.code


_CURRENCIES = {line[:3]: Currency(line[:3], int(line[4:])) for line in CODES.splitlines()}


def of(code: str) -> Currency:
    """The currency of an ISO 4217 code, in whatever case; anything else is an `unknown-currency`."""
    trimmed_code = trimmed(code)
    currency = _CURRENCIES.get(trimmed_code.upper()) if trimmed_code.isascii() else None
    if currency is None:
        raise Defect("unknown-currency", f"`{code}` is no currency of ISO 4217")
    return currency
