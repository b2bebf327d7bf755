"""What scripts that measure in parts share: rows that replace those they repeat, and the parts."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import pandas as pd


def put(row: dict, file: Path, columns: Sequence[str], key: list[str], digits: int = 5) -> None:
    """Put a row into a table, with today's date, in place of the one with the same ``key``."""
    row = row | {"date": date.today().isoformat()}
    table = pd.read_csv(file) if file.is_file() else pd.DataFrame(columns=columns)
    same = (table[key] == pd.Series(row)[key]).all(axis=1)
    rows = [*table[~same].to_dict("records"), row]
    pd.DataFrame(rows, columns=columns).round(digits).to_csv(file, index=False)


def measure_parts(description: str, parts: Mapping[str, Callable[[], None]]) -> None:
    """Run the parts that the command line names, or all."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(parts))
    chosen = parser.parse_args().parts
    if unknown := set(chosen) - set(parts):
        parser.error(f"unknown part {', '.join(sorted(unknown))}; known: {', '.join(parts)}")
    for part in chosen or parts:
        parts[part]()
