"""The golden cases of `order-to-erp`, under plain CPython."""

import unittest
from pathlib import Path

from gantry_sdk.testing import run_cases

from order_to_erp_python import map_order

CASES = Path(__file__).resolve().parents[2] / "order-to-erp/cases"


class GoldenCases(unittest.TestCase):
    def test_every_golden_case_holds(self) -> None:
        run_cases(map_order, CASES)


if __name__ == "__main__":
    unittest.main()
