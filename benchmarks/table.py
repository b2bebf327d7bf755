"""One table of results: a row for each value of its keys, stored as soon as it is measured."""

import csv
import operator
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from ssl_course.course.results import FOLDER

Row = dict[str, str]
"""A row as it stands in the file."""


class TableError(Exception):
    """A file is not the table that a script writes; the message names it and the remedy."""


@dataclass
class Table:
    """A CSV table of ``ssl_course/course/results`` (or of ``folder``) that a script measures.

    ``keys`` tell the rows apart; ``columns`` are all columns, in the order of the file.  Columns
    of ``whole`` hold integers; any other number is stored as a float, rounded to ``digits``
    (None: all of them).  A value that a row lacks, None or NaN is an empty cell.  A column
    ``date`` is filled in.

    A row that is put again stands where it stood; new ones come last, or, with ``order``, where
    this sort key (of a row as it stands in the file) puts them.

    ``again`` says that stored rows are to be measured again.
    """

    name: str
    keys: Sequence[str]
    columns: Sequence[str]
    whole: Sequence[str] = ("seed",)
    digits: int | None = 5
    order: Callable[[Row], Any] | None = None
    folder: Path = FOLDER
    again: bool = False
    measured: int = field(default=0, init=False)
    """How many rows were put."""

    @property
    def file(self) -> Path:
        """Where the table lies."""
        return Path(self.folder) / f"{self.name}.csv"

    def rows(self) -> list[Row]:
        """The stored rows, every cell as it is written; none where there is no file.

        Raises `TableError` if the file has no column for a key, or has columns that are unknown.
        """
        if not self.file.is_file():
            return []
        with open(self.file, encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream)
            rows, header = list(reader), set(reader.fieldnames or [])
        lost, missing = header - set(self.columns), set(self.keys) - header
        if lost or missing:
            raise TableError(
                f"{self.file} is not the table that this script writes: "
                f"unknown columns {sorted(lost)}, missing keys {sorted(missing)}. "
                "Choose another --folder, or move the file away to measure all of it again."
            )
        return [{column: row.get(column) or "" for column in self.columns} for row in rows]

    def done(self, **values: object) -> bool:
        """Whether a row with these values is stored and not to be measured again.

        Name all keys for one row; name some for rows that are put together.
        """
        wanted = {column: self._cell(column, value) for column, value in values.items()}
        alike = (all(row[c] == cell for c, cell in wanted.items()) for row in self.rows())
        return not self.again and any(alike)

    def put(self, *rows: Mapping[str, object]) -> None:
        """Store rows, all or none, each in place of the one with the same keys; print them."""
        table = {self._key(row): row for row in self.rows()}
        for values in rows:
            row = self._written(values)
            table[self._key(row)] = row
            print(", ".join(f"{column} {cell}" for column, cell in row.items() if cell), flush=True)
        ordered = list(table.values())
        if self.order is not None:
            ordered.sort(key=self.order)
        self._write(ordered)
        self.measured += len(rows)

    def _key(self, row: Row) -> tuple[str, ...]:
        return tuple(row[key] for key in self.keys)

    def _written(self, values: Mapping[str, object]) -> Row:
        """A row as the file has it; raises ValueError if its columns are not the table's."""
        unknown, missing = set(values) - set(self.columns), set(self.keys) - set(values)
        if unknown or missing:
            raise ValueError(
                f"a row of {self.name} has unknown columns {sorted(unknown)} "
                f"and lacks the keys {sorted(missing)}: {dict(values)}"
            )
        if "date" in self.columns:
            values = {"date": date.today().isoformat()} | dict(values)
        return {column: self._cell(column, values.get(column)) for column in self.columns}

    def _cell(self, column: str, value: Any) -> str:
        if value is None or value != value:  # NaN
            return ""
        if isinstance(value, str):
            return value
        if column in self.whole:
            return str(operator.index(value))
        number = float(value)
        return repr(number if self.digits is None else float(np.round(number, self.digits)))

    def _write(self, rows: list[Row]) -> None:
        """The whole file or, if anything goes wrong, the old one."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        # Beside the file, because only within one file system is a replacement atomic.
        with tempfile.TemporaryDirectory(dir=self.file.parent) as scratch:
            new = Path(scratch) / self.file.name
            with open(new, "w", encoding="utf-8", newline="") as stream:
                writer = csv.DictWriter(stream, self.columns, lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
            os.replace(new, self.file)
