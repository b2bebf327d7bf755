"""Visible checks of chapter 03-7; written by ``python -m coursekit.checks``, do not edit."""

import numpy as np

from ssl_course.course.checks import Exercise


def check_a(hide, masked_error):
    tested = hide(40, 49, 12, seed=1)
    assert tested.shape == (40, 49) and tested.dtype == bool, (
        "The mask needs the shape (count, length) and booleans."
    )
    zeros = np.zeros((2, 4, 3))
    wrong = zeros.copy()
    wrong[0, 1] = 2
    marked = np.zeros((2, 4), bool)
    marked[0, :2] = True
    assert np.ndim(masked_error(zeros, wrong, marked)) == 0, "The error is one number."


def check_b(block_places, moved):
    places_in_block = block_places(0, 0, 2, 7)
    assert np.shape(places_in_block) == (4,), "A block of 2 × 2 has four patches."
    far, near = [np.zeros(2), np.zeros(1)], [np.ones(2), np.full(1, 3.0)]
    assert len(moved(far, near, 0.5)) == 2, "One new array is needed for each weight."


EXERCISES = {
    "a": Exercise(
        ("hide", "masked_error"),
        check_a,
        (
            (
                "Give every patch a random number.\n"
                "The `visible` patches with the smallest numbers stay."
            ),
            (
                "`np.random.default_rng(seed).random((count, length))` draws the numbers.\n"
                "`argsort` along `axis=1` gives the order, and a second `argsort` the "
                "rank of each patch; the hidden ones are those whose rank is `visible` or "
                "more.\n"
                "For the error, `(true - predicted)[hidden]` keeps the hidden patches of "
                "all images."
            ),
        ),
    ),
    "b": Exercise(
        ("block_places", "moved"),
        check_b,
        (
            (
                "The patch in row $r$ and column $c$ has the number $r \\cdot \\text{side} "
                "+ c$.\n"
                "The moving average is taken array by array."
            ),
            (
                "`rows = row + np.arange(block)`, and the columns likewise; `rows[:, "
                "None] * side + columns` is a table of all numbers, and `.ravel()` makes "
                "it flat.\n"
                "For the weights, `[momentum * t + (1 - momentum) * o for t, o in "
                "zip(target, online)]` makes new arrays."
            ),
        ),
    ),
}
