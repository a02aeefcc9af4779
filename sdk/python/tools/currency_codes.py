"""Writes `quality/currency_codes.py` from the table of the crate `iso_currency`, which the Rust SDK uses:
`python tools/currency_codes.py PATH/TO/iso_currency/isodata.tsv`.
"""

import csv
import sys
import textwrap
from pathlib import Path

MODULE = Path(__file__).resolve().parent.parent / "src/gantry_sdk/quality/currency_codes.py"

HEAD = '''"""Currencies of ISO 4217 by how many decimals amounts have. Made by `tools/currency_codes.py`; don't edit."""

CODES = {
'''


def module(table: str) -> str:
    """The module that holds the currencies of this table; those without decimals of their own get two."""
    by_decimals: dict[int, list[str]] = {}
    for row in csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        by_decimals.setdefault(int(row["exponent"] or 2), []).append(row["alpha3"])
    entries = [
        f'    {decimals}: """\n{_wrapped(sorted(codes))}\n    """,\n' for decimals, codes in sorted(by_decimals.items())
    ]
    return HEAD + "".join(entries) + "}\n"


def _wrapped(codes: list[str]) -> str:
    return textwrap.fill(" ".join(codes), 110, initial_indent=" " * 8, subsequent_indent=" " * 8)


if __name__ == "__main__":
    MODULE.write_text(module(Path(sys.argv[1]).read_text("utf-8")), "utf-8")
