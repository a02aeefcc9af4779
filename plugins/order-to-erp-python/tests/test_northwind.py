"""All 830 orders of the Northwind sample database: nobody here made them up."""

import csv
import json
import unittest
from itertools import groupby
from pathlib import Path

from gantry_sdk import Emit, Host, Message
from gantry_sdk.mapping import Plugin

from order_to_erp_python import map_order

DATA = Path(__file__).resolve().parents[4] / "shared/data/northwind"
SETTINGS = '{"input": "northwind", "default_currency": "USD"}'


def table(name: str) -> list[dict[str, str]]:
    """The rows of a table as objects of texts."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@unittest.skipUnless(DATA.exists(), "this checkout has no such data")
class Northwind(unittest.TestCase):
    def test_every_real_order_becomes_a_sales_order(self) -> None:
        products = {row["ProductID"]: row for row in table("products.csv")}
        plugin = Plugin.of(map_order).configure(SETTINGS, Host(tables={"products": products}))
        orders = [(number, list(rows)) for number, rows in groupby(table("orders.csv"), lambda row: row["OrderID"])]
        self.assertEqual(len(orders), 830)
        lines = 0
        for number, rows in orders:
            sent = plugin.process_one(Message(json.dumps({"OrderID": number, "rows": rows})))
            assert isinstance(sent, Emit), (number, sent)
            order = json.loads(sent.outputs[0].payload)
            self.assertEqual(sent.outputs[0].idempotency_key, f"order-{number}")
            self.assertEqual(order["ship_to"]["name"], rows[0]["ShipName"])
            lines += len(order["lines"])
        self.assertEqual(lines, 2155)


if __name__ == "__main__":
    unittest.main()
