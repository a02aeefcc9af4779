"""The Northwind shape: the rows of one order, all columns as texts, as a CSV file source hands them over when it groups
by `OrderID`:

    {"OrderID": "10248", "rows": [{"CustomerID": "VINET", "ProductID": "11", "UnitPrice": "14", …}, …]}

The columns of the order itself repeat in each row; the first one is read. The data states no total, so it is computed.
Products are known by their `ProductID`. A column that is empty or says `NULL` counts as none.
"""

import re
from dataclasses import dataclass, field
from datetime import date as Date
from decimal import Decimal

from gantry_sdk import MISSING, Checker, Context, Defect, Field, Invalid, Output, Reject, Violation, member, quality
from gantry_sdk.quality import country, date, decimal
from gantry_sdk.quality.currency import Currency
from gantry_sdk.quality.decimal import ONE_HUNDRED, ZERO

from order_to_erp_python.pricing import amount, payable, percent, price
from order_to_erp_python.sales_order import PRODUCTS, Line, Product, SalesOrder, ShipTo
from order_to_erp_python.settings import Settings

_WHOLE = re.compile(r"\+?[0-9]{1,10}")


@dataclass(slots=True)
class Row:
    """The columns that the ERP has a use for."""

    customer_id: Field[str] = member("CustomerID", default=MISSING)
    order_date: Field[str] = member("OrderDate", default=MISSING)
    required_date: Field[str] = member("RequiredDate", default=MISSING)
    shipped_date: Field[str] = member("ShippedDate", default=MISSING)
    freight: Field[str] = member("Freight", default=MISSING)
    ship_name: Field[str] = member("ShipName", default=MISSING)
    ship_address: Field[str] = member("ShipAddress", default=MISSING)
    ship_city: Field[str] = member("ShipCity", default=MISSING)
    ship_region: Field[str] = member("ShipRegion", default=MISSING)
    ship_postal_code: Field[str] = member("ShipPostalCode", default=MISSING)
    ship_country: Field[str] = member("ShipCountry", default=MISSING)
    product_id: Field[str] = member("ProductID", default=MISSING)
    unit_price: Field[str] = member("UnitPrice", default=MISSING)
    quantity: Field[str] = member("Quantity", default=MISSING)
    discount: Field[str] = member("Discount", default=MISSING)
    """A fraction: 0.05 is five percent."""


@dataclass(slots=True)
class Order:
    """The rows of one order."""

    order_id: Field[str] = member("OrderID", default=MISSING)
    """What the rows were grouped by."""
    rows: list[Row] = field(default_factory=list)
    """One per line of the order."""


def map_order(order: Order, ctx: Context[Settings]) -> Output:
    """The rows of one order as the ERP's sales order."""
    paid_in = ctx.settings.currency
    if paid_in is None:
        raise Reject("no-currency", "these orders name no currency: set `default_currency` in the flow")
    if not order.rows:
        raise Invalid(Violation("/rows", "no-lines", "an order needs at least one line"))
    check = Checker()
    lines = _lines(check, order, paid_in, ctx)
    with check.within("rows", 0):
        made = _head(check, order.rows[0], lines, paid_in, ctx)
    made.external_number = check.field("OrderID", order.order_id.text)
    check.finish()
    made.total = made.net_total + made.freight
    return made.output()


def _lines(check: Checker, order: Order, paid_in: Currency, ctx: Context[Settings]) -> list[Line]:
    ids = [check.field("ProductID", row.product_id.text, "") for row in check.each("rows", order.rows)]
    products = ctx.lookup(PRODUCTS, ids, Product)
    lines = []
    for at, row in enumerate(check.each("rows", order.rows)):
        product = check.field("ProductID", lambda: products.known(at, "unknown-product") if ids[at] else None)
        line = _line(check, row, paid_in, ctx)
        line.position = (at + 1) * 10
        line.item = ids[at]
        line.description = product.name if product else None
        lines.append(line)
    return lines


def _line(check: Checker, row: Row, paid_in: Currency, ctx: Context[Settings]) -> Line:
    broken_before = check.count
    line = Line(
        position=0,
        item="",
        description=None,
        quantity=check.field("Quantity", lambda: _quantity(row.quantity.text(), ctx)),
        unit_price=check.field("UnitPrice", lambda: price(decimal.plain(row.unit_price.text()))),
        discount_percent=check.field("Discount", lambda: _discount(row.discount.text_or_none())),
        amount=ZERO,
    )
    if check.count == broken_before:
        line.amount = amount(line.quantity, line.unit_price, line.discount_percent, paid_in)
    return line


def _head(check: Checker, row: Row, lines: list[Line], paid_in: Currency, ctx: Context[Settings]) -> SalesOrder:
    dates = ctx.settings.dates
    ordered = check.field("OrderDate", lambda: date.parse(row.order_date.text(), dates))
    requested = check.field("RequiredDate", lambda: _date(row.required_date, dates))
    shipped = check.field("ShippedDate", lambda: _date(row.shipped_date, dates))
    if ordered:
        text = f"before the day of the order, {ordered}"
        check.rule("RequiredDate", requested is None or requested >= ordered, "requested-before-ordered", text)
        check.rule("ShippedDate", shipped is None or shipped >= ordered, "shipped-before-ordered", text)
    return SalesOrder(
        external_number="",
        order_date=ordered,
        requested_date=requested,
        shipped_date=shipped,
        customer_number=check.field("CustomerID", row.customer_id.text),
        ship_to=_ship_to(check, row),
        currency=paid_in.code,
        lines=lines,
        net_total=sum((line.amount for line in lines), ZERO),
        freight=check.field("Freight", lambda: payable(_decimal(_given(row.freight)), paid_in)),
        total=ZERO,
    )


def _ship_to(check: Checker, row: Row) -> ShipTo:
    return ShipTo(
        name=check.field("ShipName", row.ship_name.text),
        street=check.field("ShipAddress", row.ship_address.text),
        postal_code=check.field("ShipPostalCode", lambda: _given(row.ship_postal_code)),
        city=check.field("ShipCity", row.ship_city.text),
        region=check.field("ShipRegion", lambda: _given(row.ship_region)),
        country=check.field("ShipCountry", lambda: country.alpha2(row.ship_country.text())),
    )


def _given(column: Field[str]) -> str | None:
    """A column that is empty or says `NULL` holds nothing."""
    text = column.text_or_none()
    return None if text == "NULL" else text


def _date(column: Field[str], dates: date.Order) -> Date | None:
    text = _given(column)
    return date.parse(text, dates) if text else None


def _decimal(text: str | None) -> Decimal:
    return decimal.plain(text) if text else ZERO


def _quantity(text: str, ctx: Context[Settings]) -> int:
    if not _WHOLE.fullmatch(text):
        raise Defect("wrong-type", f"`{text}` is no whole number")
    return quality.range(int(text), 1, ctx.settings.max_quantity)


def _discount(text: str | None) -> Decimal:
    return percent(decimal.normalised(_decimal(text) * ONE_HUNDRED))
