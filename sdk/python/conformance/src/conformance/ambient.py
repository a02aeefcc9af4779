"""What the language has around it: none of it may answer something else here than an author expects of it."""

import calendar
import locale
import os
import time
import uuid
import zoneinfo
from collections.abc import Callable
from datetime import datetime
from typing import Any

from gantry_sdk import Message

NOON = datetime(2026, 7, 1, 12, 0)

USES: dict[str, Callable[[], Any]] = {
    "a locale": lambda: locale.setlocale(locale.LC_ALL, "de_DE.UTF-8"),
    "a calendar of a locale": lambda: calendar.LocaleTextCalendar(locale="de_DE").formatmonthname(2026, 3, 10),
    "a zone that is read late": lambda: zoneinfo.ZoneInfo("Europe/Berlin").key,
    "a random UUID": lambda: uuid.uuid4(),
    "a UUID of the time": lambda: uuid.uuid1(),
    "the clock": lambda: datetime.now().isoformat(),
    "what the clock is": lambda: time.get_clock_info("time").resolution,
    "the time of the process": lambda: os.times().user,
    "no locale": lambda: [locale.setlocale(locale.LC_ALL, "C"), NOON.strftime("%B")],
    "a UUID of a text": lambda: uuid.UUID("12345678123456781234567812345678"),
    "a UUID of a name": lambda: uuid.uuid5(uuid.NAMESPACE_URL, "m-1"),
    "local time": lambda: [NOON.timestamp(), time.localtime(0).tm_hour, datetime.fromtimestamp(0).isoformat()],
}


def ambient(message: Message, _: Any) -> dict[str, Any]:
    return {"found": USES[message.read(dict[str, Any])["use"]]()}
