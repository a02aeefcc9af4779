"""Takes the clock, chance, the network and the like away from what is loaded: the same message has the same outcome on
every run.

There is nothing behind these calls in a component, and a call that reaches for them in C ends the instance and takes the
batch with it. So once the plugin's module is loaded, each of them becomes something that raises an exception whose text
names what to use instead. Modules may have taken a function for themselves (`from time import time`), so it is replaced
wherever a module names it; a class attribute or a default argument that holds one isn't found.

While the plugin is loaded, that is, while its component is built, all of it still works: packages look at the clock when
they are imported.
"""

import datetime
import locale
import random
import sys
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any, NoReturn

NO_CLOCK = "the sandbox has no clock of its own: ask ctx.now()"
NO_CHANCE = "the sandbox has no randomness: message.id is unique, and idempotency_key() makes a key of any texts"
NO_UUIDS = (
    "the sandbox has no randomness: message.id is unique, uuid5(NAMESPACE_URL, message.id) is the same UUID on every run,"
    " and idempotency_key() makes a key of any texts"
)
NO_ZONES = (
    "the sandbox has no files to read a time zone from: instant.parse_local() and instant.in_zone() of gantry_sdk.quality"
    " know all zones, or make the ZoneInfo at the top of the plugin's module, with `tzdata` in .venv"
)
NO_LOCALES = (
    "the sandbox has no locales, and names of months and decimal marks would stay English: write dates by"
    " strftime('%d.%m.%Y'), numbers by format(value, 'f') and marks of your own"
)
NO_WAITING = "a mapping can't wait: raise Retry(code, text, after=timedelta(…)) to see the message again later"
NO_NETWORK = "the sandbox has no network: rows of tables come from ctx.lookup(), and what is emitted goes to a target"
NO_THREADS = "the sandbox has no threads: a mapping does its work by itself"
NO_PROCESSES = "the sandbox has no processes"
NO_EVENT_LOOP = "a mapping is synchronous: call what needs no `await`"
NO_EXIT = "a mapping can't end its instance: raise Reject(code, text)"

_CLOCKS = (
    "time time_ns monotonic monotonic_ns perf_counter perf_counter_ns process_time process_time_ns thread_time"
    " thread_time_ns clock_gettime clock_gettime_ns"
)

_REFUSED = (
    ("time", _CLOCKS, NO_CLOCK),
    ("time", "get_clock_info", NO_CLOCK),
    ("time", "sleep", NO_WAITING),
    ("uuid", "uuid1 uuid4 uuid6 uuid7 getnode", NO_UUIDS),
    ("zoneinfo._common", "load_tzdata", NO_ZONES),
    ("os", "times", NO_CLOCK),
    ("os", "urandom getrandom", NO_CHANCE),
    ("os", "_exit abort", NO_EXIT),
    ("os", "system popen fork execv execve spawnv posix_spawn", NO_PROCESSES),
    ("socket", "getaddrinfo gethostbyname gethostbyname_ex gethostbyaddr getnameinfo socketpair", NO_NETWORK),
    ("_thread", "start_new_thread start_joinable_thread start_new", NO_THREADS),
    ("asyncio", "run new_event_loop", NO_EVENT_LOOP),
)
"""Functions of modules, if they are loaded."""

_REFUSED_METHODS = (
    ("socket", "socket", "__init__", NO_NETWORK),
    ("threading", "Thread", "start", NO_THREADS),
    ("subprocess", "Popen", "__init__", NO_PROCESSES),
)
"""Methods of classes, if their modules are loaded."""

_NEED_A_TIME = {"gmtime": 1, "localtime": 1, "ctime": 1, "asctime": 1, "strftime": 2}
"""Functions of `time` that ask for the time with fewer arguments than this."""


_NO_LOCALE = (None, "", "C", "C.UTF-8", "POSIX")
"""What asks for no locale in particular."""


class _Substitute:
    """Stands where a function stood. An object and no function: as a class attribute it doesn't become a method."""

    def __init__(self, name: str, call: Callable[..., Any]) -> None:
        self.__name__ = name
        self._call = call

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._call(*arguments, **named)


def remove() -> None:
    """Does it, once everything is loaded."""
    substitutes = {id(real): (real, _Substitute(name, call)) for name, real, call in _functions()}
    substitutes |= {id(real): (real, substitute) for real, substitute in _dates()}
    for module in list(sys.modules.values()):
        if isinstance(module, ModuleType) and module.__name__ != __name__:
            _replace(vars(module), substitutes)
    for name, kind, method, text in _REFUSED_METHODS:
        if name in sys.modules:
            setattr(getattr(sys.modules[name], kind), method, refusing(text))
    _unseed()


