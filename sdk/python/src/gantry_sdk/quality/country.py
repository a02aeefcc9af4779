"""Countries to ISO 3166 alpha-2.

The names are those of every SDK of this project: codes, English names and their variants, and what a country's own
people and its neighbours call it.
"""

from gantry_sdk.defect import Defect
from gantry_sdk.quality.country_names import NAMES
from gantry_sdk.quality.fold import fold

_CODES = {line[:-3]: line[-2:] for line in NAMES.splitlines()}


def alpha2(text: str) -> str:
    """The alpha-2 code of a country given as a code (two or three letters) or a name: English with its variants (`UK`,
    `U.S.A.`, `Ivory Coast`), native (`Deutschland`, `España`, `日本`), or a neighbour's. Case, accents and punctuation
    don't matter. Beside ISO 3166, Kosovo's customary `XK` is known. Anything else is an `unknown-country`."""
    code = _CODES.get(fold(text))
    if code is None:
        raise Defect("unknown-country", f"`{text}` is no country known by ISO 3166")
    return code
