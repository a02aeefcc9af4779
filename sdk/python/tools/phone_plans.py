"""Writes `quality/phone_plans.py` from the tables of the crate `phonelib`, which the Rust SDK uses:
`python tools/phone_plans.py PATH/TO/phonelib/src/constants.rs`.
"""

import re
import sys
from pathlib import Path

MODULE = Path(__file__).resolve().parent.parent / "src/gantry_sdk/quality/phone_plans.py"

HEAD = '''"""Numbering plans: country, calling code, digits dialled before a national number, its lengths. Made by
`tools/phone_plans.py`; don't edit."""

PLANS = """\\
'''

COUNTRY = re.compile(r'code: "(\w+)",\s+phone_lengths: &\[([\d, ]+)\],\s+prefix: (\d+),')
TRUNK = re.compile(r'\("([A-Z]{2})", "(\d+)"\)')
NORTH_AMERICA = ("1", "1", "10")
WORLD = "001"
"""Calling codes of no country, freephone and satellites, are told apart by themselves."""


def module(constants: str) -> str:
    """The module that holds these plans."""
    trunks: dict[str, list[str]] = {}
    for table in ("NATIONAL_PREFIX", "EXTRA_NATIONAL_PREFIXES"):
        body = constants.split(f"const {table}:")[1].split(";")[0]
        for country, trunk in TRUNK.findall(body):
            trunks.setdefault(country, []).append(trunk)
    plans: dict[str, tuple[str, str, str]] = {}
    for country, lengths, code in COUNTRY.findall(constants):
        plan = (code, ",".join(trunks.get(country, ["-"])), lengths.replace(" ", ""))
        is_north_american = code == "1" or (code.startswith("1") and len(code) == 4)
        plans[country if country != WORLD else code] = NORTH_AMERICA if is_north_american else plan
    return HEAD + "".join(f"{country} {' '.join(plan)}\n" for country, plan in sorted(plans.items())) + '"""\n'


if __name__ == "__main__":
    MODULE.write_text(module(Path(sys.argv[1]).read_text("utf-8")), "utf-8")
