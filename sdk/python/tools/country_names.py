"""Writes `quality/country_names.py` from the list that the SDKs share: `python tools/country_names.py`.

The list has one folded name and its code a line; the module has one country a line, for a file that can be read.
"""

from pathlib import Path

SDK = Path(__file__).resolve().parent.parent
SOURCE = SDK.parent / "rust/src/quality/country/names.txt"
MODULE = SDK / "src/gantry_sdk/quality/country_names.py"

HEAD = '''"""Countries by their folded names: a code and its names a line. Made by `tools/country_names.py`; don't edit."""

NAMES = """\\
'''


def module(names: str) -> str:
    """The module that holds these names."""
    by_code: dict[str, list[str]] = {}
    for line in names.splitlines():
        name, code = line.split(" ")
        by_code.setdefault(code, []).append(name)
    lines = [f"{code} {' '.join(names)}\n" for code, names in sorted(by_code.items())]
    return HEAD + "".join(lines) + '"""\n'


if __name__ == "__main__":
    MODULE.write_text(module(SOURCE.read_text("utf-8")), "utf-8")
