"""Loads a plugin's module as the build of its component will, but here and in a moment: `gantry plugin build` runs this
first, so that a type that JSON can't be read into, say, is named at once.

    python -m gantry_sdk.loading MODULE

Exits with 9, and a sentence on standard error, if the plugin itself is wrong. What may be due to another version of
Python than the component's, or to a package that is only there, is left to the build. Names on standard output the
packages of which machine code was loaded, as `machine code: NAME`: a component can't load that, and some can do without.
"""

import sys
import traceback
from importlib import import_module

from gantry_sdk import mapping

REFUSED = 9


def main(module: str) -> int:
    """The exit code."""
    try:
        import_module(module)
        _name_compiled()
        count = len(mapping.declared)
        if count == 1:
            return 0
        error = f"`{module}` has to mark one mapping with `@plugin`; {count or 'none'} are marked"
    except (SyntaxError, ImportError):
        _name_compiled()
        return 0
    except Exception as raised:
        error = "".join(_shown(raised))
    print(error, file=sys.stderr)
    return REFUSED


def _name_compiled() -> None:
    files = [(name.split(".")[0], getattr(module, "__file__", None)) for name, module in list(sys.modules.items())]
    compiled = {name for name, file in files if file and file.endswith((".so", ".pyd")) and "site-packages" in file}
    for name in sorted(compiled):
        print(f"machine code: {name}")


def _shown(error: Exception) -> list[str]:
    """The exception, and of its stack what isn't the SDK's or Python's."""
    stack = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in stack if "gantry_sdk" not in frame.filename and "importlib" not in frame.filename]
    return [*traceback.format_list(own), *traceback.format_exception_only(error)]


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    sys.exit(main(sys.argv[1]))
