"""The numbering plans of all countries, from the metadata of libphonenumber (the package `phonenumbers`).

`phone-plans.txt` has two kinds of lines, sorted together:

    49 DE 12345          a calling code, its main country, and the shape of its valid numbers
    DE 49 0 1 2 3 4 …    a country: calling code; shapes of the prefix that leads abroad and of plausible national
                         numbers; lengths that national numbers have, and those that are dialled locally only, as bits;
                         then what may precede a national number, one rule a word, the first that fits wins

A rule is either one shape, which is taken off, or `LEAD:KEPT:TAIL:END:PUT`: lead and tail are taken off, what is kept
between them stays and is preceded by PUT; with END 1 nothing may follow. Shapes are places in `phone-shapes.txt`.
"""

import re
import unicodedata

import phonenumbers
from automata import Automaton, Table, both, combined, lengths, pattern, prefix
from phonenumbers.data import _COUNTRY_CODE_TO_REGION_CODE as REGIONS
from phonenumbers.phonemetadata import PhoneMetadata

TYPES = "fixed_line mobile toll_free premium_rate shared_cost personal_number voip pager uan voicemail".split()
WORLD = "001"
NOTHING = pattern("")
LENGTHS = list(range(2, 18))
"""Of national numbers, as libphonenumber reads them."""
SHAPES_WIDTH = 100
"""Characters a line, twenty edges."""


def described(description) -> Automaton | None:
    """The numbers that a description of the metadata matches as a whole."""
    if description is None or description.national_number_pattern is None:
        return None
    numbers = pattern(description.national_number_pattern)
    possible = [length for length in description.possible_length if length > 0]
    return both(numbers, lengths(possible)) if possible else numbers


def valid(metadata: PhoneMetadata) -> Automaton:
    """The numbers of any type."""
    types = [found for found in (described(getattr(metadata, name)) for name in TYPES) if found]
    general = described(metadata.general_desc)
    return combined([general, *types], lambda said: said[0] and any(said[1:]))


def valid_of_code(metadatas: list[PhoneMetadata]) -> Automaton:
    """The numbers of all countries of a calling code. As libphonenumber does, the first country decides whose leading
    digits fit or which, having none, knows the number."""
    parts: list[Automaton] = []
    for metadata in metadatas:
        leading = metadata.leading_digits
        parts += [prefix(pattern(leading)) if leading else NOTHING, valid(metadata)]

    def accepts(said: list[bool]) -> bool:
        for at, metadata in enumerate(metadatas):
            leads, is_valid = said[2 * at], said[2 * at + 1]
            if metadata.leading_digits and len(metadatas) > 1:
                if leads:
                    return is_valid
            elif is_valid:
                return True
        return False

    return both(combined(parts, accepts), lengths(LENGTHS))


def split_rule(source: str, rule: str | None) -> list[tuple[str, str | None, str, bool]]:
    """Lead, kept part, tail, and whether the number ends there, of each alternative of a rule for prefixes."""
    optional = source.endswith(")?") and "(" in source and rule is not None
    if optional:
        lead, group = source.split("(?:(", 1) if source.startswith("0?") else source.rsplit("(?:(", 1)
        kept, tail = _closed("(" + group[:-2])
        return [*_cut(lead, kept, tail), (lead, None, "", False)]
    branches = []
    for branch in _alternatives(source):
        if rule is not None and "(" in branch.replace("(?:", ""):
            lead, rest = re.match(r"((?:\(\?:|[^(])*)(\(.*)", branch).groups()
            kept, tail = _closed(rest)
            branches.append((lead, kept, tail.rstrip("$"), tail.endswith("$")))
        else:
            branches.append((branch, None, "", False))
    return branches


def _cut(lead: str, kept: str, tail: str) -> list[tuple[str, str | None, str, bool]]:
    """Where the rule puts the second group in, the first one goes with the lead."""
    if tail.startswith("("):
        second, rest = _closed(tail)
        return [(lead + "(?:" + kept + ")", second, rest, False)]
    return [(lead, kept, tail, False)]


def _closed(text: str) -> tuple[str, str]:
    """The inside of the group that opens here, and what follows it."""
    depth = 0
    for at, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return text[1:at], text[at + 1 :]
    raise ValueError(text)


def _alternatives(text: str) -> list[str]:
    found, depth, start = [], 0, 0
    for at, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if char == "|" and depth == 0:
            found.append(text[start:at])
            start = at + 1
    return [*found, text[start:]]


def bits(possible) -> int:
    return sum(1 << length for length in possible if length > 0)


class Plans:
    """The lines, and the table of shapes that they point into."""

    def __init__(self) -> None:
        self.shapes = Table()
        self.lines: list[str] = []
        for code, regions in sorted(REGIONS.items()):
            metadatas = [
                PhoneMetadata.metadata_for_nongeo_region(code)
                if region == WORLD
                else PhoneMetadata.metadata_for_region(region)
                for region in regions
            ]
            main = f"+{code}" if regions[0] == WORLD else regions[0]
            self.lines.append(f"{code} {main} {self.shapes.add(valid_of_code(metadatas))}")
            for region, metadata in zip(regions, metadatas):
                self._country(f"+{code}" if region == WORLD else region, metadata)
        self.lines.sort()

    def _country(self, country: str, metadata: PhoneMetadata) -> None:
        general = metadata.general_desc
        abroad = metadata.international_prefix
        fields = [
            self.shapes.add(pattern(abroad)) if abroad else 0,
            # As libphonenumber matches it: by the pattern alone, whatever the length.
            self.shapes.add(pattern(general.national_number_pattern)),
            bits(general.possible_length),
            bits(general.possible_length_local_only),
        ]
        words = [str(field) for field in fields]
        source = metadata.national_prefix_for_parsing
        rule = metadata.national_prefix_transform_rule
        for lead, kept, tail, ends in split_rule(source, rule) if source else []:
            word = str(self.shapes.add(pattern(lead)))
            if kept is not None:
                put, group = re.fullmatch(r"(\d*)\\(\d)", rule).groups()
                kept_shape = self.shapes.add(pattern(kept))
                word += f":{kept_shape}:{self.shapes.add(pattern(tail))}:{int(ends)}:{put}"
            words.append(word)
        self.lines.append(f"{country} {metadata.country_code} {' '.join(words)}")


def tables() -> dict[str, str]:
    """The files, by name."""
    plans = Plans()
    edges = plans.shapes.text()
    shapes = [edges[at : at + SHAPES_WIDTH] for at in range(0, len(edges), SHAPES_WIDTH)]
    return {
        "phone-plans.txt": "\n".join(plans.lines) + "\n",
        "phone-shapes.txt": "\n".join(shapes) + "\n",
        "digits.txt": "\n".join(zeros()) + "\n",
    }


def zeros() -> list[str]:
    """Where the ten digits of each script begin, in hexadecimal; ASCII's are left out."""
    found = [code for code in range(0x80, 0x110000) if unicodedata.decimal(chr(code), None) == 0]
    assert all(unicodedata.decimal(chr(zero + digit)) == digit for zero in found for digit in range(10))
    return [f"{code:x}" for code in found]
