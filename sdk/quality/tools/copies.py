"""The SDKs' copies of the tables, in the form that each language embeds.

An SDK is copied beside the plugins that use it, so it can't read the tables from here.
"""

from pathlib import Path

QUALITY = Path(__file__).resolve().parent.parent
SDK = QUALITY.parent
NOTICE = "Made by sdk/quality/embed.py from sdk/quality/data/{name}.txt; don't edit."

SAYS = {
    "countries": "One folded name and its ISO 3166 alpha-2 code a line.",
    "currencies": "One code of ISO 4217 and the decimals of its amounts a line.",
    "phone-plans": "Numbering plans of all countries, from libphonenumber (Apache License 2.0).",
    "phone-shapes": "The shapes of numbers that the plans name, from libphonenumber (Apache License 2.0).",
    "digits": "Where the ten digits of each script begin, in hexadecimal.",
    "marks": "What Unicode calls alphabetic beside letters and numbers: first and last of each run, in hexadecimal.",
    "zones": "Time zones and their rules since 1970, from the tz database.",
}

PYTHON = {
    "countries": ("country_names.py", "NAMES"),
    "currencies": ("currency_codes.py", "CODES"),
    "phone-plans": ("phone_plans.py", "PLANS"),
    "phone-shapes": ("phone_shapes.py", "SHAPES"),
    "digits": ("digits.py", "ZEROS"),
    "marks": ("marks.py", "MARKS"),
    "zones": ("zones.py", "ZONES"),
}
JAVASCRIPT = {
    "countries": "COUNTRIES",
    "currencies": "CURRENCIES",
    "phone-plans": "PLANS",
    "phone-shapes": "SHAPES",
    "digits": "ZEROS",
    "zones": "ZONES",
}
RUST = {
    "countries": "country/names.txt",
    "phone-plans": "phone/plans.txt",
    "phone-shapes": "phone/shapes.txt",
    "digits": "phone/digits.txt",
    "zones": "instant/zones.txt",
}


def python(name: str, text: str) -> str:
    constant = PYTHON[name][1]
    return f'"""{SAYS[name]}\n\n{NOTICE.format(name=name)}\n"""\n\n{constant} = """\\\n{text}"""\n'


def javascript(name: str, text: str) -> str:
    head = f"/**\n * {SAYS[name]}\n * {NOTICE.format(name=name)}\n * @type {{string}}\n */\n"
    return f"{head}export const {JAVASCRIPT[name]} = `{text.removesuffix(chr(10))}`;\n"


def c(name: str, text: str) -> str:
    lines = text.splitlines()
    if name == "countries":
        body = c_countries(lines)
    elif name == "currencies":
        entries = [f'{{"{line[:3]}", {line[4:]}}}' for line in lines]
        body = f"static const struct currency currencies[] = {{\n{wrapped(entries, 8)}}};\n"
    elif name == "digits":
        body = f"static const uint32_t zeros[] = {{\n{wrapped([f'0x{line}' for line in lines], 12)}}};\n"
    elif name == "phone-shapes":
        # Two question marks may begin a trigraph.
        literals = [line.replace("??", "?\\?") for line in lines]
        body = "static const char shapes[] =\n" + "\n".join(f'    "{line}"' for line in literals) + ";\n"
    else:
        constant = {"phone-plans": "plans", "zones": "zones"}[name]
        body = f"static const char {constant}[] =\n" + "\n".join(f'    "{line}\\n"' for line in lines) + ";\n"
    return f"// {NOTICE.format(name=name)}\n\n/// {SAYS[name]}\n{body}"


def c_countries(lines: list[str]) -> str:
    """Names one behind the other, each followed by its code, and where each begins."""
    entries = [line.replace(" ", "") for line in lines]
    starts = [0]
    for entry in entries:
        starts.append(starts[-1] + len(entry.encode()))
    assert starts[-1] < 65536, "an offset fits in 16 bits"
    body = "static const char names[] =\n" + "\n".join(f'    "{entry}"' for entry in entries) + ";\n\n"
    body += "/// Where each name begins, and where the last code ends.\n"
    return body + f"static const uint16_t starts[] = {{\n{wrapped([str(start) for start in starts], 16)}}};\n"


def wrapped(items: list[str], per_line: int) -> str:
    lines = [", ".join(items[at : at + per_line]) for at in range(0, len(items), per_line)]
    return "".join(f"    {line},\n" for line in lines)


def all_copies() -> dict[Path, str]:
    """What each copy has to be."""
    copies: dict[Path, str] = {}
    for name in SAYS:
        text = (QUALITY / "data" / f"{name}.txt").read_text("utf-8")
        copies[SDK / "python/src/gantry_sdk/quality" / PYTHON[name][0]] = python(name, text)
        if name not in JAVASCRIPT:
            continue
        copies[SDK / "js/src/quality/data" / f"{name}.js"] = javascript(name, text)
        copies[SDK / "go/quality/data" / f"{name}.txt"] = text
        copies[SDK / "c/src/quality" / f"{name.replace('-', '_')}.inc"] = c(name, text)
        if name in RUST:
            copies[SDK / "rust/src/quality" / RUST[name]] = text
    return copies


def write() -> None:
    for path, text in all_copies().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
