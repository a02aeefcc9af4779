"""The Python SDK's reference plugin: each message says what to do with it. What it must do is in
`tests/conformance/README.md`; `gantry plugin test --conformance` holds it to that.
"""

from typing import Any

from gantry_sdk import Context, Message, Output, Reject, plugin

from conformance.commands import COMMANDS
from conformance.settings import Settings


@plugin
def obey(message: Message, ctx: Context[Settings]) -> Any:
    """Does what the message says."""
    if message.content_type.split(";")[0] != "application/json":
        return Output.unchanged(message)
    name = message.read(dict[str, Any]).get("do")
    command = COMMANDS.get(name) if isinstance(name, str) else None
    if command is None:
        raise Reject("unknown-command", f"no command is called `{name}`")
    return command(message, ctx)
