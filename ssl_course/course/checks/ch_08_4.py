"""Visible checks of chapter 08-4; written by ``python -m coursekit.checks``, do not edit."""

import numpy as np

from ssl_course.course.checks import Exercise


def check_a(seeds_needed):
    few_runs, many_runs = seeds_needed(0.01, 0.01), seeds_needed(0.1, 0.01)
    assert isinstance(few_runs, (int, np.integer)) and few_runs >= 1, (
        "A number of runs is a whole number, at least 1."
    )
    assert 3.5 < seeds_needed(0.1, 0.005) / many_runs < 4.5, (
        "Half the difference needs four times as many runs: the ratio of std and "
        "difference enters squared."
    )


def check_b(expected_best):
    assert expected_best([1.0, 2.0, 4.0], 3) is not None, "The function returns nothing yet."
    assert np.isclose(expected_best([1.0, 2.0, 4.0], 1), 7 / 3), (
        "The best of one run is that run: on average the mean of all, not the best of all."
    )
    assert np.isclose(expected_best([1.0, 2.0, 4.0], 3), 4), (
        "The best of all three is the largest: each run is in the set once."
    )


EXERCISES = {
    "a": Exercise(
        ("seeds_needed",),
        check_a,
        (
            (
                "The two quantiles are about 1.96 and 0.84.\n"
                "Round in the direction that keeps the promise."
            ),
            (
                "`quantiles = stats.norm.ppf(1 - level / 2) + stats.norm.ppf(power)`.\n"
                "Square their sum times `std / difference`, double it, and apply "
                "`math.ceil`."
            ),
        ),
    ),
    "b": Exercise(
        ("expected_best",),
        check_b,
        (
            (
                "You can go through all sets, or count: in how many of them is a given "
                "run the largest?"
            ),
            (
                "Sort the scores.\n"
                "The run at position $i$, counted from 0, is the largest of the sets that "
                "take the other $k - 1$ from the $i$ runs below it: `math.comb(i, k - 1)` "
                "of `math.comb(n, k)` sets."
            ),
        ),
    ),
}
