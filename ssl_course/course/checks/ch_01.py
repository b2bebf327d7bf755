"""Visible checks of chapter 01; written by ``python -m coursekit.checks``, do not edit."""

import numpy as np

from ssl_course.course.checks import Exercise


def check_a(standard_errors_apart):
    assert standard_errors_apart(0.5, 0.6, 100) > 0, "A distance has no sign."


def check_b(labels_needed):
    assert np.isclose(labels_needed([10, 1000], [0.2, 0.8], 0.8), 1000), (
        "At a point of the curve the answer is the point's own number of labels."
    )


EXERCISES = {
    "a": Exercise(
        ("standard_errors_apart",),
        check_a,
        (
            "Each accuracy has its own standard error $\\sqrt{p(1-p)/n}$.",
            (
                "`variance = p * (1 - p) / images` for each; add the two variances and "
                "take the root."
            ),
        ),
    ),
    "b": Exercise(
        ("labels_needed",),
        check_b,
        (
            (
                "`np.interp(x, xs, ys)` draws straight lines between points; which of "
                "labels and accuracies plays x here?"
            ),
            (
                "`np.exp(np.interp(target, accuracies, np.log(labels)))`.\n"
                "`np.interp` never goes beyond the ends, so ask for `target > "
                "accuracies[-1]` first."
            ),
        ),
    ),
}
