"""Vectors of instants, by Python's `datetime` and, with the rules of the package `tzdata`, its `zoneinfo`."""

import random
import zoneinfo
from datetime import UTC, datetime, timedelta
from importlib.resources import files

zoneinfo.reset_tzpath([])
CHANCE = random.Random(1970)
ODD = {"Africa/Monrovia"}
"""Its offset had seconds until 1972; the table's are whole minutes."""

WELL_KNOWN = [
    *("Europe/Berlin", "Europe/London", "Europe/Dublin", "Europe/Lisbon", "Europe/Moscow", "Europe/Istanbul"),
    *("America/New_York", "America/Chicago", "America/Phoenix", "America/Sao_Paulo", "America/St_Johns"),
    *("America/Mexico_City", "America/Santiago", "Asia/Tokyo", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tehran"),
    *("Asia/Shanghai", "Asia/Gaza", "Australia/Sydney", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Kiritimati"),
    *(
        "Pacific/Chatham",
        "Africa/Cairo",
        "Africa/Casablanca",
        "Antarctica/Troll",
        "Atlantic/Azores",
        "UTC",
        "Etc/GMT+5",
    ),
]


def written(at: datetime, fraction: str = "") -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0") + (f".{fraction}" if fraction else "")


def instants() -> list[dict]:
    vectors = []

    def add(text: str, value: datetime | str, fraction: str = "") -> None:
        if isinstance(value, datetime):
            vectors.append({"text": text, "value": written(value, fraction) + "Z"})
        else:
            vectors.append({"text": text, "code": value})

    for text, value, fraction in INSTANTS:
        add(text, datetime.fromisoformat(value), fraction)
    for _ in range(40):
        at = datetime(1970, 1, 1) + timedelta(seconds=CHANCE.randrange(-(10**10), 10**11))
        minutes = CHANCE.choice([0, 60, 120, 330, 345, -150, -300, 765, 840, -720, CHANCE.randrange(-1439, 1440)])
        local = at + timedelta(minutes=minutes)
        sign = "-" if minutes < 0 else "+"
        hours, rest = divmod(abs(minutes), 60)
        fraction = CHANCE.choice(["", "5", "123", "123456", "123456789", "000000001"])
        offset = CHANCE.choice(
            [f"{sign}{hours:02}:{rest:02}", f"{sign}{hours:02}{rest:02}", f" {sign}{hours:02}:{rest:02}"]
        )
        add(written(local, fraction) + offset, at, fraction)
        add(
            written(at, fraction).replace("T", CHANCE.choice("Tt ")) + CHANCE.choice(["Z", "z", " UTC", "UTC", " GMT"]),
            at,
            fraction,
        )
    for text in (
        "2026-03-09T10:15:00",
        "2026-03-09 10:15",
        "20260309T101500",
        "2026-03-09T10:15:00.5",
        "2026-03-09 10:15:00 ",
    ):
        add(text, "missing-offset")
    for text in NO_INSTANTS:
        add(text, "not-a-datetime")
    return vectors


INSTANTS = [
    # RFC 3339, section 5.8.
    ("1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50", "52"),
    ("1996-12-19T16:39:57-08:00", "1996-12-20T00:39:57", ""),
    ("1990-12-31T23:59:60Z", "1991-01-01T00:00:00", ""),
    ("1990-12-31T15:59:60-08:00", "1991-01-01T00:00:00", ""),
    ("1937-01-01T12:00:27.87+00:20", "1937-01-01T11:40:27", "87"),
    # What programs write.
    ("2026-03-09T09:15:00Z", "2026-03-09T09:15:00", ""),
    ("2026-03-09T10:15:00+01:00", "2026-03-09T09:15:00", ""),
    ("2026-03-09T10:15+01:00", "2026-03-09T09:15:00", ""),
    ("2026-03-09T10:15:00+01", "2026-03-09T09:15:00", ""),
    ("2026-03-09 10:15:00 +0100", "2026-03-09T09:15:00", ""),
    ("2026-03-09 09:15:00 UTC", "2026-03-09T09:15:00", ""),
    ("2026-03-09T09:15:00.000Z", "2026-03-09T09:15:00", ""),
    ("2026-03-09T09:15:00.1234567Z", "2026-03-09T09:15:00", "1234567"),
    ("2026-03-09T09:15:00.120Z", "2026-03-09T09:15:00", "12"),
    ("2026-03-09T09:15:00,5Z", "2026-03-09T09:15:00", "5"),
    ("2026-03-09T09:15:00.1234567891234Z", "2026-03-09T09:15:00", "123456789"),
    ("20260309T091500Z", "2026-03-09T09:15:00", ""),
    ("20260309T0915Z", "2026-03-09T09:15:00", ""),
    ("20260309T101500.25+0100", "2026-03-09T09:15:00", "25"),
    ("2026-03-09T09:15:00-00:00", "2026-03-09T09:15:00", ""),
    ("  2026-03-09T09:15:00Z\n", "2026-03-09T09:15:00", ""),
    ("2024-02-29T23:59:59+00:00", "2024-02-29T23:59:59", ""),
    ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00", ""),
    ("0001-01-01T00:00:00-23:59", "0001-01-01T23:59:00", ""),
    ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59", ""),
    ("9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59", "999999999"),
    ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59", "5"),
    ("1900-01-01T00:00:00+00:00", "1900-01-01T00:00:00", ""),
]
NO_INSTANTS = [
    *(
        "",
        " ",
        "now",
        "NULL",
        "2026-03-09",
        "10:15:00Z",
        "2026-03-09T",
        "2026-03-09TZ",
        "2026-03-09T10Z",
        "2026-03-09T10:15:00ZZ",
    ),
    *(
        "2026-02-29T10:15:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "0000-01-01T00:00:00Z",
    ),
    *(
        "2026-03-09T24:00:00Z",
        "2026-03-09T10:60:00Z",
        "2026-03-09T10:15:61Z",
        "2026-03-09T10:15:00.Z",
        "2026-03-09T10:15:00+24:00",
    ),
    *("2026-03-09T10:15:00+01:60", "2026-03-09T10:15:00+1", "2026-03-09T10:15:00+1:00", "2026-03-09T10:15:00+01:00:00"),
    *(
        "2026-03-09T10:15:00 CET",
        "2026-03-09T10:15:00+01:00[Europe/Berlin]",
        "2026-3-9T10:15:00Z",
        "2026-03-09T1:15:00Z",
    ),
    *("20260309 101500Z", "20260309T10:15:00Z", "2026-03-09T101500Z", "2026-W10-1T10:15:00Z", "2026-068T10:15:00Z"),
    *("0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "9999-12-31T23:59:60Z", "+2026-03-09T10:15:00Z"),
    *(
        "12026-03-09T10:15:00Z",
        "Mon, 09 Mar 2026 10:00:00 +0100",
        "1773047700",
        "２026-03-09T10:15:00Z",
        "2026-03-09T10:15:00−01:00",
    ),
    *(
        "2026-03-09_10:15:00Z",
        "2026/03/09 10:15:00Z",
        "09.03.2026 10:15:00Z",
        "2026-03-09T10:15:00Zulu",
        "2026-03-09T10:15:00utc",
    ),
    *("2026-03-09T10.15.00Z", "2026-03-09T10:15Z0", "2026-03-09T-1:15:00Z", "2026-03-09  10:15:00Z"),
]


def epochs() -> list[dict]:
    vectors = []

    def add(text: str, unit: str, seconds: int, fraction: str = "") -> None:
        at = datetime(1970, 1, 1) + timedelta(seconds=seconds)
        vectors.append({"text": text, "unit": unit, "value": written(at, fraction.rstrip("0")) + "Z"})

    for seconds in [0, 1, -1, 86400, 1773047700, 253402300799, -62135596800, 2147483648, -2208988800]:
        add(str(seconds), "seconds", seconds)
        add(f"{seconds}.0", "seconds", seconds)
        add(str(seconds * 1000), "millis", seconds)
    for _ in range(25):
        seconds = CHANCE.randrange(0, 4 * 10**9)
        digits = f"{CHANCE.randrange(10**9):09}"[: CHANCE.randrange(1, 10)]
        add(f"{seconds}.{digits}", "seconds", seconds, digits)
        add(f"{seconds}{digits[:3]:0<3}", "millis", seconds, digits[:3])
        add(f"{seconds}{digits[:3]:0<3}.{digits[3:] or 0}", "millis", seconds, f"{digits[:3]:0<3}{digits[3:]}")
    add("-0.5", "seconds", -1, "5")
    add("-1.25", "seconds", -2, "75")
    add("-1", "millis", -1, "999")
    add("-1500.5", "millis", -2, "4995")
    add("+5", "seconds", 5)
    add(" 5 ", "seconds", 5)
    add("007", "seconds", 7)
    add("1773047700.123456789999", "seconds", 1773047700, "123456789")
    for text in (
        "",
        "-",
        "abc",
        "1e9",
        "1,5",
        "1.",
        ".5",
        "0x10",
        "1 000",
        "253402300800",
        "-62135596801",
        "1" * 16,
        "１",
        "1773047700123",
    ):
        vectors.append({"text": text, "unit": "seconds", "code": "not-a-datetime"})
    for text in (
        "",
        "1.2.3",
        "253402300800000",
        "-62135596800001",
        "9" * 15,
        "9" * 16,
        "--1",
        "+-1",
        "NaN",
        "2026-03-09",
    ):
        vectors.append({"text": text, "unit": "millis", "code": "not-a-datetime"})
    return vectors


def zones() -> list[str]:
    names = sorted((files("tzdata") / "zones").read_text().split())
    return WELL_KNOWN + CHANCE.sample([name for name in names if name not in ODD], 120)


def changes(zone: zoneinfo.ZoneInfo) -> list[datetime]:
    """Some of the moments at which the zone's offset changes, after 1970."""
    found, at = [], datetime(1970, 1, 3, tzinfo=UTC)
    while at.year < 2045:
        after = at + timedelta(days=7)
        if at.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            low, high = at, after
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                middle = middle.replace(microsecond=0)
                if middle.astimezone(zone).utcoffset() == low.astimezone(zone).utcoffset():
                    low = middle
                else:
                    high = middle
            found.append(high)
        at = after
    return CHANCE.sample(found, min(len(found), 3))


def zoned() -> list[dict]:
    """What clocks show at an instant."""
    vectors = []
    for name in zones():
        zone = zoneinfo.ZoneInfo(name)
        times = [at + timedelta(seconds=step) for at in changes(zone) for step in (-1, 0)]
        times += [datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=CHANCE.randrange(4 * 10**9)) for _ in range(2)]
        for at in times:
            vectors.append({"text": written(at) + "Z", "zone": name, "value": _text(at.astimezone(zone))})
    for zone in ("", "Berlin", "CET+1", "europe/berlin", "!1", "=1", "Europe/Berlin ", "+01:00"):
        vectors.append({"text": "2026-03-09T09:15:00Z", "zone": zone, "code": "unknown-zone"})
    vectors.append({"text": "1969-12-31T23:59:59Z", "zone": "Europe/Berlin", "code": "unknown-offset"})
    vectors.append({"text": "9999-12-31T23:59:59Z", "zone": "Asia/Tokyo", "code": "not-a-datetime"})
    vectors.append({"text": "9999-12-31T23:59:59Z", "zone": "America/New_York", "value": "9999-12-31T18:59:59-05:00"})
    vectors.append(
        {"text": "2026-07-01T00:00:00.123Z", "zone": "Asia/Kolkata", "value": "2026-07-01T05:30:00.123+05:30"}
    )
    return vectors


def _text(at: datetime) -> str:
    offset = at.strftime("%z")
    return written(at) + offset[:3] + ":" + offset[3:5]


def local() -> list[dict]:
    """At which instant clocks show a time."""
    vectors = []
    for name in zones()[:50]:
        zone = zoneinfo.ZoneInfo(name)
        times = [datetime(1970, 1, 2) + timedelta(seconds=CHANCE.randrange(4 * 10**9))]
        for at in changes(zone)[:2]:
            before = at - timedelta(seconds=1)
            edges = [before.astimezone(zone).utcoffset(), at.astimezone(zone).utcoffset()]
            naive = at.replace(tzinfo=None)
            middle = naive + (edges[0] + edges[1]) / 2
            times += [naive + min(edges) - timedelta(seconds=1), middle.replace(microsecond=0), naive + max(edges)]
        for at in times:
            vectors += [_local(at, zone, how) for how in ("reject", "compatible", "earlier", "later")]
    for text, zone, code in NO_LOCALS:
        vectors.append({"text": text, "zone": zone, "disambiguation": "compatible", "code": code})
    for text, value in (
        ("2026-03-09 10:15", "09:15:00"),
        ("20260309T101500.5", "09:15:00.5"),
        ("2026-03-09T10:15:60", "09:16:00"),
    ):
        vectors.append(
            {"text": text, "zone": "Europe/Berlin", "disambiguation": "reject", "value": f"2026-03-09T{value}Z"}
        )
    return vectors


NO_LOCALS = [
    ("2026-03-09T10:15:00", "Europe/Bonn", "unknown-zone"),
    ("2026-03-09T10:15:00Z", "Europe/Berlin", "not-a-datetime"),
    ("2026-03-09T10:15:00+01:00", "Europe/Berlin", "not-a-datetime"),
    ("2026-03-09", "Europe/Berlin", "not-a-datetime"),
    ("2026-02-29T10:15:00", "Europe/Berlin", "not-a-datetime"),
    ("1969-12-31T23:00:00", "Europe/London", "unknown-offset"),
    ("1970-01-01T00:59:59", "Europe/Berlin", "unknown-offset"),
    ("0001-01-01T00:00:00", "Europe/Berlin", "unknown-offset"),
    ("9999-12-31T23:59:59", "America/New_York", "not-a-datetime"),
]


def _local(at: datetime, zone: zoneinfo.ZoneInfo, how: str) -> dict:
    folds = [at.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    found = sorted({moment for moment in folds if moment.astimezone(zone).replace(tzinfo=None) == at})
    vector = {"text": written(at), "zone": zone.key, "disambiguation": how}
    if how == "reject" and len(found) != 1:
        return vector | {"code": "ambiguous-time" if found else "nonexistent-time"}
    is_later = how == "later" or (how == "compatible" and not found)
    chosen = (found or sorted(folds))[-1 if is_later else 0]
    return vector | {"value": written(chosen) + "Z"}
