#!/usr/bin/env python3
"""Writes data/currencies.txt and data/phones.txt from the crates that the Rust SDK uses, so that both agree.

    python3 tools/extract.py PATH/TO/iso_currency-VERSION PATH/TO/phonelib-VERSION

Run by hand when those crates change; generate.sh only needs what this writes.
"""

import re
import sys
from pathlib import Path

DATA = Path(__file__).parent.parent / "data"
MARK = "# Written by tools/extract.py: don't edit.\n"


def currencies(crate: Path) -> str:
    """One line a currency: its code and how many decimals its amounts have."""
    rows = [line.split("\t") for line in (crate / "isodata.tsv").read_text().splitlines()[1:]]
    lines = sorted(f"{row[0]} {row[6] or 2}" for row in rows)
    return MARK + "\n".join(lines) + "\n"


def phones(crate: Path) -> str:
    """One line a plan: country, calling code, trunk prefix or -, lengths of the national number."""
    source = (crate / "src" / "constants.rs").read_text()
    table = source.split("NATIONAL_PREFIX: ")[1].split("];")[0]
    trunks = dict(re.findall(r'\("(\w\w)", "(\d+)"\)', table))
    plans = re.findall(r'code: "(\w\w)",\s*phone_lengths: &\[([\d, \n]+)\],\s*prefix: (\d+)', source)
    lines = []
    for code, lengths, prefix in sorted(plans, key=lambda plan: plan[0]):
        numbers = ",".join(re.findall(r"\d+", lengths))
        if len(prefix) == 4:  # North America: 1 and the area code, which is part of the national number.
            prefix, numbers = "1", "10"
        line = f"{code} {prefix} {trunks.get(code, '-')} {numbers}"
        if line not in lines:
            lines.append(line)
    return MARK + "\n".join(lines) + "\n"


if __name__ == "__main__":
    (DATA / "currencies.txt").write_text(currencies(Path(sys.argv[1])))
    (DATA / "phones.txt").write_text(phones(Path(sys.argv[2])))
