"""Visible checks of chapter 05; written by ``python -m coursekit.checks``, do not edit."""

import numpy as np

from ssl_course.course.checks import Exercise


def check_a(corrupt):
    grey = np.full((4, 28, 28, 1), 0.5, "float32")
    noisy = corrupt(grey, 0.1, seed=1)
    assert noisy.shape == grey.shape, "The result needs the shape of the images."
    assert abs(noisy.std() - 0.1) < 0.01, (
        "The noise does not have the standard deviation that was asked for."
    )


def check_b(reconstruction_errors, worst):
    black = np.zeros((3, 2, 2, 1))
    grey = np.stack([np.full((2, 2, 1), value) for value in (0.1, 0.5, 0.2)])
    errors = reconstruction_errors(black, grey)
    assert np.shape(errors) == (3,), (
        "One error for each image is needed: average over all axes but the first."
    )


EXERCISES = {
    "a": Exercise(
        ("corrupt",),
        check_a,
        (
            (
                "`np.random.default_rng(seed)` makes a generator with a method for normal "
                "numbers; look at its argument `size`."
            ),
            (
                "Draw one number per pixel: `rng.normal(0, std, size=images.shape)`.\n"
                "Add with `images + noise`, which makes a new array, not with `+=`, which "
                "would change the images of the caller.\n"
                "Clip last: noise first, then `np.clip`.\n"
                "The noise is float64 and makes the sum so; `.astype(images.dtype)` "
                "brings it back."
            ),
        ),
    ),
    "b": Exercise(
        ("reconstruction_errors", "worst"),
        check_b,
        (
            "Average over rows, columns and channels, and leave the first axis alone.",
            (
                "`np.mean` takes a tuple of axes: `axis=(1, 2, 3)`.\n"
                "`np.argsort` sorts upwards, so reverse its result before you take the "
                "first `count`."
            ),
        ),
    ),
}
