"""The ERP's sales order, as it is sent.

Amounts are JSON strings: a receiver that reads JSON numbers as floats would round them.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from gantry_sdk import Output, idempotency_key, member

PRODUCTS = "products"
"""The table that article numbers are looked up in."""


@dataclass(slots=True)
class ShipTo:
    """Where an order goes."""

    name: str
    """Person or company."""
    street: str
    """Street and house number."""
    postal_code: str | None
    """Not every country has them."""
    city: str
    """City."""
    region: str | None
    """State or province."""
    country: str
    """ISO 3166 alpha-2."""


@dataclass(slots=True)
class Line:
    """One line of an order."""

    position: int
    """10, 20, 30 …"""
    item: str
    """The ERP's article number."""
    description: str | None
    """What the table of products calls it."""
    quantity: int
    """How many."""
    unit_price: Decimal
    """Price of one, before the discount."""
    discount_percent: Decimal
    """0 to 100."""
    amount: Decimal
    """Price of all, after the discount."""


@dataclass(slots=True, kw_only=True)
class SalesOrder:
    """A sales order."""

    document_type: str = "sales_order"
    """What the ERP calls this kind of document."""
    external_number: str
    """The shop's order number."""
    order_date: date
    """The day it was ordered."""
    requested_date: date | None
    """The day the customer asked for."""
    shipped_date: date | None = None
    """The day it left, for orders of the past."""
    customer_number: str
    """The shop's customer number."""
    ship_to: ShipTo
    """Where it goes."""
    currency: str
    """ISO 4217."""
    lines: list[Line]
    """What was ordered."""
    net_total: Decimal
    """Sum of the lines."""
    freight: Decimal
    """Cost of freight."""
    total: Decimal
    """Lines and freight."""

    def output(self) -> Output:
        """The order as a message; a repetition of the same order number is recognised by its idempotency key."""
        return Output.json(self, idempotency_key=idempotency_key(f"order-{self.external_number}"))


@dataclass(slots=True)
class Product:
    """What the plugin takes of a row of the table of products."""

    name: str | None = member("name", "description", "ProductName", default=None)
    """Its name, by one of the columns that usually hold it."""
