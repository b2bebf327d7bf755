"""The command line that all scripts share, and the one rule for measuring again."""

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from table import Table, TableError

from ssl_course.data import DataError

RULE = """What is stored is not measured again, unless it is named or --again is given.
Every row is stored once it is measured: Ctrl-C loses at most what is under way."""

Measure = Callable[[argparse.Namespace, Table], None]
"""What a script does with its arguments and its table."""


def in_parts(parts: Mapping[str, Callable[[Table], None]]) -> Measure:
    """Measure one part after the other."""

    def measure(asked: argparse.Namespace, table: Table) -> None:
        for name in asked.names:
            parts[name](table)

    return measure


class Command(argparse.ArgumentParser):
    """Which of a script's ``names`` to measure, with which ``seeds``, and into which table.

    ``what`` is the word for a name: a PART, a ROW, …  ``description`` is the script's docstring.
    """

    def __init__(
        self,
        description: str | None,
        table: Table,
        names: Iterable[str] = (),
        what: str = "ROW",
        seeds: Sequence[int] = (),
    ):
        super().__init__(
            description=description,
            epilog=RULE,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        self.table, self.names, self.what = table, list(names), what
        self.set_defaults(names=[])
        if self.names:
            known = "which; without one, all of: " + ", ".join(self.names)
            self.add_argument("names", nargs="*", metavar=what, type=self._known, help=known)
        if seeds:
            numbers = " ".join(map(str, seeds))
            self.add_argument(
                "--seeds", nargs="+", type=int, default=list(seeds), help=f"default: {numbers}"
            )
        self.add_argument("--again", action="store_true", help="measure stored rows again, too")
        self.add_argument(
            "--folder",
            type=Path,
            default=table.folder,
            help="read and write the table there, and leave that of the course as it is",
        )

    def run(self, measure: Measure) -> None:
        """Call ``measure`` with the arguments and the table, and say how it went.

        Its argument ``names`` holds what was named, or else all names.
        """
        asked = self.parse_args()
        table = replace(self.table, folder=asked.folder, again=asked.again or bool(asked.names))
        asked.names = asked.names or self.names
        try:
            measure(asked, table)
        except KeyboardInterrupt:
            sys.exit(f"\nStopped after {table.measured} rows, which are in {table.file}.")
        except (DataError, OSError, TableError) as error:
            sys.exit(f"{self.prog}: {error}")
        if table.measured:
            print(f"{table.measured} rows measured; the table is {table.file}.")
        else:
            print(f"No row is new.  --again measures again what is in {table.file}.")

    def _known(self, name: str) -> str:
        if name not in self.names:
            raise argparse.ArgumentTypeError(
                f"unknown {self.what.lower()} {name}; known: {', '.join(self.names)}"
            )
        return name
