"""Reads JSON objects into dataclasses, member by member.

A member that is missing takes the attribute's default; a `Field` needs none. What a dataclass's `__post_init__` finds
wrong, by raising `Defect` or `Invalid`, is reported at the object's place: that is where settings are checked.
"""

from dataclasses import MISSING as NO_DEFAULT
from dataclasses import Field as Attribute
from dataclasses import fields
from typing import Any, get_args, get_origin, get_type_hints

from gantry_sdk.defect import Defect
from gantry_sdk.field import MISSING, Field
from gantry_sdk.jsontext import Repeated
from gantry_sdk.outcome import Invalid, Violation
from gantry_sdk.readers import Reader, Unfit, field_reader, reader, wrong_type

_ABSENT = object()

_unprepared: "list[Record]" = []


def prepare() -> None:
    """Looks at the types of all attributes that no message has needed yet."""
    while _unprepared:
        _unprepared.pop().members()


class Record:
    """The reader of one dataclass."""

    def __init__(self, kind: type, strict: bool) -> None:
        self._kind = kind
        self._strict = strict
        self._members: list[_Member] = []
        _unprepared.append(self)

    def __call__(self, value: Any) -> Any:
        if not isinstance(value, dict):
            raise wrong_type("an object", value)
        members = self._members or self.members()
        found = _repeated(members, value) if type(value) is Repeated else []
        if self._strict:
            found += _unknown(members, value)
        attributes: dict[str, Any] = {}
        for member in members:
            item = value.get(member.name, _ABSENT)
            if item is _ABSENT and member.aliases:
                item = next((value[alias] for alias in member.aliases if alias in value), _ABSENT)
            if item is _ABSENT:
                if member.is_mandatory:
                    found.append(_missing(member.name))
                elif member.is_field:
                    attributes[member.attribute] = MISSING
                continue
            try:
                attributes[member.attribute] = member.read(item)
            except Unfit as unfit:
                found += unfit.under(member.name)
        if found:
            raise Unfit(found)
        return self._made(attributes)

    def _made(self, attributes: dict[str, Any]) -> Any:
        try:
            return self._kind(**attributes)
        except Defect as defect:
            raise Unfit([Violation("", defect.code, defect.text)]) from None
        except Invalid as invalid:
            raise Unfit(list(invalid.violations)) from None

    def members(self) -> "list[_Member]":
        """The attributes with their readers: made later than the reader itself, so that a dataclass may contain
        itself."""
        hints = get_type_hints(self._kind, include_extras=True)
        attributes = [attribute for attribute in fields(self._kind) if attribute.init]
        self._members = [self._member(attribute, hints[attribute.name]) for attribute in attributes]
        return self._members

    def _member(self, attribute: "Attribute[Any]", hint: Any) -> "_Member":
        try:
            return _Member(attribute, hint, self._strict)
        except TypeError as error:
            raise TypeError(f"{self._kind.__qualname__}.{attribute.name}: {error}") from None


class _Member:
    """One attribute and the member it is read from."""

    __slots__ = ("aliases", "attribute", "is_field", "is_mandatory", "name", "read")

    def __init__(self, attribute: "Attribute[Any]", hint: Any, strict: bool) -> None:
        self.attribute = attribute.name
        self.name: str = attribute.metadata.get("member", attribute.name)
        self.aliases: tuple[str, ...] = attribute.metadata.get("aliases", ())
        self.is_field = get_origin(hint) is Field
        has_default = attribute.default is not NO_DEFAULT or attribute.default_factory is not NO_DEFAULT
        self.is_mandatory = not has_default and not self.is_field
        self.read: Reader = field_reader(*get_args(hint)) if self.is_field else reader(hint, strict=strict)


def _missing(name: str) -> Violation:
    return Unfit([Violation("", "missing-field", "this is mandatory")]).under(name)[0]


def _unknown(members: list[_Member], value: dict[str, Any]) -> list[Violation]:
    known = {name for member in members for name in (member.name, *member.aliases)}
    defect = Unfit([Violation("", "unknown-field", "there is no such member")])
    return [violation for name in value if name not in known for violation in defect.under(name)]


def _repeated(members: list[_Member], value: Repeated) -> list[Violation]:
    names = [member.name for member in members if member.name in value.names]
    return [Violation("", "duplicate-field", f"the member `{name}` is there twice") for name in names]
