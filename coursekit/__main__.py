"""Every command of the course: python -m coursekit COMMAND; without one, the list."""

from __future__ import annotations

import importlib
import sys

COMMANDS = {
    "run": ("coursekit.run.everything", "run the chapters that changed"),
}


def main(arguments: list[str]) -> int:
    """Hand the arguments to a command's own ``main``; returns its exit status."""
    if not arguments or arguments[0] not in COMMANDS:
        for name, (_, help_text) in COMMANDS.items():
            print(f"{name:12} {help_text}")
        return int(bool(arguments) and arguments[0] not in ("help", "--help", "-h"))
    module, _ = COMMANDS[arguments[0]]
    return importlib.import_module(module).main(arguments[1:]) or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
