"""Collects broken rules, all of them, with the path each was found at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from gantry_sdk.defect import Defect
from gantry_sdk.outcome import Invalid, Violation
from gantry_sdk.pointer import pointer

T = TypeVar("T")


class Checker:
    """Collects violations and knows where in the input it is looking.

        check = Checker()
        with check.within("address"):
            code = check.field("country", lambda: country.alpha2(order.address.country.text()))
        for line in check.each("lines", order.lines):
            check.field("quantity", lambda: quality.range(line.quantity.required(), 1, 999))
        check.finish()

    A value that fails a check is replaced by None, or by the default that is given, so that a mapping reads straight on
    and reports everything that is wrong; `finish` then refuses the message. Whatever looks at such values before that,
    rules across several fields above all, asks `is_clean` first.
    """

    def __init__(self) -> None:
        self._place: list[str | int] = []
        self._found: list[Violation] = []

    def field(self, name: str, look: Callable[[], T], default: T | None = None) -> T:
        """What `look` returns, or the default and a violation at `name` where it raises a `Defect`."""
        try:
            return look()
        except Defect as defect:
            self._violation((name,), defect.code, defect.text)
            # The type is what `look` promises: after a defect nothing but `finish` is to come of the message.
            return cast(T, default)

    def here(self, look: Callable[[], T], default: T | None = None) -> T:
        """The same, with the violation at the present place itself."""
        try:
            return look()
        except Defect as defect:
            self._violation((), defect.code, defect.text)
            return cast(T, default)

    def rule(self, name: str, holds: bool, code: str, text: str | Callable[[], str]) -> None:
        """A business rule: a violation at `name` unless it holds."""
        if not holds:
            self._violation((name,), code, text if isinstance(text, str) else text())

    @contextmanager
    def within(self, *names: str | int) -> Iterator[None]:
        """Looks into the member of this name, or the element at this index; several lead further down."""
        depth = len(self._place)
        self._place += names
        try:
            yield
        finally:
            del self._place[depth:]

    def each(self, name: str, items: Iterable[T]) -> Iterator[T]:
        """Looks at each element of the array `name`, as long as the loop is at it."""
        depth = len(self._place)
        self._place += (name, 0)
        try:
            for index, item in enumerate(items):
                self._place[depth + 1 :] = (index,)
                yield item
        finally:
            del self._place[depth:]

    @property
    def count(self) -> int:
        """How many broken rules are found so far: the same before and after a look means that part is clean."""
        return len(self._found)

    @property
    def is_clean(self) -> bool:
        """True while no rule is broken."""
        return not self._found

    @property
    def found(self) -> tuple[Violation, ...]:
        """The broken rules so far, in the order they were found."""
        return tuple(self._found)

    def finish(self) -> None:
        """Refuses the message as invalid if any rule is broken."""
        if self._found:
            raise Invalid(*self._found)

    def _violation(self, names: tuple[Any, ...], code: str, text: str) -> None:
        self._found.append(Violation(pointer((*self._place, *names)), code, text))
