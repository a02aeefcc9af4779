"""Run with `PYTHONPATH=src .venv/bin/python -m unittest discover tests`."""

import unittest
from pathlib import Path

from gantry_sdk import Context, Field, Invalid
from gantry_sdk.testing import run_cases
from {{module}} import Contact, Settings, to_debtor


class ToDebtor(unittest.TestCase):
    def test_every_golden_case_holds(self) -> None:
        run_cases(to_debtor, Path(__file__).parent.parent / "cases")

    def test_every_broken_rule_is_reported(self) -> None:
        with self.assertRaises(Invalid) as refused:
            to_debtor(Contact(country=Field("Atlantis")), Context(Settings()))
        found = [(violation.path, violation.code) for violation in refused.exception.violations]
        expected = [("/name", "missing-field"), ("/country", "unknown-country"), ("/email", "missing-field")]
        self.assertEqual(found, expected)


if __name__ == "__main__":
    unittest.main()
