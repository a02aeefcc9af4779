"""What a flow may set; `plugin.toml` holds the schema."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum

from gantry_sdk import U32
from gantry_sdk.quality import currency, date
from gantry_sdk.quality.currency import Currency


class Input(str, Enum):
    """The shape of the input."""

    SHOP = "shop"
    """A shop's JSON."""
    NORTHWIND = "northwind"
    """Rows of the Northwind sample database, grouped by order."""


@dataclass
class Settings:
    """The settings, checked."""

    input: Input = Input.SHOP
    """The shape of the input."""
    sku_prefix: str = "PROD-"
    """What the shop writes before the article number."""
    dates: date.Order = date.Order.UNDECLARED
    """What comes first in `03/09/2026`."""
    default_currency: str | None = None
    """The ISO 4217 code of the currency of an order that names none."""
    total_tolerance: Decimal = Decimal("0.01")
    """How far a stated total may be from the computed one."""
    max_quantity: U32 = 10_000
    """The largest plausible quantity of one line."""
    currency: Currency | None = field(init=False, default=None)
    """The currency of an order that names none."""

    def __post_init__(self) -> None:
        if self.default_currency is not None:
            self.currency = currency.of(self.default_currency)
