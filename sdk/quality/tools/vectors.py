"""Writes `vectors/*.json`: `python tools/vectors.py`. What is expected comes from other programs than the SDKs: the
packages in `requirements.txt` and Python's own `datetime` and `decimal`. `vectors/emails.json` is kept by hand.
"""

import json
import random
from datetime import date, timedelta
from pathlib import Path

import phonenumbers
import pycountry
from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.languages import get_official_languages
from babel.numbers import format_decimal
import instant_vectors
from phone_texts import TEXTS

VECTORS = Path(__file__).resolve().parent.parent / "vectors"
CHANCE = random.Random(2026)


def write(kind: str, source: str, vectors: list[dict]) -> None:
    """A vector has a text, what else its function takes, and either a value or the code of the defect."""
    unique = list({json.dumps(vector, ensure_ascii=False): None for vector in vectors})
    head = json.dumps(source, ensure_ascii=False)
    text = f'{{\n  "source": {head},\n  "vectors": [\n    ' + ",\n    ".join(unique) + "\n  ]\n}\n"
    (VECTORS / f"{kind}.json").write_text(text, "utf-8")
    print(kind, len(unique))


def phone(text: str, country: str) -> dict:
    found = None
    try:
        # The case of a country doesn't matter to Gantry.
        number = phonenumbers.parse(text, country.upper())
        if phonenumbers.is_valid_number(number):
            found = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    except phonenumbers.NumberParseException:
        pass
    answer = {"value": found} if found else {"code": "not-a-phone-number"}
    return {"text": text, "country": country, **answer}


def phones() -> None:
    vectors = [phone(text, country) for text, country in TEXTS]
    formats = phonenumbers.PhoneNumberFormat
    for country in sorted(phonenumbers.SUPPORTED_REGIONS):
        fixed = phonenumbers.example_number(country)
        mobile = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE) or fixed
        abroad = phonenumbers.PhoneMetadata.metadata_for_region(country).international_prefix
        access = abroad if abroad.isdigit() else "00"
        vectors += [
            phone(phonenumbers.format_number(fixed, formats.NATIONAL), country),
            phone(phonenumbers.format_number(mobile, formats.NATIONAL).replace(" ", "-"), country.lower()),
            phone(phonenumbers.format_number(mobile, formats.INTERNATIONAL), "DE"),
            phone(phonenumbers.format_number(fixed, formats.RFC3966) + ";ext=7", "US"),
            phone(access + phonenumbers.format_number(fixed, formats.E164)[1:], country),
            phone(f"+{fixed.country_code} (0) {fixed.national_number}", country),
            phone(str(fixed.national_number)[:-1] + "x", country),
        ]
    source = f"libphonenumber's answers, by the package phonenumbers {phonenumbers.__version__}: a number that is valid"
    write("phones", source, vectors)


NAMES = {
    "en": ["d MMMM yyyy", "MMMM d, yyyy", "d MMM yyyy", "EEEE, d MMMM yyyy", "MMM d yyyy", "dd-MMM-yyyy"],
    "de": ["d. MMMM yyyy", "EEEE, d. MMMM yyyy", "dd MMMM yyyy"],
    "fr": ["d MMMM yyyy", "dd MMMM yyyy"],
    "es": ["d 'de' MMMM 'de' yyyy", "d MMMM yyyy"],
}
"""The patterns of CLDR for long dates, and their usual variants."""


