"""The bibliography as data: read it, and check what can be checked without a network.

The source is ``course/references.bib``, BibTeX with UTF-8 or LaTeX accents.  Beside it stands a
record, ``references.csv``, of what a second source gives as the title behind an identifier.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from ssl_course.chapters.bibliography.bibtex import Entry, normalized, parse, plain
from ssl_course.chapters.bibliography.checks import (
    ALIKE,
    LONGEST_LAG,
    check,
    duplicates,
    faults,
    isbn_is_valid,
    similarity,
    submitted,
    unlike_record,
)

__all__ = [
    "ALIKE",
    "LONGEST_LAG",
    "Entry",
    "bibliography",
    "check",
    "duplicates",
    "faults",
    "isbn_is_valid",
    "normalized",
    "parse",
    "plain",
    "record",
    "similarity",
    "submitted",
    "table",
    "unlike_record",
]

FOLDER = Path(__file__).parents[2] / "course"


def bibliography() -> list[Entry]:
    """The entries of the book's bibliography, in the order of the file."""
    return parse((FOLDER / "references.bib").read_text(encoding="utf-8"))


def record() -> pd.DataFrame:
    """What a second source gives for the works of the reading list, indexed by key.

    Columns: ``idea`` (the group of chapter 10), ``identifier``, the ``title`` that public text
    gives beside that identifier, and when it was ``seen``.
    """
    return pd.read_csv(FOLDER / "references.csv", index_col="key", dtype=str)


def table(entries: Iterable[Entry]) -> pd.DataFrame:
    """One row an entry, indexed by key: year, authors, title, venue, identifier."""
    rows = [
        {
            "key": entry.key,
            "year": entry.year,
            "authors": len(entry.authors),
            "title": entry.title,
            "venue": entry.venue,
            "identifier": entry.identifier,
        }
        for entry in entries
    ]
    columns = ["key", "year", "authors", "title", "venue", "identifier"]
    return pd.DataFrame(rows, columns=columns).set_index("key")
