"""Visible checks of chapter 03-3; written by ``python -m coursekit.checks``, do not edit."""

import numpy as np

from ssl_course.course.checks import Exercise


def check_a(coral):
    random = np.random.default_rng(1)
    first, second = random.normal(size=(40, 3)), 2 * random.normal(size=(60, 3))
    distance = coral(first, second)
    assert distance is not None and np.ndim(distance) == 0, (
        "One number is asked for: sum over all entries of the matrices."
    )


def check_b(median_distance):
    left, right = np.array([[0.0], [1.0]]), np.array([[10.0]])
    assert np.isclose(median_distance(left, right), 9.0), (
        "Of the distances 1, 9 and 10 the median is 9: take the Euclidean "
        "distance, pool the samples, and leave out each point's distance of 0 to "
        "itself."
    )


EXERCISES = {
    "a": Exercise(
        ("coral",),
        check_a,
        (
            "`np.cov` wants one row a variable; the samples have one row an example.",
            (
                "`np.cov(first, rowvar=False)` is $C$, with $n - 1$ in the denominator.\n"
                "The Frobenius norm squared is the sum of the squared entries."
            ),
        ),
    ),
    "b": Exercise(
        ("median_distance",),
        check_b,
        (
            "Pool first; then all pairs, also those across the samples, count.",
            ("`np.triu_indices(len(pooled), k=1)` lists every pair of different points once."),
        ),
    ),
}
