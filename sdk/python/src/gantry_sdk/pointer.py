"""JSON Pointers (RFC 6901): how a violation says where in the message it was found."""

from collections.abc import Iterable


def token(name: str | int) -> str:
    """One reference token with the slash before it, escaped as RFC 6901 asks."""
    return "/" + str(name).replace("~", "~0").replace("/", "~1")


def pointer(names: Iterable[str | int]) -> str:
    """The pointer to the member that these names and indices lead to; empty for the whole."""
    return "".join(map(token, names))
