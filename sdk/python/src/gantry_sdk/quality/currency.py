"""Currencies by ISO 4217."""

from dataclasses import dataclass

from gantry_sdk.defect import Defect
from gantry_sdk.quality.currency_codes import CODES


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency of ISO 4217."""

    code: str
    """Three letters."""
    decimals: int
    """How many decimals amounts in it have: 2 for the euro, 0 for the yen."""


_CURRENCIES = {code: Currency(code, decimals) for decimals, codes in CODES.items() for code in codes.split()}


def of(code: str) -> Currency:
    """The currency of an ISO 4217 code, in whatever case; anything else is an `unknown-currency`."""
    currency = _CURRENCIES.get(code.strip().upper())
    if currency is None:
        raise Defect("unknown-currency", f"`{code}` is no currency of ISO 4217")
    return currency
