"""Phone numbers to E.164, as libphonenumber reads and judges them, by the same numbering plans of all countries.

A number is read however people write it: with `+`, with the digits that lead abroad from its country (`00`, `011`),
with or without what is dialled inside the country only, as a `tel:` link, with an extension, which is left out, or with
letters for digits. It must be valid: of a range that its country has given out. Whether it is in service can't be told.
"""

import re

from gantry_sdk.defect import Defect
from gantry_sdk.quality import phone_text
from gantry_sdk.quality.numbering import Plan, is_valid, main_plan, plan_of, split_code

_CODE = re.compile("[A-Za-z]{2}")
_SHORTEST = 2
_LONGEST = 17
"""Of national numbers."""


def e164(text: str, country: str) -> str:
    """The number as `+` and digits. One in national spelling is read by the plan of `country`, an ISO 3166 alpha-2
    code. What isn't a valid number is `not-a-phone-number`; a country that is no such code is a `ValueError`, a mistake
    of the plugin. Without one, `""`, only international spelling is read."""
    if country and not _CODE.fullmatch(country):
        raise ValueError(f"the country of a phone number is an alpha-2 code, and `{country}` is none: use alpha2(…)")
    written = phone_text.number_in(text)
    found = _read(written, plan_of(country or "")) if written else None
    if found is None:
        raise Defect("not-a-phone-number", f"`{text}` can't be dialled in {country}")
    return found


def _read(written: str, plan: Plan | None) -> str | None:
    if plan is None and not written.startswith("+"):
        return None
    split = _split(written, plan)
    if split is None and written.startswith("+"):
        # Perhaps somebody put a plus before digits that are dialled inside the country.
        split = _split(written.lstrip("+"), plan)
        if split and not split[0]:
            return None
    if split is None:
        return None
    code, number = split
    if code:
        plan = main_plan(code)
    if plan is None or len(number) < _SHORTEST:
        return None
    stripped = plan.without_prefix(number)
    if plan.has_length(stripped):
        number = stripped
    if _SHORTEST <= len(number) <= _LONGEST and is_valid(plan.code, number):
        return f"+{plan.code}{number}"
    return None


def _split(written: str, plan: Plan | None) -> tuple[str, str] | None:
    """The calling code, empty where none is written, and the digits behind it; None where there is no such code."""
    digits = phone_text.digits(written)
    behind = digits if written.startswith("+") else _behind_access_code(digits, plan)
    if behind is not None:
        return split_code(behind) if len(behind) > _SHORTEST else None
    if plan is not None and digits.startswith(plan.code):
        rest = plan.without_prefix(digits.removeprefix(plan.code))
        if (not plan.fits(digits) and plan.fits(rest)) or plan.is_too_long(digits):
            return plan.code, rest
    return "", digits


def _behind_access_code(digits: str, plan: Plan | None) -> str | None:
    """What follows the digits that lead abroad; no calling code begins with 0."""
    end = plan.access_code_length(digits) if plan else 0
    return digits[end:] if end and digits[end : end + 1] != "0" else None