def dates() -> None:
    vectors = []

    def add(text: str, order: str, value: date | str) -> None:
        answer = {"value": value.isoformat()} if isinstance(value, date) else {"code": value}
        vectors.append({"text": text, "order": order, **answer})

    days = [date(2026, 3, 9), date(2024, 2, 29), date(2000, 2, 29), date(1999, 12, 31), date(2027, 1, 1)]
    days += [date(1970, 1, 1) + timedelta(days=CHANCE.randrange(30000)) for _ in range(12)]
    for day in days:
        iso = day.isoformat()
        add(iso, "undeclared", day)
        add(day.strftime("%Y%m%d"), "undeclared", day)
        add(f"{day.year}/{day.month}/{day.day}", "month_first", day)
        add(f"{day.day}.{day.month}.{day.year}", "month_first", day)
        add(f"{day.day:02}.{day.month:02}.{day.year}", "undeclared", day)
        add(f"{day.day}/{day.month}/{day.year}", "day_first", day)
        add(f"{day.month:02}/{day.day:02}/{day.year}", "month_first", day)
        add(f"{day.day:02}-{day.month:02}-{day.year}", "day_first", day)
        add(iso + CHANCE.choice(TIMES), "undeclared", day)
        readings = {(day.day, day.month), (day.month, day.day)} if day.day <= 12 else {(day.day, day.month)}
        add(f"{day.day}/{day.month}/{day.year}", "undeclared", day if len(readings) == 1 else "ambiguous-date")
        for language in NAMES:
            add(format_date(day, CHANCE.choice(NAMES[language]), locale=language), "undeclared", day)
    for time in TIMES:
        add("2026-03-09" + time, "undeclared", date(2026, 3, 9))
    for text in NO_DATES:
        for order in ("undeclared", "day_first"):
            add(text, order, "not-a-date")
    for year in (1900, 2100, 2023, 2026):
        add(f"{year}-02-29", "undeclared", "not-a-date")
        add(f"29.02.{year}", "undeclared", "not-a-date")
    write(
        "dates",
        "ISO 8601 and RFC 3339 (their forms and limits), RFC 5322 (dates of mail), the long dates of CLDR 49 in English, "
        "German, French and Spanish; the calendar is Python's",
        vectors,
    )


TIMES = [
    *("T10:15", " 10:15", "T10:15:00", "T10:15:00Z", "t10:15:00z", "T10:15:00.123Z", "T10:15:00,123+01:00"),
    *(
        "T23:59:60Z",
        "T10:15:00+0530",
        "T10:15:00-03:30",
        " 10:15:00 +0100",
        "T10:15:00 UTC",
        " 10:15 GMT",
        "T00:00:00+14",
    ),
]
NO_DATES = [
    *("", " ", "NULL", "soon", "2026", "2026-03", "2026-13-01", "2026-00-10", "2026-04-31", "2026-3-32", "31.04.2026"),
    *(
        "09.03.26",
        "9/3/26",
        "2026-03-09T25:00",
        "2026-03-09T10:60",
        "2026-03-09T10:15:61Z",
        "2026-03-09x",
        "2026-03-09T",
    ),
    *("9.3.2026.1", "1/2/3/2026", "9 Marzipan 2026", "9 March 26", "9 March 2026 tomorrow", "0000-01-01", "9 jui 2026"),
    *(
        "2026-W10-1",
        "2026-068",
        "20260309T10",
        "2026-0309",
        "202603091",
        "９.3.2026",
        "٩.٣.٢٠٢٦",
        "9.3/2026",
        "-9.3.2026",
    ),
    *(
        "9..3.2026",
        "9.3.",
        "/",
        "9/",
        "9/3",
        "32 January 2026",
        "30 February 2026",
        "March 2026",
        "March 9",
        "2026-03-09 noon",
    ),
    *(
        "Sol 9 March 2026",
        "99 March 2026",
        "2026-03-09T10:15:00.Z",
        "2026-03-09T10:15:00+x",
        "+2026-03-09",
        "12026-03-09",
    ),
]


