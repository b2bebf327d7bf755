"""Measured results, stored as data by the scripts in ``benchmarks/``."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from IPython.display import Markdown

from ssl_course.course.results.compare import Difference, interval, paired

__all__ = ["Difference", "interval", "load", "over_seeds", "paired", "table"]

FOLDER = Path(__file__).parent

COLUMNS = {
    "linear": "linear probe",
    "knn": "k-NN",
    "few_10": "10 labels a class",
    "rankme": "RankMe",
    "cpu_minutes": "CPU minutes",
}
"""What `table` shows unless it is told otherwise: columns and their headings."""


def load(name: str) -> pd.DataFrame:
    """A table of this folder, indexed by the method's name, one row a run.

    Raises FileNotFoundError with the names that there are.
    """
    if not (FOLDER / f"{name}.csv").is_file():
        there = ", ".join(sorted(file.stem for file in FOLDER.glob("*.csv")))
        raise FileNotFoundError(f"no results {name!r} are stored; there are: {there}")
    return pd.read_csv(FOLDER / f"{name}.csv", index_col="method")


def over_seeds(runs: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Mean, standard deviation (NaN for one run) and number of runs of each method."""
    groups = runs.groupby(level=0, sort=False)
    return groups.mean(numeric_only=True), groups.std(numeric_only=True), groups.size()


def table(
    runs: pd.DataFrame, names: Mapping[str, str], columns: Mapping[str, str] | None = None
) -> Markdown:
    """Rows of a results table as Markdown, the mean over the seeds.

    In bold: the best of a column, and all that can't be told from it (`paired`).
    ``names`` maps methods to the labels of the rows.  Accuracies have three digits and, where
    a method has several runs, their standard deviation.  A method without a run says so.
    """
    columns = COLUMNS if columns is None else columns
    mean, deviation, count = over_seeds(runs)
    lines = ["| | " + " | ".join(columns.values()) + " |", "|---|" + "---:|" * len(columns)]
    leaders = {column: _leaders(runs, mean, names, column) for column in columns}
    for method, label in names.items():
        if method not in mean.index:
            lines.append(f"| {label} | not measured yet |" + " |" * (len(columns) - 1))
            continue
        cells = []
        for column in columns:
            value = mean.loc[method, column]
            if pd.isna(value):
                cells.append("–")
            elif column in ("rankme", "cpu_minutes", "parameters"):
                cells.append(f"{value:,.1f}" if column == "cpu_minutes" else f"{value:,.0f}")
            else:
                cell = f"{value:.3f}"
                if count[method] > 1:
                    cell += (
                        f"\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}{deviation.loc[method, column]:.3f}"
                    )
                cells.append(f"**{cell}**" if method in leaders[column] else cell)
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    return Markdown("\n".join(lines))


def _leaders(
    runs: pd.DataFrame, mean: pd.DataFrame, names: Mapping[str, str], column: str
) -> set[str]:
    """The method with the highest mean of a column, and those whose runs don't tell them apart."""
    there = mean.loc[[method for method in names if method in mean.index], column].dropna()
    if there.empty:
        return set()
    best = there.idxmax()
    return {method for method in there.index if not _is_behind(runs, there, method, best, column)}


def _is_behind(runs: pd.DataFrame, mean: pd.Series, method: str, best: str, column: str) -> bool:
    try:
        return mean[method] < mean[best] and paired(runs, best, method, column).verdict == "more"
    except ValueError:  # single runs: there is no interval
        return True
