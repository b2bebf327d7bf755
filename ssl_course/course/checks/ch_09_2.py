"""Visible checks of chapter 09-2; written by ``python -m coursekit.checks``, do not edit."""

import numpy as np

from ssl_course.course.checks import Exercise


def check_a(nearest_similarity):
    shelf = np.array([[1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 1, 1]])
    fresh = np.array([[1, 1, 0, 0, 0, 0], [1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 0]])
    near = nearest_similarity(fresh, shelf)
    assert np.shape(near) == (3,), "One number is asked for for each row of made."
    assert np.isclose(near[0], 1), "A copy has similarity 1."


def check_b(split_by_family):
    family = np.random.default_rng(0).permutation(
        np.repeat(np.arange(60), np.r_[np.ones(50, int), np.full(10, 15)])
    )
    test = np.asarray(split_by_family(family, 0.2, seed=1))
    assert test.shape == family.shape and test.dtype == bool, (
        "One boolean is asked for for each row."
    )
    assert not set(family[test]) & set(family[~test]), (
        "A family lies on both sides: families have to be drawn, not rows."
    )


EXERCISES = {
    "a": Exercise(
        ("nearest_similarity",),
        check_a,
        (
            "One matrix product counts the bits in common, for all pairs at once.",
            (
                "`both = made @ library.T` is (n, m).\n"
                "At least one of them has `made.sum(axis=1)[:, None] + "
                "library.sum(axis=1) - both` bits.\n"
                "The largest of each row is asked for, `axis=1`."
            ),
        ),
    ),
    "b": Exercise(
        ("split_by_family",),
        check_b,
        (
            (
                "Draw families, not rows.\n"
                "Stop by the number of rows, because families differ in size."
            ),
            (
                "`np.random.default_rng(seed).permutation(np.unique(family))` gives the "
                "order.\n"
                "Go through it; `test |= family == one` takes a family in.\n"
                "Look at `test.mean()` before you take the next."
            ),
        ),
    ),
}