def decimals() -> None:
    vectors = []

    def add(text: str, notation: str, value: str | None) -> None:
        answer = {"value": value} if value is not None else {"code": "not-a-decimal"}
        vectors.append({"text": text, "notation": notation, **answer})

    numbers = ["0.00", "0.5", "1.00", "12.34", "-7.25", "999.99", "1000.00", "-1234.56", "12345.678", "1234567.89"]
    numbers += [f"{CHANCE.randrange(-(10**9), 10**9)}.{CHANCE.randrange(100):02}" for _ in range(8)]
    numbers = [number.replace("-0.", "0.") for number in numbers]
    for number in numbers:
        whole, _, fraction = number.partition(".")
        pattern = "#,##0." + "0" * len(fraction)
        for locale, notation in (
            ("en", "point"),
            ("de", "comma"),
            ("fr", "comma"),
            ("de_CH", "point"),
            ("sv", "comma"),
        ):
            written = format_decimal(number, format=pattern, locale=locale, decimal_quantization=False)
            written = written.replace("−", "-")
            if not (locale == "es" and len(whole.lstrip("-")) == 4):
                add(written, notation, number)
        add(number, "plain", number)
        add(f" +{number.lstrip('-')} ", "plain", number.lstrip("-"))
        add(number.replace(".", ","), "comma", number)
    for text, notation, value in NOTATIONS:
        add(text, notation, value)
    write(
        "decimals",
        "The number formats of CLDR 49 for English, German, French, Swiss German and Swedish; beyond them, the limits of "
        "the kit: 28 decimals, below 2^96 without the point",
        vectors,
    )


NOTATIONS = [
    ("79228162514264337593543950335", "plain", "79228162514264337593543950335"),
    ("79228162514264337593543950336", "plain", None),
    ("-79228162514264337593543950335", "plain", "-79228162514264337593543950335"),
    ("7.9228162514264337593543950335", "plain", "7.9228162514264337593543950335"),
    ("0.0000000000000000000000000001", "plain", "0.0000000000000000000000000001"),
    ("0.00000000000000000000000000001", "plain", None),
    ("79.228.162.514.264.337.593.543.950.335", "comma", "79228162514264337593543950335"),
    ("000000000000000000000000000000000001.50", "plain", "1.50"),
    ("007", "plain", "7"),
    ("-0", "plain", "0"),
    ("-0.00", "plain", "0.00"),
    ("+0", "plain", "0"),
    ("1'234'567,89", "comma", "1234567.89"),
    ("1’234’567.89", "point", "1234567.89"),
    ("1\u202f234\u202f567,89", "comma", "1234567.89"),
    ("1\u00a0234\u00a0567,89", "comma", "1234567.89"),
    ("1 234 567.89", "point", "1234567.89"),
    ("-1,234.5", "point", "-1234.5"),
    ("+1,234.5", "point", "1234.5"),
    ("1,234", "point", "1234"),
    ("1.234", "comma", "1234"),
    ("1.234", "point", "1.234"),
    ("1,234", "comma", "1.234"),
    ("1234.5", "point", "1234.5"),
    ("1234,5", "comma", "1234.5"),
    *[
        (text, notation, None)
        for notation in ("plain", "point", "comma")
        for text in (
            *(
                "",
                " ",
                "-",
                "+",
                ".",
                ",",
                "abc",
                "12a",
                "1e3",
                "0x10",
                "NaN",
                "Infinity",
                "--1",
                "+-1",
                "1-",
                "1..2",
                "1,,2",
            ),
            *("1. 2", "٣", "１２", "−5", "½", "1_000", "$5", "5 €", "(5)", "5%", "1.2.3", "1,2,3"),
        )
    ],
    *[(text, "plain", None) for text in ("1,5", "1,234.5", "1 000", "1'000", ".5", "5.", "- 5")],
    *[
        (text, "point", None)
        for text in ("1,23,456.78", "12,34", "1,2345", "1234,567", ",567", "1.", ".5", "1,234,5.6")
    ],
    *[
        (text, "comma", None)
        for text in ("1.23.456,78", "12.34", "1.2345", "1234.567", ".567", "1,", ",5", "1.234,5.6")
    ],
    *[(text, notation, None) for notation in ("point", "comma") for text in ("1  234", " - 1", "1 23", "12 34 567")],
]


LANGUAGES = "en de fr es it pt nl pl sv da cs".split()


