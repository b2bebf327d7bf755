"""Visible checks of chapter 06; written by ``python -m coursekit.checks``, do not edit."""

import numpy as np

from ssl_course.course.checks import Exercise


def check_a(interval):
    low, high = interval(np.repeat([1, 0], [80, 20]))
    assert low < 0.8 < high, (
        "The interval has a width and holds the accuracy itself: draw with "
        "replacement, a shuffle is the sample again."
    )


def check_b(split_by_unit):
    units = np.repeat([10, 20, 30, 40, 50], [1, 2, 3, 4, 90])
    mask = np.asarray(split_by_unit(units, 0.6, seed=0))
    assert mask.shape == units.shape and mask.dtype == bool, (
        "The answer is a mask with one truth value an example."
    )


EXERCISES = {
    "a": Exercise(
        ("interval",),
        check_a,
        (
            (
                "`np.random.default_rng(seed).integers(0, n, (draws, n))` are the indices "
                "of all resamples."
            ),
            (
                "Take the mean of `correct[index]` over the second axis, then "
                "`np.percentile(means, [2.5, 97.5])`."
            ),
        ),
    ),
    "b": Exercise(
        ("split_by_unit",),
        check_b,
        (
            "Shuffle the different units and not the examples.",
            (
                "`names = np.random.default_rng(seed).permutation(np.unique(units))`; the "
                "first `round(share * len(names))` are for training, and `np.isin` finds "
                "their examples."
            ),
        ),
    ),
}
