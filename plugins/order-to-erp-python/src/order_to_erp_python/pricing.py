"""What lines and orders cost: decimal arithmetic, rounded per line as invoices are."""

from decimal import Decimal

from gantry_sdk import quality
from gantry_sdk.quality.currency import Currency
from gantry_sdk.quality.decimal import ONE_HUNDRED, ZERO, at_most_decimals, hundredth, rounded

USUAL_DECIMALS = 2

_WORTH_OF_ANY_ORDER = Decimal(1_000_000_000)


def amount(quantity: int, unit_price: Decimal, discount_percent: Decimal, currency: Currency) -> Decimal:
    """Quantity times price, less the discount, in the currency's smallest unit."""
    full = unit_price * quantity
    return rounded(hundredth(full * (ONE_HUNDRED - discount_percent)), currency.decimals)


def agree(stated: Decimal, computed: Decimal, tolerance: Decimal, code: str) -> None:
    """The stated total must not be further from the computed one than the tolerance."""
    quality.ensure(abs(stated - computed) <= tolerance, code, lambda: f"{stated:f} is stated, {computed:f} is computed")


def price(amount: Decimal) -> Decimal:
    """A price: not negative, and below what any order is worth. It may have more decimals than its currency."""
    return quality.range(amount, ZERO, _WORTH_OF_ANY_ORDER)


def payable(amount: Decimal, currency: Currency | None) -> Decimal:
    """A freight or a total: a plausible amount that can be paid, written with the currency's decimals. Where the
    currency is unknown, and reported, amounts are still held against the usual two decimals."""
    decimals = currency.decimals if currency else USUAL_DECIMALS
    return rounded(at_most_decimals(price(amount), decimals), decimals)


def percent(percent: Decimal) -> Decimal:
    """A discount."""
    return quality.range(percent, ZERO, ONE_HUNDRED)
