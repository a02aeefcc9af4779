"""The settings, and the check of them that a schema can't express."""

from dataclasses import dataclass

from gantry_sdk import Invalid, Violation


@dataclass
class Settings:
    """What the flow says."""

    greeting: str | None = None
    refuse: bool | None = None

    def __post_init__(self) -> None:
        if self.refuse:
            raise Invalid(Violation("/refuse", "refused", "these settings ask to be refused"))

    def as_given(self) -> dict[str, str | bool]:
        """The settings that the flow names."""
        given = {"greeting": self.greeting, "refuse": self.refuse}
        return {name: value for name, value in given.items() if value is not None}
