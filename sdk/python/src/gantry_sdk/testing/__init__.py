"""Runs a plugin's golden cases under plain CPython, so that they can't rot between runs in the sandbox, and a debugger
can step through them.

A case is a JSON file: settings, tables, messages, and the outcome expected of each. `gantry plugin test` runs the same
files against the component. Their format is in `docs/reference/golden-cases.md`.

    class GoldenCases(unittest.TestCase):
        def test_every_golden_case_holds(self) -> None:
            run_cases(to_debtor, Path(__file__).parent.parent / "cases")
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from gantry_sdk.mapping import Plugin
from gantry_sdk.outcome import Invalid
from gantry_sdk.testing.case import Case
from gantry_sdk.testing.compare import difference

__all__ = ["run_cases"]


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
        yield f"{file.name}: the settings are refused: {invalid}"
        return
    for at, (outcome, expected) in enumerate(zip(configured.process(case.messages()), case.expected, strict=True)):
        differs = difference(expected, outcome)
        if differs:
            yield f"{file.name} ({case.description}), message {at}: {differs}"
