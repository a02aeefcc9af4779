"""Brings names to a form in which they can be compared."""

from gantry_sdk.quality.characters import is_alphanumeric

_PLAIN = {
    "a": "àáâãäåāăą",
    "c": "çćčċĉ",
    "d": "ďđð",
    "e": "èéêëēėęě",
    "g": "ğģġĝ",
    "h": "ħĥ",
    "i": "ìíîïīįı",
    "k": "ķ",
    "l": "łľļĺ",
    "n": "ñńňņ",
    "o": "òóôõöøōő",
    "r": "řŕ",
    "s": "śšşș",
    "σ": "ς",
    "ss": "ß",
    "t": "ťţț",
    "u": "ùúûüūůűų",
    "y": "ýÿ",
    "z": "źžż",
    "ae": "æ",
    "oe": "œ",
    "th": "þ",
}
_TABLE = str.maketrans({accented: plain for plain, letters in _PLAIN.items() for accented in letters})


def fold(text: str) -> str:
    """Lower case letters and digits without accents: `Côte d'Ivoire` and `COTE D IVOIRE` become `cotedivoire`. Letters
    of other scripts stay, in lower case; `ß` is `ss`, and `ä`, `ö`, `ü` lose their dots.

    For comparing only: names are to be sent on as they came.
    """
    folded = text.lower()
    if not folded.isalnum():
        folded = "".join(filter(is_alphanumeric, folded))
    return folded.translate(_TABLE)
