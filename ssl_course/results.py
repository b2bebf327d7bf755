"""Measured results, stored as data by the scripts in ``benchmarks/``."""

from pathlib import Path

import pandas as pd

_INSTALLED = Path(__file__).parent / "_results"
_CLONE = Path(__file__).parents[1] / "benchmarks" / "results"


def load(name: str) -> pd.DataFrame:
    """A table of ``benchmarks/results``, one row a method, indexed by the method's name.

    Raises FileNotFoundError with the command that writes the table.
    """
    for folder in (_INSTALLED, _CLONE):
        if (folder / f"{name}.csv").is_file():
            return pd.read_csv(folder / f"{name}.csv", index_col="method")
    raise FileNotFoundError(f"no results {name!r}; measure them with: python benchmarks/{name}.py")
