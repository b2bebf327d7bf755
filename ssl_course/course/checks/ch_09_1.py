"""Visible checks of chapter 09-1; written by ``python -m coursekit.checks``, do not edit."""

import numpy as np

from ssl_course.course.checks import Exercise


def check_a(far_enough):
    train = np.array([[0, 0], [0, 10], [0, 11], [40, 0]])
    kept = far_enough(train, np.array([[0, 0]]), radius=5)
    assert np.shape(kept) == (4,) and np.asarray(kept).dtype == bool, (
        "One truth value for each training place is needed."
    )
    assert not kept[0] and kept[3], (
        "A training place on a test place must go, and one 40 pixels away may stay."
    )


def check_b(hide_known):
    given = np.arange(4000.0).reshape(1000, 4)
    given[::2, 1] = np.nan
    before = given.copy()
    visible, hidden = hide_known(given, 0.25, np.random.default_rng(0))
    assert visible.shape == hidden.shape == given.shape and hidden.dtype == bool, (
        "Rows and mask have the shape of the rows that came in."
    )
    assert not np.any(hidden & np.isnan(before)), (
        "A value that was never recorded is a target: its truth is unknown, and 0 "
        "or NaN would be learned in its place."
    )


EXERCISES = {
    "a": Exercise(
        ("far_enough",),
        check_a,
        (
            ("Two squares overlap if their centers are near in rows *and* near in columns."),
            (
                "`np.abs(train[:, None] - test[None])` has shape (n, m, 2).\n"
                "The larger of its two numbers is the distance that matters, "
                "`max(axis=-1)`.\n"
                "Both squares reach `radius` far, so they are apart if that distance is "
                "more than `2 * radius`, for all test places."
            ),
        ),
    ),
    "b": Exercise(
        ("hide_known",),
        check_b,
        (
            (
                "First decide for every entry by chance, then take the entries back that "
                "are missing anyway."
            ),
            (
                "`random.random(rows.shape) < share` decides; `& ~np.isnan(rows)` keeps "
                "the known ones.\n"
                "`np.where` makes a new array and leaves the old one alone."
            ),
        ),
    ),
}
