"""Names of countries: those of `data/countries.txt`, which may be added to by hand, ISO 3166's, and CLDR's: in the most
spoken languages of trade, and in the official languages of the country itself.

A name that two countries share is none's, unless the list has decided.
"""

import sys
from pathlib import Path

import pycountry
from babel import Locale, UnknownLocaleError
from babel.languages import get_official_languages

QUALITY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(QUALITY.parent / "python/src"))

from gantry_sdk.quality.fold import fold  # noqa: E402

LANGUAGES = "en de fr es it pt nl pl sv da cs".split()
KOSOVO = "XK"


def table(listed: str) -> str:
    """The list with all names, a folded one and its code a line, sorted by bytes."""
    kept = dict(line.rsplit(" ", 1) for line in listed.splitlines())
    names = {fold(name): code for name, code in kept.items()}
    found: dict[str, set[str]] = {}
    for code in [*(country.alpha_2 for country in pycountry.countries), KOSOVO]:
        for name in [*iso(code), *cldr(code)]:
            found.setdefault(fold(name), set()).add(code)
    for name, codes in found.items():
        if name and len(codes) == 1:
            names.setdefault(name, *codes)
    lines = sorted((name.encode(), code) for name, code in names.items())
    return "".join(f"{name.decode()} {code}\n" for name, code in lines)


def iso(code: str) -> list[str]:
    country = pycountry.countries.get(alpha_2=code)
    fields = ("alpha_2", "alpha_3", "name", "official_name", "common_name")
    return [name for name in (getattr(country, field, None) for field in fields) if name]


def cldr(code: str) -> list[str]:
    names = []
    for language in [*LANGUAGES, *get_official_languages(code, de_facto=True)]:
        try:
            names.append(Locale.parse(language).territories.get(code))
        except UnknownLocaleError:
            continue
    return [name for name in names if name]
