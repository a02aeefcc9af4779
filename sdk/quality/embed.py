#!/usr/bin/env python3
"""Writes the SDKs' copies of `data/*.txt`; needs nothing but Python. A test of the house holds the copies equal."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "tools"))

import copies  # noqa: E402

if __name__ == "__main__":
    copies.write()
