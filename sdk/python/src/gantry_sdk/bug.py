"""What becomes of an exception that nobody caught: it is a bug of the plugin, and a fault of one message.

The message is rejected with the code `plugin-exception`, which is reserved for this; the host makes a plugin fault of
it. The detail `stack` has Python's own form, the innermost call last, but without source lines: the sandbox has no
files.
"""

import re
from collections.abc import Iterator
from traceback import walk_tb

from gantry_sdk.outcome import Reject

CODE = "plugin-exception"

_MOUNT = re.compile(r"^/[0-9]+/")
"""Where the build puts the folders that modules are loaded from."""
_SANDBOX = "gantry_sdk/guest/"
"""Where functions are that stand for those which a sandbox can't have."""
_FRAMES = 20
"""Calls shown at either end of a stack: one of a runaway recursion has hundreds."""
_CAUSES = 5
"""Exceptions shown that led to one another."""
_LONGEST = 2000
"""Longest text of an exception, in characters: the offending value may be part of it."""


def rejected(error: BaseException) -> Reject:
    """The outcome of a message that raised this."""
    return Reject(CODE, _named(error), details={"stack": "\n".join(_stack(error, _CAUSES))})


def _stack(error: BaseException, causes: int) -> Iterator[str]:
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and causes:
        yield from _stack(cause, causes - 1)
        yield "\nwhich led to:\n"
    yield "Traceback (most recent call last):"
    frames = [(frame.f_code, line) for frame, line in walk_tb(error.__traceback__)]
    while len(frames) > 1 and _SANDBOX in frames[-1][0].co_filename:
        frames.pop()  # the refusal of what isn't there: the author's line is the one that called it
    left_out = len(frames) - 2 * _FRAMES
    for at, (code, line) in enumerate(frames):
        if left_out <= 0 or not _FRAMES <= at < len(frames) - _FRAMES:
            file = _MOUNT.sub("", code.co_filename)
            yield f'  File "{file}", line {line}, in {code.co_qualname}'
        elif at == _FRAMES:
            yield f"  … {left_out} more calls"
    yield _named(error)


def _named(error: BaseException) -> str:
    name = type(error).__qualname__
    try:
        text = str(error)
    except Exception:
        text = "an exception that can't say what it is"
    return f"{name}: {text[:_LONGEST]}" if text else name
