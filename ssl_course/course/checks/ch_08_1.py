"""Visible checks of chapter 08-1; written by ``python -m coursekit.checks``, do not edit."""

import numpy as np

from ssl_course.course.checks import Exercise


def check_a(slim):
    draw = np.random.default_rng(0)
    two = [
        draw.normal(size=(7, 7, 1, 6)).astype("float32"),
        draw.normal(size=(3, 3, 6, 8)).astype("float32"),
    ]
    two[0] *= np.array([1, 9, 2, 8, 3, 7], "float32")
    off = [draw.normal(size=6).astype("float32"), draw.normal(size=8).astype("float32")]
    answer = slim(two, off, 3)
    assert answer is not None and len(answer) == 2, "Return the kernels and the biases."
    assert answer[0][0].shape == (7, 7, 1, 3), (
        "The first kernel keeps three output channels; they are its last axis."
    )
    assert answer[0][1].shape == (3, 3, 3, 8) and answer[1][1].shape == (8,), (
        "What read a removed channel goes with it, the third axis of the second "
        "kernel; the outputs all stay."
    )


def check_b(equalize):
    draw = np.random.default_rng(1)
    two = [
        draw.normal(size=(7, 7, 1, 6)).astype("float32"),
        draw.normal(size=(3, 3, 6, 5)).astype("float32"),
    ]
    two[0] *= np.array([1, 50, 2, 0.1, 3, 7], "float32")
    off = [draw.normal(size=6).astype("float32"), draw.normal(size=5).astype("float32")]
    answer = equalize(two, off)
    assert answer is not None and len(answer) == 2, "Return the kernels and the biases."
    peaks = np.abs(answer[0][0]).max(axis=(0, 1, 2)), np.abs(answer[0][1]).max(axis=(0, 1, 3))
    assert np.allclose(*peaks, rtol=1e-3), (
        "What makes a channel and what reads it get the same range: divide the "
        "first by √(r / t), multiply the second."
    )


EXERCISES = {
    "a": Exercise(
        ("slim",),
        check_a,
        (
            (
                "The hidden channels are the *last* axis of the first kernel, the only "
                "axis of its bias, and the *third* axis of the second kernel."
            ),
            (
                "`size = np.abs(kernels[0]).sum(axis=(0, 1, 2))`, then `stay = "
                "np.sort(np.argsort(size)[-keep:])`.\n"
                "Index all three arrays with `stay`; the second bias belongs to the "
                "output and stays whole."
            ),
        ),
    ),
    "b": Exercise(
        ("equalize",),
        check_b,
        (
            "One factor a hidden channel; it touches three arrays.",
            (
                "`r = np.abs(kernels[0]).max(axis=(0, 1, 2))` and `t = "
                "np.abs(kernels[1]).max(axis=(0, 1, 3))`.\n"
                "With `factor = np.sqrt(r / t)`: first kernel and first bias divided by "
                "it, second kernel times `factor[:, None]`."
            ),
        ),
    ),
}
