"""Is one row of a table more than another?  Paired differences, with the interval that tells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

RUNS = ("seed", "draw", "fold")
"""Columns that say which runs belong together: the same luck, for every method."""


@dataclass(frozen=True)
class Difference:
    """A mean difference with its interval ``low`` to ``high``, over ``runs`` pairs of runs."""

    mean: float
    low: float
    high: float
    runs: int

    @property
    def verdict(self) -> str:
        """``more``, ``less``, or ``can't be told`` where the interval holds zero."""
        if self.low > 0:
            return "more"
        return "less" if self.high < 0 else "can't be told"

    def __str__(self) -> str:
        return f"{self.mean:+.3f} [{self.low:+.3f}, {self.high:+.3f}]"


def interval(differences: ArrayLike, level: float = 0.95) -> Difference:
    """Student's t interval of the mean of paired differences, one a run.

    It covers the luck that differs from run to run (initial weights, order, draws of labels), not
    that of the test examples, which all runs share.

    >>> str(interval([0.02, 0.01, 0.03]))
    '+0.020 [-0.005, +0.045]'

    Raises ValueError for fewer than two differences: one run has no interval.
    """
    values = np.asarray(differences, dtype=float).ravel()
    if len(values) < 2 or not np.isfinite(values).all():
        raise ValueError(
            f"an interval needs two finite differences or more, got {values.tolist()}; "
            "measure more seeds, or report the difference without a verdict"
        )
    mean, error = values.mean(), values.std(ddof=1) / np.sqrt(len(values))
    reach = error * stats.t.ppf((1 + level) / 2, len(values) - 1)
    return Difference(float(mean), float(mean - reach), float(mean + reach), len(values))


def paired(
    runs: pd.DataFrame, better: str, than: str, column: str, level: float = 0.95
) -> Difference:
    """How much higher one method's ``column`` is than another's, run by run.

    ``runs`` is indexed by method, as `load` gives it.  Runs of the same seed, draw and fold are
    compared, as far as the table has these columns.  A method with a single run, such as raw
    pixels, which have no seed, is compared with every run of the other.

    Raises KeyError for a method that is not in the table, ValueError if fewer than two runs pair.
    """
    first, second = (_values(runs, method, column) for method in (better, than))
    if len(first) == 1 < len(second):
        first = pd.Series(first.iloc[0], index=second.index)
    if len(second) == 1 < len(first):
        second = pd.Series(second.iloc[0], index=first.index)
    return interval((first - second).dropna(), level)


def _values(runs: pd.DataFrame, method: str, column: str) -> pd.Series:
    if method not in runs.index:
        raise KeyError(f"no method {method!r} in this table; there are: {sorted(set(runs.index))}")
    rows = runs.loc[[method]].dropna(subset=[column])
    keys = [name for name in RUNS if name in rows and rows[name].notna().all()]
    return rows.set_index(keys)[column] if keys else rows[column].reset_index(drop=True)
