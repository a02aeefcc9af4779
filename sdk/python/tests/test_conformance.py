"""The reference plugin, under plain CPython: what it must do in a component, it does natively."""

import sys
import unittest
from contextlib import redirect_stderr
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

from gantry_sdk.testing import run_cases

SDK = Path(__file__).resolve().parent.parent
CASES = SDK.parent.parent / "tests/conformance/cases"


def reference_plugin() -> Any:
    sys.path.insert(0, str(SDK / "conformance/src"))
    try:
        return import_module("conformance").obey
    finally:
        sys.path.pop(0)


@unittest.skipUnless(CASES.exists(), "the cases are part of the project's repository")
class Conformance(unittest.TestCase):
    def test_every_case_holds_natively(self) -> None:
        with redirect_stderr(StringIO()):
            run_cases(reference_plugin(), CASES)


if __name__ == "__main__":
    unittest.main()
