"""A shop's order becomes the ERP's sales order.

Article numbers lose the shop's prefix and must be in the table `products`; dates become ISO 8601, the country ISO 3166,
the currency ISO 4217; line totals and the order's total are checked against quantity, price, discount and freight.
Every broken rule is reported, not only the first. Money is decimal throughout and leaves as text.

Two shapes of input are understood, a pure function each: a shop's JSON (`shop`) and the orders of the Northwind sample
database as a CSV file source hands them over, grouped by order (`northwind`).
"""

from gantry_sdk import Context, Message, Output, plugin

from order_to_erp_python import northwind, shop
from order_to_erp_python.settings import Input, Settings


@plugin
def map_order(message: Message, ctx: Context[Settings]) -> Output:
    """The mapping, by the shape that the settings name."""
    if ctx.settings.input is Input.SHOP:
        return shop.map_order(message.read(shop.Order), ctx)
    return northwind.map_order(message.read(northwind.Order), ctx)