def countries() -> None:
    vectors = []
    codes = sorted(country.alpha_2 for country in pycountry.countries)
    claimed: dict[str, set[str]] = {}
    names: list[tuple[str, str]] = []
    for code in codes:
        country = pycountry.countries.get(alpha_2=code)
        names += [(code, code), (country.alpha_3.lower(), code), (country.name, code)]
        official = [language for language in get_official_languages(code, de_facto=True)]
        for language in LANGUAGES + official:
            try:
                name = Locale.parse(language).territories.get(code)
            except UnknownLocaleError:
                continue
            if name and (language in official or CHANCE.random() < 0.15):
                names.append((name, code))
    for name, code in names:
        claimed.setdefault(name.casefold(), set()).add(code)
    for name, code in names:
        if len(claimed[name.casefold()]) == 1:
            vectors.append({"text": name, "value": code})
    vectors += [{"text": text, "value": code} for text, code in PEOPLE]
    vectors += [{"text": text, "code": "unknown-country"} for text in NO_COUNTRIES]
    write("countries", "ISO 3166-1 (codes and English short names) by pycountry 26.2.16, names of CLDR 49", vectors)


PEOPLE = [
    *(("UK", "GB"), ("U.K.", "GB"), ("Great Britain", "GB"), ("usa", "US"), ("U.S.A.", "US"), ("Holland", "NL")),
    *(("The Netherlands", "NL"), ("ÖSTERREICH", "AT"), ("Côte d'Ivoire", "CI"), ("COTE D IVOIRE", "CI")),
    *(("Ivory Coast", "CI"), ("Czech Republic", "CZ"), ("Türkei", "TR"), ("Turkey", "TR"), ("ΕΛΛΆΔΑ", "GR")),
    *(("ΕΛΛΆΣ", "GR"), ("РОССИЯ", "RU"), ("भारत", "IN"), ("  Deutschland\t", "DE"), ("Bosnia & Herzegovina", "BA")),
    *(("Burma", "MM"), ("Swaziland", "SZ"), ("Kosovo", "XK"), ("xk", "XK"), ("ΚΎΠΡΟΣ", "CY"), ("日本", "JP")),
]
NO_COUNTRIES = [
    *("", " ", "ZZ", "EU", "Atlantis", "Europe", "NULL", "-", "zzzzzzzz", "a", "germany DE", "DE/AT", "D E U T"),
    *("XX", "QQ", "Westeros", "Berlin", "0", "276", "🇩🇪", "deutschlan", "\u200bDeutschland x", "USSR"),
]


def currencies() -> None:
    digits = {line[:3]: int(line[4:]) for line in (VECTORS.parent / "data/currencies.txt").read_text().splitlines()}
    codes = sorted(currency.alpha_3 for currency in pycountry.currencies)
    vectors = []
    for at, code in enumerate(codes):
        text = (code, code.lower(), f" {code}\t", code.title())[at % 4]
        vectors.append({"text": text, "value": code, "decimals": digits[code]})
    vectors += [{"text": text, "code": "unknown-currency"} for text in NO_CURRENCIES]
    write("currencies", "ISO 4217 by pycountry 26.2.16; decimals by ISO 4217, list one", vectors)


NO_CURRENCIES = [
    *(
        "",
        " ",
        "€",
        "$",
        "EURO",
        "E",
        "EU",
        "XXXX",
        "ZZZ",
        "AAA",
        "EUR USD",
        "E U R",
        "ｅｕｒ",
        "uſd",
        "ıdr",
        "ΕUR",
        "978",
    ),
    *("BTC", "DEM ", "US$", "eur.", "null", "£", "руб", "EUR\u200b", "\ufeffEUR"),
]


if __name__ == "__main__":
    VECTORS.mkdir(exist_ok=True)
    phones()
    dates()
    decimals()
    countries()
    currencies()
    write(
        "instants", "RFC 3339 (section 5.8 among others) and ISO 8601, by Python's datetime", instant_vectors.instants()
    )
    write("epochs", "seconds and milliseconds of POSIX time, by Python's datetime", instant_vectors.epochs())
    tz = "the tz database 2026f (package tzdata 2026.6), by Python's zoneinfo"
    write("zoned-times", tz, instant_vectors.zoned())
    write("local-times", tz + "; where clocks change, by the names of ECMAScript's Temporal", instant_vectors.local())
