"""The shop's shape: one JSON object per order, with typed members.

{
  "order_number": "SO-1001", "ordered_at": "2026-03-09T10:15:00+01:00", "requested_delivery": "16.03.2026",
  "customer": {"number": "C-7", "name": "Müller & Söhne"},
  "shipping_address": {"street": "Obere Str. 57", "postal_code": "12209", "city": "Berlin", "country": "Deutschland"},
  "currency": "EUR",
  "lines": [{"sku": "PROD-12345", "quantity": 2, "unit_price": 19.99, "discount_percent": 10, "total": 35.98}],
  "freight": 4.90, "total": 40.88
}
"""

from dataclasses import dataclass, field
from datetime import date as Date
from decimal import Decimal

from gantry_sdk import MISSING, U32, Checker, Context, Field, Output, Rows, quality
from gantry_sdk.quality import country, currency, date, sku
from gantry_sdk.quality.currency import Currency
from gantry_sdk.quality.decimal import ZERO

from order_to_erp_python import sales_order
from order_to_erp_python.pricing import agree, amount, payable, percent, price
from order_to_erp_python.sales_order import PRODUCTS, Product, SalesOrder, ShipTo
from order_to_erp_python.settings import Settings


@dataclass(slots=True)
class Customer:
    """Who ordered."""

    number: Field[str] = MISSING
    name: Field[str] = MISSING


@dataclass(slots=True)
class Address:
    """Where it goes."""

    name: Field[str] = MISSING
    """The customer's name unless given."""
    street: Field[str] = MISSING
    postal_code: Field[str] = MISSING
    city: Field[str] = MISSING
    region: Field[str] = MISSING
    country: Field[str] = MISSING


@dataclass(slots=True)
class Line:
    """What was ordered."""

    sku: Field[str] = MISSING
    quantity: Field[U32] = MISSING
    unit_price: Field[Decimal] = MISSING
    discount_percent: Field[Decimal] = MISSING
    total: Field[Decimal] = MISSING
    """Checked where the shop states it."""


@dataclass(slots=True)
class Order:
    """An order as the shop writes it. Members that the mapping doesn't name are ignored."""

    order_number: Field[str] = MISSING
    ordered_at: Field[str] = MISSING
    requested_delivery: Field[str] = MISSING
    customer: Customer = field(default_factory=Customer)
    shipping_address: Address = field(default_factory=Address)
    currency: Field[str] = MISSING
    lines: list[Line] = field(default_factory=list)
    freight: Field[Decimal] = MISSING
    total: Field[Decimal] = MISSING


def map_order(order: Order, ctx: Context[Settings]) -> Output:
    """The shop's order as the ERP's."""
    check = Checker()
    prefix = ctx.settings.sku_prefix
    skus = [
        check.field("sku", lambda: sku.strip_prefix(line.sku.text(), prefix), "")
        for line in check.each("lines", order.lines)
    ]
    products = ctx.lookup(PRODUCTS, skus, Product)
    paid_in = check.field("currency", lambda: _currency(order, ctx))
    lines = _lines(check, order, skus, products, paid_in, ctx)
    made = SalesOrder(
        external_number=check.field("order_number", order.order_number.text),
        order_date=check.field("ordered_at", lambda: date.parse(order.ordered_at.text(), ctx.settings.dates)),
        requested_date=check.field("requested_delivery", lambda: _requested(order, ctx)),
        customer_number=_customer_number(check, order),
        ship_to=_ship_to(check, order),
        currency=paid_in.code if paid_in else "",
        lines=lines,
        net_total=sum((line.amount for line in lines), ZERO),
        freight=check.field("freight", lambda: payable(order.freight.value_or(ZERO), paid_in)),
        total=check.field("total", lambda: payable(order.total.required(), paid_in)),
    )
    if check.is_clean:
        _across_fields(check, made, ctx)
    check.finish()
    return made.output()


def _currency(order: Order, ctx: Context[Settings]) -> Currency:
    if order.currency.text_or_none() is None and ctx.settings.currency:
        return ctx.settings.currency
    return currency.of(order.currency.text())


def _requested(order: Order, ctx: Context[Settings]) -> Date | None:
    text = order.requested_delivery.text_or_none()
    return date.parse(text, ctx.settings.dates) if text else None


def _customer_number(check: Checker, order: Order) -> str:
    with check.within("customer"):
        return check.field("number", order.customer.number.text)


def _ship_to(check: Checker, order: Order) -> ShipTo:
    address = order.shipping_address
    with check.within("shipping_address"):
        return ShipTo(
            name=check.field("name", lambda: _recipient(order)),
            street=check.field("street", address.street.text),
            postal_code=check.field("postal_code", address.postal_code.text_or_none),
            city=check.field("city", address.city.text),
            region=check.field("region", address.region.text_or_none),
            country=check.field("country", lambda: country.alpha2(address.country.text())),
        )


def _recipient(order: Order) -> str:
    """The customer, where the address names nobody; a customer's name that is no text doesn't count."""
    name = order.shipping_address.name
    if name.text_or_none() is None:
        fallback = Checker().field("name", order.customer.name.text_or_none)
        if fallback:
            return fallback
    return name.text()


def _lines(
    check: Checker,
    order: Order,
    skus: list[str],
    products: Rows[Product],
    paid_in: Currency | None,
    ctx: Context[Settings],
) -> list[sales_order.Line]:
    check.rule("lines", bool(order.lines), "no-lines", "an order needs at least one line")
    return [
        _line(check, line, (at, skus[at]), products, paid_in, ctx)
        for at, line in enumerate(check.each("lines", order.lines))
    ]


def _line(
    check: Checker,
    line: Line,
    item: tuple[int, str],
    products: Rows[Product],
    paid_in: Currency | None,
    ctx: Context[Settings],
) -> sales_order.Line:
    at, number = item
    broken_before = check.count
    product = check.field("sku", lambda: products.known(at, "unknown-product") if number else None)
    mapped = sales_order.Line(
        position=(at + 1) * 10,
        item=number,
        description=product.name if product else None,
        quantity=check.field("quantity", lambda: quality.range(line.quantity.required(), 1, ctx.settings.max_quantity)),
        unit_price=check.field("unit_price", lambda: price(line.unit_price.required())),
        discount_percent=check.field("discount_percent", lambda: percent(line.discount_percent.value_or(ZERO))),
        amount=ZERO,
    )
    stated = check.field("total", line.total.optional)
    if paid_in and check.count == broken_before:
        mapped.amount = amount(mapped.quantity, mapped.unit_price, mapped.discount_percent, paid_in)
        if stated is not None:
            tolerance = ctx.settings.total_tolerance
            check.field("total", lambda: agree(stated, mapped.amount, tolerance, "wrong-line-total"))
    return mapped


def _across_fields(check: Checker, order: SalesOrder, ctx: Context[Settings]) -> None:
    """Rules that only mean something once every field is right."""
    computed = order.net_total + order.freight
    check.field("total", lambda: agree(order.total, computed, ctx.settings.total_tolerance, "wrong-total"))
    in_order = order.requested_date is None or order.requested_date >= order.order_date
    text = f"delivery is asked for before the day of the order, {order.order_date}"
    check.rule("requested_delivery", in_order, "requested-before-ordered", text)
