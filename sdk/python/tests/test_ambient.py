"""What a sandbox takes away, in a process of its own: it can't be given back."""

import subprocess
import sys
import textwrap
import unittest
from pathlib import Path

SOURCES = Path(__file__).parents[1] / "src"

BEGIN = """
import sys
from types import ModuleType
import gantry_sdk
package = ModuleType("gantry_sdk.guest")
package.__path__ = [f"{path}/guest" for path in gantry_sdk.__path__]
sys.modules["gantry_sdk.guest"] = package
from gantry_sdk.guest import ambient, packages

def refused(call):
    try:
        return f"got {call()!r}"
    except Exception as error:
        return str(error)
"""


def run(text: str) -> list[str]:
    """What a script prints, line by line."""
    script = BEGIN + textwrap.dedent(text)
    command = [sys.executable, "-c", script]
    ended = subprocess.run(command, capture_output=True, text=True, env={"PYTHONPATH": str(SOURCES)})
    if ended.returncode != 0:
        raise AssertionError(ended.stderr)
    return ended.stdout.splitlines()


class Ambient(unittest.TestCase):
    def test_the_clock_names_what_to_use_instead_however_it_was_imported(self) -> None:
        printed = run("""
            import datetime, os, time
            from datetime import date as day, datetime as moment, timedelta, UTC
            from time import time as now, sleep
            before = moment.now()
            ambient.remove()
            for call in [now, time.time_ns, time.monotonic, time.gmtime, time.ctime, lambda: time.strftime("%Y"), day.today,
                         lambda: time.get_clock_info("time"), os.times,
                         moment.now, moment.utcnow, moment.today, lambda: datetime.datetime.now(UTC)]:
                assert refused(call) == ambient.NO_CLOCK, call
            assert "raise Retry" in refused(lambda: sleep(1))
            print(time.gmtime(0).tm_year, time.strftime("%Y", time.gmtime(0)))
            later = moment(2026, 1, 1) + timedelta(1)
            print(later, isinstance(later, moment), isinstance(before, moment), isinstance(later, day), isinstance(5, day))
            print(issubclass(moment, day), type(day.fromisoformat("2026-01-02")) is day, moment.fromtimestamp(0, UTC))

            class Own(day):
                pass

            print(isinstance(day(2026, 1, 1), Own), isinstance(Own(2026, 1, 1), day))
        """)
        self.assertEqual(printed[0], "1970 1970")
        self.assertEqual(printed[1], "2026-01-02 00:00:00 True True True False")
        self.assertEqual(printed[2], "True True 1970-01-01 00:00:00+00:00")
        self.assertEqual(printed[3], "False True")

    def test_chance_needs_a_seed(self) -> None:
        printed = run("""
            import os, random, secrets, uuid
            from random import choice
            from uuid import uuid4 as identified
            ambient.remove()
            for call in [random.random, lambda: random.randint(1, 9), lambda: choice([1, 2]), lambda: random.gauss(0, 1),
                         random.Random, random.SystemRandom, random.seed, secrets.token_hex,
                         lambda: os.urandom(4), lambda: random.shuffle([1, 2])]:
                assert refused(call) == ambient.NO_CHANCE, (call, refused(call))
            for call in [uuid.uuid1, uuid.uuid4, lambda: identified(), uuid.getnode]:
                assert refused(call) == ambient.NO_UUIDS, (call, refused(call))
            assert str(uuid.UUID(int=5)) == "00000000-0000-0000-0000-000000000005"
            assert uuid.uuid5(uuid.NAMESPACE_URL, "m-1") == uuid.uuid5(uuid.NAMESPACE_URL, "m-1")
            random.seed("SO-1")
            first = random.random(), choice(range(1000))
            random.seed("SO-1")
            print(first == (random.random(), choice(range(1000))), random.Random(5).random())
        """)
        self.assertEqual(printed, ["True 0.6229016948897019"])

    def test_locales_and_zones_that_are_not_there_are_refused(self) -> None:
        run("""
            import calendar, locale, zoneinfo
            from locale import setlocale
            ambient.remove()
            for call in [lambda: setlocale(locale.LC_ALL, "de_DE.UTF-8"), lambda: locale.setlocale(locale.LC_TIME, ("de_DE", "UTF-8")),
                         lambda: calendar.LocaleTextCalendar(locale="de_DE").formatmonthname(2026, 3, 10)]:
                assert refused(call) == ambient.NO_LOCALES, refused(call)
            for allowed in [None, "", "C"]:
                setlocale(locale.LC_ALL, allowed)
            zoneinfo.reset_tzpath([])
            assert refused(lambda: zoneinfo.ZoneInfo("Europe/Berlin")) == ambient.NO_ZONES
        """)

    def test_network_threads_and_processes_say_that_they_are_not_there(self) -> None:
        run("""
            import asyncio, os, socket, subprocess, threading
            from os import system
            ambient.remove()
            for call in [socket.socket, lambda: socket.create_connection(("localhost", 1)),
                         lambda: socket.getaddrinfo("localhost", 1)]:
                assert refused(call) == ambient.NO_NETWORK, refused(call)
            assert refused(threading.Thread(target=print).start) == ambient.NO_THREADS
            for call in [lambda: subprocess.run(["true"]), lambda: system("true"), os.fork]:
                assert refused(call) == ambient.NO_PROCESSES, refused(call)
            assert refused(lambda: asyncio.run(None)) == ambient.NO_EVENT_LOOP
            assert refused(lambda: os._exit(0)) == ambient.NO_EXIT
        """)

    def test_a_date_is_parsed_by_dateutil_unless_it_needs_today(self) -> None:
        printed = run("""
            from datetime import datetime
            module = ModuleType("dateutil.parser._parser")
            module.ParserError = type("ParserError", (ValueError,), {})

            class parser:
                def parse(self, text, default=None):
                    default = default or datetime.now()
                    return datetime.fromisoformat(text) if "-" in text else default.replace(hour=int(text))

            module.parser = parser
            sys.modules[module.__name__] = module
            packages.adapt()
            ambient.remove()
            print(parser().parse("2026-03-09"), parser().parse("5", datetime(2026, 1, 2)))
            print(refused(lambda: parser().parse("5")))
        """)
        self.assertEqual(printed[0], "2026-03-09 00:00:00 2026-01-02 05:00:00")
        self.assertEqual(printed[1], "'5' leaves a part of the date open, and the sandbox has no clock: give `default=ctx.now()`")

    def test_a_package_with_a_compiled_part_is_named(self) -> None:
        (printed,) = run("""
            import pathlib, tempfile
            with tempfile.TemporaryDirectory() as folder:
                package = pathlib.Path(folder, "quick_core")
                package.mkdir()
                (package / "__init__.py").write_text("from quick_core._quick import Fast")
                (package / "_quick.cpython-399-riscv.so").write_bytes(b"")
                pathlib.Path(folder, "slow.py").write_text("import quick_core")
                sys.path.insert(0, folder)
                try:
                    import slow
                except ImportError as error:
                    print(packages.explained(error))
            try:
                import nowhere_to_be_found
            except ImportError as error:
                assert packages.explained(error) is error
        """)
        begin = "`quick_core` has a compiled part (_quick.cpython-399-riscv.so), which can't work in a plugin: use a package"
        self.assertTrue(printed.startswith(begin), printed)
