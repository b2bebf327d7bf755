"""Visible checks of chapter 09; written by ``python -m coursekit.checks``, do not edit."""

import numpy as np

from ssl_course.course.checks import Exercise


def check_a(leaking):
    seen = np.array([[1.0, 0.0], [0.0, 9.0], [3.0, 3.0], [-1.0, 0.1]])
    held_out = np.array([[0.0, 0.1], [5.0, 0.1], [-2.0, -2.0]])
    assert len(leaking(seen, held_out, 1.1)) == 0, (
        "No cosine is above 1: the lengths of the vectors must not count."
    )
    assert list(leaking(seen, held_out, 0.9)) == [0, 1], (
        "One near test row is enough, and opposite directions are far."
    )


def check_b(rate):
    assert np.isclose(rate(0, 100, 10, 1.0), 0.1), (
        "The first step must not be wasted: its rate is peak / warmup, not 0."
    )
    assert np.isclose(rate(9, 100, 10, 1.0), 1.0), "The warmup ends at the peak."


EXERCISES = {
    "a": Exercise(
        ("leaking",),
        check_a,
        (
            ("A cosine is the product of two vectors of length 1.\nOne near test row is enough."),
            (
                "Divide each row by its norm.\n"
                "`first @ second.T` has a row for each pretraining image and a column for "
                "each test image; take the maximum along the columns of each row, and "
                "`np.flatnonzero`."
            ),
        ),
    ),
    "b": Exercise(
        ("rate",),
        check_b,
        (
            (
                "Two cases.\n"
                "In the second, count from the end of the warmup: progress goes from 0 to "
                "1 while the cosine falls."
            ),
            (
                "While `step < warmup`: `peak * (step + 1) / warmup`.\n"
                "Then `progress = (step - warmup) / (steps - warmup)`, and $\\tfrac12 (1 + "
                "\\cos \\pi p)$ falls from 1 to 0."
            ),
        ),
    ),
}
