"""Visible checks of chapter 04; written by ``python -m coursekit.checks``, do not edit."""

import numpy as np

from ssl_course.course.checks import Exercise


def check_a(entropy_floor):
    assert np.isclose(entropy_floor(np.full((2, 3), 0.5)), np.log(2)), (
        "A pixel of 0.5 costs log 2, whatever the number of pixels."
    )


def check_b(output_delta):
    target, guess = np.array([[1.0, 0.0], [0.3, 0.9]]), np.array([[0.8, 0.1], [0.5, 0.5]])
    assert output_delta(target, guess, "bce").shape == (2, 2), (
        "One delta for each output of each example is needed."
    )


def check_c(hidden_delta):
    delta_next, w_next = np.array([[1.0, -1.0]]), np.array([[2.0, 1.0], [0.5, 3.0]])
    assert hidden_delta(delta_next, w_next, np.ones((1, 2))).shape == (1, 2), (
        "The delta has the shape of the layer's own input."
    )


def check_d(numerical_gradient):
    start = np.array([[1.0, 2.0], [3.0, -1.0]])
    assert numerical_gradient(lambda p: (p**2).sum(), start).shape == (2, 2), (
        "The gradient has the shape of the point."
    )


EXERCISES = {
    "a": Exercise(
        ("entropy_floor",),
        check_a,
        (
            "At the floor, the prediction is the pixel itself.",
            (
                "`0 * np.log(0)` is not a number in NumPy, though its limit is 0.\n"
                "Compute the entropy of the grey pixels alone, and divide the sum by the "
                "number of *all* pixels."
            ),
        ),
    ),
    "b": Exercise(
        ("output_delta",),
        check_b,
        (
            "{prf:ref}`output-delta` has both.",
            (
                "`x.size` is $nD$.\n"
                "Squared error keeps the factor `rebuilt * (1 - rebuilt)`, and its "
                "derivative brings a 2; in cross-entropy both are gone."
            ),
        ),
    ),
    "c": Exercise(
        ("hidden_delta",),
        check_c,
        (
            ("Two steps: send the deltas back through the weights, then through the activation."),
            (
                "The shapes decide the first step: (n, K) becomes (n, H) by a product "
                "with the transposed weights.\n"
                "The derivative of the rectifier is 1 where `a > 0` and 0 elsewhere."
            ),
        ),
    ),
    "d": Exercise(
        ("numerical_gradient",),
        check_d,
        (
            ("Visit every entry with `np.ndindex(point.shape)` and move it up and down."),
            (
                "Work on a copy, `moved = point.copy()`.\n"
                "Central means both sides: (above − below) / (2 ε).\n"
                "Put the entry back before you go to the next one."
            ),
        ),
    ),
}
