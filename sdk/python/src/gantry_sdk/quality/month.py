"""Names of months in English, German, French and Spanish."""

_NAMES = (
    ("january", "januar", "jaenner", "janner", "janvier", "enero"),
    ("february", "februar", "fevrier", "febrero"),
    ("march", "marz", "maerz", "mars", "marzo", "mrz"),
    ("april", "avril", "abril"),
    ("may", "mai", "mayo"),
    ("june", "juni", "juin", "junio"),
    ("july", "juli", "juillet", "julio"),
    ("august", "aout", "agosto"),
    ("september", "septembre", "septiembre", "setiembre", "sept"),
    ("october", "oktober", "octobre", "octubre"),
    ("november", "novembre", "noviembre"),
    ("december", "dezember", "decembre", "diciembre"),
)
"""Folded names by month."""


def number(word: str) -> int | None:
    """The number of the month that a folded word names, from 1: it names a month if it is a beginning of one of its
    names, at least three letters long. A beginning that two months share names none (`jui`)."""
    if len(word) < 3:
        return None
    named = [number for number, names in enumerate(_NAMES, 1) if any(name.startswith(word) for name in names)]
    return named[0] if len(named) == 1 else None
