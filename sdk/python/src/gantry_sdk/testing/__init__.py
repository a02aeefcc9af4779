"""Runs a plugin's golden cases under plain CPython, so that they can't rot between runs in the sandbox, and a debugger
can step through them.

A case is a JSON file: settings, tables, messages, and the outcome expected of each. `gantry plugin test` runs the same
files against the component. Their format is in `docs/reference/golden-cases.md`. A message whose fault only the
sandbox can tell, a deadline for one, is left out here, and a line on standard error says so. Local time is UTC, in the
whole process.

    class GoldenCases(unittest.TestCase):
        def test_every_golden_case_holds(self) -> None:
            run_cases(to_debtor, Path(__file__).parent.parent / "cases")
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from gantry_sdk.mapping import Plugin
from gantry_sdk.outcome import Invalid
from gantry_sdk.testing.case import Case
from gantry_sdk.testing.compare import difference
from gantry_sdk.testing.fault import is_of_the_sandbox

__all__ = ["run_cases"]


os.environ["TZ"] = "UTC"
if hasattr(time, "tzset"):
    time.tzset()  # as in a component: what takes local time for granted fails here, too


def run_cases(mapping: Callable[..., Any], directory: str | Path) -> None:
    """Runs every `*.json` of a directory and raises an `AssertionError` with all differences. A directory without cases
    is a failure too."""
    files = sorted(Path(directory).glob("*.json"))
    if not files:
        raise AssertionError(f"no cases in {directory}")
    differences = [text for file in files for text in _run(Plugin.of(mapping), file)]
    if differences:
        raise AssertionError("golden cases differ:\n\n" + "\n\n".join(differences))


def _run(plugin: Plugin, file: Path) -> Iterator[str]:
    case = Case.read(file)
    try:
        configured = plugin.configure(case.settings, case.host())
    except Invalid as invalid:
        differs = difference({"invalid": case.refused or []}, invalid)
        if differs:
            yield f"{file.name} ({case.description}): the settings are refused: {differs}"
        return
    if case.refused is not None:
        yield f"{file.name} ({case.description}): the settings are not refused"
    for at, (message, expected) in enumerate(zip(case.messages(), case.expected, strict=True)):
        if is_of_the_sandbox(expected):
            print(f"{file.name}, message {at} is left out: its fault is the sandbox's to tell", file=sys.stderr)
            continue
        differs = difference(expected, configured.process_one(message))
        if differs:
            yield f"{file.name} ({case.description}), message {at}: {differs}"
