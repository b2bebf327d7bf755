"""Every command of the course: python -m coursekit COMMAND; without one, the list.

The Makefile calls these, and where there is no make they do the same.
"""

from __future__ import annotations

import importlib
import os
import sys

from coursekit.environment import clean_environment, overridden

COMMANDS = {
    "environment": ("coursekit.environment", "make .venv, or say which settings are not used"),
    "book": ("coursekit.book", "run every chapter that changed, and build the pages"),
    "test": ("coursekit.test", "run every test there is"),
    "sync": ("coursekit.sync", "run what changed; write pairs, checks and generated pages"),
    "run": ("coursekit.run.everything", "run chapters; --check compares, --write writes pairs"),
    "pairs": ("coursekit.pairs", "say which paired notebooks are out of step, in seconds"),
    "backends": ("coursekit.backends", "every method on JAX and on PyTorch"),
    "colab": ("coursekit.colab", "every notebook as on Colab"),
    "version": ("coursekit.version", "set the number of the version everywhere"),
    "serve": ("coursekit.serve", "show the pages at an address of this machine"),
    "assignment": ("coursekit.assignment", "make an assignment, or grade what came back"),
}


def usage() -> str:
    """The list of commands."""
    lines = [f"  {name:12} {help_text}" for name, (_, help_text) in COMMANDS.items()]
    return "\n".join(["python -m coursekit COMMAND; COMMAND --help says more", "", *lines])


def _forget_settings() -> None:
    """Leave out what would silently change a result, for this process and all that it starts."""
    for sentence in overridden():
        print(sentence, file=sys.stderr)
    clean = clean_environment()
    os.environ.clear()
    os.environ.update(clean)


def main(arguments: list[str]) -> int:
    """Hand the arguments to a command's own ``main``; returns its exit status."""
    if not arguments or arguments[0] not in COMMANDS:
        print(usage())
        return int(bool(arguments) and arguments[0] not in ("help", "--help", "-h"))
    module, _ = COMMANDS[arguments[0]]
    if module != "coursekit.environment":  # which looks at the user's settings itself
        _forget_settings()
    return importlib.import_module(module).main(arguments[1:]) or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
