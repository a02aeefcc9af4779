"""Finding the phone number in a text."""

from gantry_sdk.quality.characters import is_alphanumeric
from gantry_sdk.quality.digits import ZEROS

_LONGEST = 250

_CLASSES = {
    "+": "+＋",
    "-": "-‐‑‒–—―−ー－",
    "/": "/／",
    ".": ".．",
    " ": " \u00a0",
    "~": "~～",
    "#": "#＃",
    "(": "()（）[]［］⁓∼\u00ad\u200b\u2060\u3000",
    "D": "дД",
    "O": "оО",
    "B": "бБ",
    "A": "óÓ",
    "E": "ｅＥ",
    "X": "ｘＸ",
    "T": "ｔＴ",
    "N": "ｎＮ",
    "I": "ｉＩ",
}
_MARKS = {char: mark for mark, chars in _CLASSES.items() for char in chars} | {char: char for char in "*,;:=\t\\"}
"""One mark for each kind of punctuation; capitals for the letters beyond ASCII that call an extension one."""
_ZEROS = [int(zero, 16) for zero in ZEROS.split()]

_PUNCTUATION = frozenset("-x (./~*")
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
_DIGITS = frozenset("0123456789")
_KEYS = dict(zip("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999", strict=True))

_CONTEXT = ";phone-context="
_LABELS = (
    *("extension", "xtension", "extensio", "xtensio", "extensiAn", "xtensiAn", "extensiA", "xtensiA"),
    *("extn", "xtn", "ext", "xt", "EXTN", "XTN", "EXT", "XT", "anexo", "DOB"),
)
"""What precedes an extension; a longer one before those that it ends with."""
_SHORT_LABELS = ("int", "INT", "x", "X", "#", "~")


def number_in(text: str) -> str | None:
    """The number in a text, without its extension, as a plus, digits, letters and marks; None where there is none."""
    if len(text) > _LONGEST:
        return None
    number = _located("".join(map(_mark, text)), text)
    if number is None or not _is_viable(number):
        return None
    extension = _extension_start(number)
    return number[:extension] if extension is not None and _is_viable(number[:extension]) else number


def digits(number: str) -> str:
    """Its digits; three letters or more are those of the keys of a telephone."""
    if sum(char in _LETTERS for char in number) >= 3:
        number = "".join(_KEYS.get(char, char) for char in number)
    return "".join(char for char in number if char in _DIGITS)


def _mark(char: str) -> str:
    if char.isascii() and char.isalnum():
        return char.lower()
    if char in _MARKS:
        return _MARKS[char]
    code = ord(char)
    zero = next((zero for zero in _ZEROS if 0 <= code - zero < 10), None)
    if zero is not None:
        return str(code - zero)
    return "?" if is_alphanumeric(char) else "!"


def _located(text: str, written: str) -> str | None:
    """From the first digit or plus to the last letter or digit; of a link, its number in its context. `written` is the
    text before its characters became marks."""
    front, mark, parameters = text.partition(_CONTEXT)
    if mark:
        context = parameters.partition(";")[0]
        if not _is_context(context):
            return None
        scheme = front.find("tel:")
        number = (context if context.startswith("+") else "") + (front if scheme < 0 else front[scheme + 4 :])
    else:
        start = next((at for at, char in enumerate(text) if char == "+" or char in _DIGITS), None)
        if start is None:
            return None
        number = text[start:].rstrip("+-/. ~(*,;:=\t\\!")
        number = number[: _second(written[start : start + len(number)])]
    address = number.find(";isub=")
    return number[:address] if address > 0 else number


def _is_context(context: str) -> bool:
    if context.startswith("+"):
        return all(char in _DIGITS or char in "-.(" for char in context[1:]) and not _DIGITS.isdisjoint(context)
    labels = context.removesuffix(".").split(".")
    known = all(label and all(char in _LETTERS or char in _DIGITS or char == "-" for char in label) for label in labels)
    return known and labels[-1][0] in _LETTERS and not any(label[0] == "-" or label[-1] == "-" for label in labels)


def _second(written: str) -> int:
    """Where a second number begins, `… x302/x2303`, or the text ends. It is called so with a small letter only."""
    for at, char in enumerate(written):
        if char in "/\\" and written[at + 1 :].lstrip(" ").startswith("x"):
            return at
    return len(written)


def _is_viable(number: str) -> bool:
    """Whether it is made like a number: two digits, or three and more with marks among them and letters behind."""
    if _is_plain(number):
        return True
    extension = _extension_start(number)
    return extension is not None and _is_plain(number[:extension])


def _is_plain(number: str) -> bool:
    if len(number) == 2 and number.isdigit():
        return True
    count = 0
    for char in number.lstrip("+"):
        if char in _DIGITS:
            count += 1
        elif char not in _PUNCTUATION and not (count >= 3 and char in _LETTERS):
            return False
    return count >= 3


def _extension_start(number: str) -> int | None:
    """Where the extension begins, with the blanks before it; None where there is none."""
    has_hash = number.endswith("#")
    front = number.removesuffix("#").rstrip("0123456789")
    count = len(number) - has_hash - len(front)
    if count == 0:
        return None
    label_end = front.rstrip(" \t,-")
    marks = front[len(label_end) :]
    label_end = label_end.removesuffix(":") if label_end.endswith(":") else label_end.removesuffix(".")
    starts = []
    if front.endswith(";ext=") and not has_hash and count <= 20:
        starts.append(len(front) - 5)
    for labels, most in ((_LABELS, 20), (_SHORT_LABELS, 9)):
        label = next((label for label in labels if label_end.endswith(label)), None)
        if label and count <= most:
            starts.append(len(label_end.removesuffix(label).rstrip(" \t,")))
    if has_hash and count <= 6 and front != front.rstrip("- "):
        starts.append(len(front.rstrip("- ")))
    if label_end.endswith(";") and count <= 15:
        starts.append(len(label_end[:-1].rstrip(" \t")))
    for commas, most in ((",,", 15), (",", 9)):
        if commas in marks and count <= most:
            starts.append(len(front[: len(front) - len(marks) + marks.index(commas)].rstrip(" \t")))
    return min(starts, default=None)
