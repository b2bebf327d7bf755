"""Visible checks of chapter 08; written by ``python -m coursekit.checks``, do not edit."""

import numpy as np

from ssl_course.course.checks import Exercise


def check_a(pareto):
    mask = np.asarray(pareto(np.array([3.0, 1.0, 2.0]), np.array([0.9, 0.7, 0.6])))
    assert mask.shape == (3,) and mask.dtype == bool, (
        "The answer is a mask with one truth value a row."
    )
    assert mask.tolist() == [True, True, False], (
        "A row that is dearer and worse than another is dominated, and no other "
        "is: a low cost is good, a high score is good."
    )


def check_b(fit):
    sizes = np.array([1.0, 4.0, 16.0, 64.0, 256.0])
    answer = fit(sizes, 0.1 + 0.5 * sizes**-0.4, np.arange(0, 0.5, 0.02))
    assert answer is not None and len(answer) == 3, "Return the floor, a and b."
    assert np.isclose(answer[0], 0.1), (
        "These points have a floor of 0.1, which is among the floors; try them "
        "all and compare the curves with the points."
    )


EXERCISES = {
    "a": Exercise(
        ("pareto",),
        check_a,
        (
            ("Write the definition for one row against all others, then do it for each row."),
            (
                "For row `i`: `no_worse = (cost <= cost[i]) & (score >= score[i])` and "
                "`better = (cost < cost[i]) | (score > score[i])`.\n"
                "Row `i` is kept if `no_worse & better` is nowhere true.\n"
                "Two equal rows do not dominate each other."
            ),
        ),
    ),
    "b": Exercise(
        ("fit",),
        check_b,
        (
            ("`straight(n, error, floor)` and `curve(n, floor, a, b)` of this page do one floor."),
            (
                "Loop over the floors below `error.min()`, keep `(miss, floor, a, b)`, "
                "return the last three of the smallest.\n"
                "`miss` is the sum of `(curve(n, floor, a, b) - error) ** 2`."
            ),
        ),
    ),
}
