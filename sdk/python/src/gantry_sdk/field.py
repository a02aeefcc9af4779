"""A scalar member that may be missing, null or of the wrong type without failing the whole message at once.

With plain types a mapping is only called when every member fits. With `Field` it sees every member's state, so that one
dead letter lists everything that is wrong with the message. Numbers are read exactly: a decimal never passes through a
float.

    @dataclass
    class Line:
        sku: Field[str] = MISSING
        quantity: Field[U32] = MISSING
        unit_price: Field[Decimal] = MISSING
"""

from __future__ import annotations

from dataclasses import MISSING as NO_DEFAULT
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Generic, Never, TypeVar, overload

from gantry_sdk.defect import Defect

T = TypeVar("T")
D = TypeVar("D")


_ABSENT: Any = object()


class Field(Generic[T]):
    """A member of the input: a value, or none, or a value of the wrong type. In a test: `Field("DE")`, `MISSING`."""

    __slots__ = ("_defect", "_is_blank", "_value")

    def __init__(self, value: T | None = None) -> None:
        self._value = value
        self._defect: Defect | None = None
        self._is_blank = False

    @classmethod
    def missing(cls) -> Field[Any]:
        """The object has no such member."""
        absent: Field[Any] = cls()
        absent._value = _ABSENT
        return absent

    @classmethod
    def wrong(cls, defect: Defect) -> Field[Any]:
        """There is a value, but not of the right type."""
        wrong: Field[Any] = cls()
        wrong._defect = defect
        return wrong

    @classmethod
    def blank(cls, defect: Defect) -> Field[Any]:
        """There is a text of blanks only, of which no value can be made: none for `optional`, this for `required`."""
        blank = cls.wrong(defect)
        blank._is_blank = True
        return blank

    @property
    def is_missing(self) -> bool:
        """True where the object has no such member; one that is `null` is not missing."""
        return self._value is _ABSENT

    @property
    def is_null(self) -> bool:
        """True where the member is `null`."""
        return self._value is None and self._defect is None

    def optional(self) -> T | None:
        """The value, where there is one: an amount in a column that a CSV export left empty counts as none."""
        if self._is_blank:
            return None
        self._refuse_defect()
        return None if self._value is _ABSENT else self._value

    def required(self) -> T:
        """The value; a missing or null member is a `missing-field`."""
        self._refuse_defect()
        value = self.optional()
        if value is None:
            raise Defect("missing-field", "this is mandatory")
        return value

    def value_or(self, default: D) -> T | D:
        """The value, or `default` where there is none."""
        value = self.optional()
        return default if value is None else value

    def text(self: Field[str]) -> str:
        """The text without surrounding blanks; nothing but blanks is an `empty-field`."""
        text = self.required().strip()
        if not text:
            raise Defect("empty-field", "this must not be empty")
        return text

    def text_or_none(self: Field[str]) -> str | None:
        """The text without surrounding blanks, where there is any: a column that a CSV export left empty counts as
        none."""
        return (self.optional() or "").strip() or None

    def _refuse_defect(self) -> None:
        if self._defect is not None:
            raise Defect(self._defect.code, self._defect.text)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Field):
            return NotImplemented
        return self._state() == other._state()

    def __hash__(self) -> int:
        return hash(self._state())

    def __repr__(self) -> str:
        if self.is_missing:
            return "MISSING"
        return f"Field.wrong({self._defect!r})" if self._defect else f"Field({self._value!r})"

    def _state(self) -> tuple[Any, ...]:
        defect = self._defect
        return self._value, self._is_blank, defect and (defect.code, defect.text)


MISSING: Final[Field[Any]] = Field.missing()
"""What a member's field is before it is read: the default to write beside each."""


@dataclass(frozen=True, slots=True)
class Whole:
    """The bounds of a whole number, both within."""

    low: int
    high: int
    expected: str


U32 = Annotated[int, Whole(0, 2**32 - 1, "a whole number from 0 to 4294967295")]
U64 = Annotated[int, Whole(0, 2**64 - 1, "a whole number, not negative")]
I32 = Annotated[int, Whole(-(2**31), 2**31 - 1, "a whole number from -2147483648 to 2147483647")]
I64 = Annotated[int, Whole(-(2**63), 2**63 - 1, "a whole number")]


@overload
def member(name: str, *aliases: str) -> Never: ...


@overload
def member(name: str, *aliases: str, default: D) -> D: ...


def member(name: str, *aliases: str, default: Any = NO_DEFAULT) -> Any:
    """An attribute whose JSON member has another name: `order_id: Field[str] = member("OrderID", default=MISSING)`.
    It is also read, but never written, under one of the aliases."""
    return field(default=default, metadata={"member": name, "aliases": aliases})
