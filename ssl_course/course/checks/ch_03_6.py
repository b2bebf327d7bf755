"""Visible checks of chapter 03-6; written by ``python -m coursekit.checks``, do not edit."""

import numpy as np

from ssl_course.course.checks import Exercise


def check_a(byol_distance):
    draws = [np.random.default_rng(i).normal(size=(32, 8)).astype("float32") for i in range(4)]
    p, other_p, t, other_t = draws
    assert np.isclose(byol_distance(p, t, t, p), 0, atol=1e-5), (
        "Each prediction meets the target of the other view: equal ones cost nothing."
    )
    assert np.isclose(
        byol_distance(3 * p, other_p, t, 5 * other_t),
        byol_distance(p, other_p, t, other_t),
        atol=1e-4,
    ), "Only directions count: bring all vectors to length 1."


def check_b(collapse):
    random = np.random.default_rng(1)
    cloud = random.normal(size=(400, 32))
    assert collapse(cloud) == "none", "A round cloud has not collapsed."
    assert collapse(np.ones((400, 32)) + 0.01 * cloud) == "complete", (
        "One point with a little noise is a complete collapse: subtract the mean "
        "row before you measure."
    )


EXERCISES = {
    "a": Exercise(
        ("byol_distance",),
        check_a,
        (
            "Bring all four to length 1, pair them crosswise, and average two losses.",
            (
                "Write an inner function `distance(p, t)`: `ops.normalize(p, axis=1)`, "
                "the same for `ops.stop_gradient(t)`, then the sum of squared differences "
                "over axis 1, then the mean.\n"
                "The result is half of `distance(prediction, other_target)` plus half of "
                "`distance(other_prediction, target)`."
            ),
        ),
    ),
    "b": Exercise(
        ("collapse",),
        check_b,
        (
            ("`np.linalg.svd` with `compute_uv=False` returns the singular values alone."),
            (
                "`unit = projections / np.linalg.norm(projections, axis=1, "
                "keepdims=True)`, then `rest = unit - unit.mean(axis=0)`.\n"
                "The mean squared length is `(rest**2).sum(axis=1).mean()`.\n"
                "With `share = singular / singular.sum()` the effective rank is "
                "`np.exp(-np.sum(share * np.log(share + 1e-12)))`."
            ),
        ),
    ),
}
