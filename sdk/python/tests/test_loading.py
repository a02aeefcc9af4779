"""Loading a plugin as its build does first."""

import subprocess
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path

SOURCES = Path(__file__).parents[1] / "src"


def load(text: str) -> tuple[int, str]:
    """The exit code and standard error of loading a module with this text."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "orders.py").write_text(textwrap.dedent(text))
        command = [sys.executable, "-m", "gantry_sdk.loading", "orders"]
        ended = subprocess.run(command, capture_output=True, text=True, env={"PYTHONPATH": f"{folder}:{SOURCES}"})
        return ended.returncode, ended.stderr


PLUGIN = """
from dataclasses import dataclass
from gantry_sdk import MISSING, Field, plugin

@dataclass
class PriceSet:
    gross: str

@dataclass
class Line:
    price: {price} = MISSING

@plugin
def map(line: Line) -> str:
    return ""
"""


class Loading(unittest.TestCase):
    def test_a_package_with_machine_code_is_named(self) -> None:
        compiled = """
        import sys, types
        fast = types.ModuleType("fast._core")
        fast.__file__ = "/venv/lib/python3.11/site-packages/fast/_core.so"
        sys.modules["fast._core"] = fast
        """
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "orders.py").write_text(textwrap.dedent(compiled) + PLUGIN.format(price="Field[str]"))
            command = [sys.executable, "-m", "gantry_sdk.loading", "orders"]
            ended = subprocess.run(command, capture_output=True, text=True, env={"PYTHONPATH": f"{folder}:{SOURCES}"})
        self.assertEqual((ended.returncode, ended.stdout), (0, "machine code: fast\n"))

    def test_a_plugin_that_can_be_loaded_is_fine(self) -> None:
        self.assertEqual(load(PLUGIN.format(price="Field[str]")), (0, ""))

    def test_a_type_that_json_cannot_be_read_into_is_named_with_its_class_and_member(self) -> None:
        for price, reason in [("Field[PriceSet]", "Field holds a scalar"), ("set[str]", "JSON can't be read into")]:
            code, text = load(PLUGIN.format(price=price))
            self.assertEqual(code, 9)
            self.assertIn(f"TypeError: Line.price: {reason}", text)
            self.assertIn("orders.py", text)

    def test_a_module_without_a_mapping_is_wrong(self) -> None:
        self.assertEqual(load(""), (9, "`orders` has to mark one mapping with `@plugin`; none are marked\n"))

    def test_what_may_be_due_to_this_python_is_left_to_the_build(self) -> None:
        self.assertEqual(load("import nowhere_to_be_found")[0], 0)
        self.assertEqual(load("this is no Python")[0], 0)
