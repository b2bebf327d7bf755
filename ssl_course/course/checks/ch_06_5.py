"""Visible checks of chapter 06-5; written by ``python -m coursekit.checks``, do not edit."""

import numpy as np

from ssl_course.course.checks import Exercise


def check_a(private_mean):
    rows = np.array([[3.0, 4.0], [0.3, 0.4], [0.0, 0.0]])
    quiet = private_mean(rows, 1.0, 0.0, 3, np.random.default_rng(0))
    assert quiet.shape == (2,), "One gradient is wanted, not one for each example."
    assert np.isfinite(quiet).all(), "An example with gradient 0 must not make the sum infinite."


def check_b(certified_epsilon):
    outside = np.arange(1000) / 1000
    inside = np.r_[np.full(170, 2.0), np.full(30, -1.0)]
    value = certified_epsilon(inside, outside, 0.01, 1e-5)
    assert value is not None and np.ndim(value) == 0, "One number is wanted."


EXERCISES = {
    "a": Exercise(
        ("private_mean",),
        check_a,
        (
            (
                "A row that is shorter than the bound stays as it is.\n"
                "The noise is added once, to the sum."
            ),
            (
                "The lengths are `np.linalg.norm(gradients, axis=1)`.\n"
                "Multiply each row by `np.minimum(1, bound / lengths)`; for rows of "
                "zeros, keep the lengths away from 0 with `np.maximum(lengths, 1e-12)`.\n"
                "`rng.normal(0, noise * bound, size=p)` draws the noise."
            ),
        ),
    ),
    "b": Exercise(
        ("certified_epsilon",),
        check_b,
        (
            (
                "The threshold depends on the outsiders alone.\n"
                "Count who is above it, in both groups, and turn each count into its "
                "limit."
            ),
            (
                "`np.quantile(outsiders, 1 - accused)` is the threshold; `np.sum(members "
                "> threshold)` members are found, and `np.sum(outsiders > threshold)` "
                "outsiders are accused.\n"
                "`beta.ppf(0.025, k, n - k + 1)` and `beta.ppf(0.975, k + 1, n - k)` are "
                "the limits (`from scipy.stats import beta`).\n"
                "If nobody is found, or the lower limit is not above `delta`, the "
                "logarithm has nothing to work on: return 0."
            ),
        ),
    ),
}
