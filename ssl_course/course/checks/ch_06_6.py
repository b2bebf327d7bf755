"""Visible checks of chapter 06-6; written by ``python -m coursekit.checks``, do not edit."""

import numpy as np

from ssl_course.course.checks import Exercise


def check_a(match_moments):
    random = np.random.default_rng(0)
    source = random.normal(size=(200, 3)) * [1, 2, 3] + [5, 0, -5]
    target = random.normal(size=(100, 3)) * [2, 1, 4] + [0, 1, 2]
    matched = match_moments(source, target)
    assert np.shape(matched) == (200, 3), "The result has one row for each example of the source."
    assert np.allclose(matched.mean(axis=0), target.mean(axis=0)), (
        "Each feature needs the means of the target."
    )


def check_b(choose):
    table = [
        {"strength": 10, "source": 0.931, "target": 0.70},
        {"strength": 1, "source": 0.958, "target": 0.92},
        {"strength": 0, "source": 0.960, "target": 0.90},
        {"strength": 0.1, "source": 0.955, "target": 0.85},
    ]
    assert choose(table) in (0, 0.1, 1, 10), "The answer is one of the strengths."
    assert choose(table) != 0, (
        "Smallest strength and best source accuracy choose no alignment; the "
        "largest allowed strength is asked for."
    )


EXERCISES = {
    "a": Exercise(
        ("match_moments",),
        check_a,
        (
            ("Center the source, scale it, shift it; all three with one number per feature."),
            (
                "`axis=0` gives one number per feature.\n"
                "Divide by the source's standard deviation and multiply by the target's.\n"
                "Where the source's is 0, so is the centered feature: divide by "
                "`np.maximum(std, 1e-8)`."
            ),
        ),
    ),
    "b": Exercise(
        ("choose",),
        check_b,
        (
            (
                "First find the run without alignment, then keep the runs that are good "
                "enough, then take the largest strength."
            ),
            (
                "`floor` is the source accuracy at strength 0, minus the tolerance.\n"
                "A run is allowed if its source accuracy is at least `floor`.\n"
                'The order of the list means nothing, and `run["target"]` must not occur '
                "in your code."
            ),
        ),
    ),
}
