#!/usr/bin/env python3
"""Writes the tables of the data quality kit, `data/*.txt`, and then the SDKs' copies: `sdk/quality/embed.py`.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt && venv/bin/python generate.py

Run by hand when the packages in `requirements.txt` are raised. `data/currencies.txt` is kept by hand, after ISO 4217; of
`data/countries.txt` lines are kept, and names added.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "tools"))

import copies  # noqa: E402
import countries  # noqa: E402
import phones  # noqa: E402
import zones  # noqa: E402

if __name__ == "__main__":
    names = HERE / "data/countries.txt"
    names.write_text(countries.table(names.read_text("utf-8")), "utf-8")
    for name, text in (phones.tables() | zones.tables()).items():
        (HERE / "data" / name).write_text(text, "utf-8")
    copies.write()