def refusing(text: str) -> Callable[..., NoReturn]:
    """A function that does nothing but raise. `PermissionError` is an `OSError`, which callers expect of the system."""

    def refuse(*_: object, **__: object) -> NoReturn:
        raise PermissionError(text)

    return refuse


def _replace(names: dict[str, Any], substitutes: dict[int, tuple[Any, Any]]) -> None:
    for name, value in list(names.items()):
        real, substitute = substitutes.get(id(value), (None, None))
        if substitute is not None and real is value:
            names[name] = substitute


def _functions() -> list[tuple[str, Any, Callable[..., Any]]]:
    found: list[tuple[str, Any, Callable[..., Any]]] = []
    for module, names, text in _REFUSED:
        for name in names.split():
            real = getattr(sys.modules.get(module), name, None)
            if real is not None:
                found.append((name, real, refusing(text)))
    found.append(("setlocale", locale.setlocale, _without_locales(locale.setlocale)))
    for name, needed in _NEED_A_TIME.items():
        real = getattr(time, name)
        found.append((name, real, _with_a_time(real, needed)))
    return found + [(name, real, _late(name)) for name, real in vars(random).items() if _is_shared(real)]


def _with_a_time(real: Callable[..., Any], needed: int) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        if len(arguments) < needed or None in arguments:
            raise PermissionError(NO_CLOCK)
        return real(*arguments)

    return call


def _without_locales(real: Callable[..., Any]) -> Callable[..., Any]:
    """The C library takes any locale and changes nothing."""

    def setlocale(category: int, locale: Any = None) -> Any:
        if locale not in _NO_LOCALE:
            raise PermissionError(NO_LOCALES)
        return real(category, locale)

    return setlocale


class _Date(type):
    """Of a class that stands for one of `datetime`: the real instances are its instances."""

    def __instancecheck__(cls, instance: Any) -> bool:
        real = cls.__dict__.get("_real")
        return isinstance(instance, real) if real else super().__instancecheck__(instance)

    def __subclasscheck__(cls, subclass: type) -> bool:
        real = cls.__dict__.get("_real")
        return issubclass(subclass, real) if real else super().__subclasscheck__(subclass)


def _dates() -> list[tuple[type, type]]:
    """The classes `date` and `datetime`, and what stands for them: written in C, they can't be changed themselves."""
    refused = classmethod(refusing(NO_CLOCK))
    pairs: list[tuple[type, type]] = []
    for real, methods in ((datetime.date, ["today"]), (datetime.datetime, ["now", "utcnow", "today"])):
        members = {"__slots__": (), "_real": real, "__module__": real.__module__, **dict.fromkeys(methods, refused)}
        pairs.append((real, _Date(real.__name__, (real,), members)))
    return pairs


def _is_shared(value: Any) -> bool:
    """Whether it is a function of the generator that the module shares: bound when the module was loaded."""
    return getattr(value, "__self__", None) is _SHARED


def _late(name: str) -> Callable[..., Any]:
    """The function of this name that the shared generator has when it is called."""
    return lambda *arguments, **named: getattr(_SHARED, name)(*arguments, **named)


_SHARED: random.Random = random._inst  # type: ignore[attr-defined]


class _Unseeded(random.Random):
    """The shared generator until it is given a seed. Without one its numbers were those of every instance."""

    def random(self) -> NoReturn:
        raise PermissionError(NO_CHANCE)

    def getrandbits(self, k: int, /) -> NoReturn:
        raise PermissionError(NO_CHANCE)

    def seed(self, a: Any = None, version: int = 2) -> None:
        if a is None:
            raise PermissionError(NO_CHANCE)
        self.__class__ = random.Random  # type: ignore[assignment]
        self.seed(a, version)


def _unseed() -> None:
    """Generators need a seed that the plugin gives: `random.seed(message.id)`, `random.Random(5)`."""
    made, seed = random.Random.__new__, random.Random.seed

    def make(kind: Any, x: Any = None, *_: Any, **__: Any) -> Any:
        if x is None:
            raise PermissionError(NO_CHANCE)
        return made(kind, x)

    def reseed(self: random.Random, a: Any = None, version: int = 2) -> None:
        if a is None:
            raise PermissionError(NO_CHANCE)
        seed(self, a, version)

    random.Random.__new__ = staticmethod(make)  # type: ignore[method-assign,assignment]
    random.Random.seed = reseed  # type: ignore[method-assign]
    _SHARED.__class__ = _Unseeded
