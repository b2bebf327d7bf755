"""Visible checks of chapter 08-3; written by ``python -m coursekit.checks``, do not edit."""

import numpy as np

from ssl_course.course.checks import Exercise


def check_a(integrated_gradients):
    x, start = np.array([1.0, 2.0, -1.0]), np.array([0.0, 1.0, 1.0])
    given = integrated_gradients(lambda z: 2 * z, x, start)
    assert np.shape(given) == (3,), "There is one share for each entry of x."
    assert np.isclose(np.sum(given), np.sum(x**2 - start**2), atol=0.3), (
        "The shares have to add up to F(x) − F(baseline): average the gradients "
        "on the way from the baseline to x, and multiply by x − baseline."
    )


def check_b(p_value):
    nulls = np.array([0.5, 0.125, 0.625, 0.375])
    assert p_value(0.75, nulls) is not None, "The answer is a number."
    assert np.isclose(p_value(0.75, nulls), 0.4), (
        "0.125 is as strong as 0.875, so one of four is at least as good, and ours counts: 2 of 5."
    )


EXERCISES = {
    "a": Exercise(
        ("integrated_gradients",),
        check_a,
        (
            (
                "Average the gradient over points between `baseline` and `x`, then "
                "multiply by how far each entry has come."
            ),
            (
                "Part number k has its middle at the share `(k + 0.5) / steps` of the "
                "way.\n"
                "The point there is `baseline + share * (x - baseline)`.\n"
                "The mean of the gradients times `x - baseline` is the answer."
            ),
        ),
    ),
    "b": Exercise(
        ("p_value",),
        check_b,
        (
            (
                "How good is an AUC of 0.2, if you may turn the direction around?\n"
                "And why can a p-value from 99 random directions not be 0?"
            ),
            (
                "`abs(auc - 0.5)` is the strength, for ours and for the random ones.\n"
                "Count the random ones with at least our strength, add 1 for ours, and "
                "divide by their number plus 1."
            ),
        ),
    ),
}
