"""Visible checks of chapter 03-2; written by ``python -m coursekit.checks``, do not edit."""

import numpy as np

from ssl_course.course.checks import Exercise


def check_a(divergence, draw):
    q = np.array([[1.0, -2.0, 0.0], [0.5, 0.0, 0.0]]), np.zeros((2, 3))
    costs = divergence(*q, np.zeros((2, 3)), np.zeros((2, 3)))
    assert np.shape(costs) == (2,), "One divergence for each row is needed: do not add up the rows."


def check_b(losses):
    judged, _ = losses(np.zeros(4), np.zeros(4))
    assert np.isclose(judged, 2 * np.log(2)), (
        "The discriminator pays for real images too: logits of 0 cost it log 2 on either kind."
    )


EXERCISES = {
    "a": Exercise(
        ("divergence", "draw"),
        check_a,
        (
            (
                "With $v$ the variance of $q$ and $w$ that of $p$, each dimension costs "
                "$\\tfrac12 \\left( \\log w - \\log v + \\frac{v + (\\mu - m)^2}{w} - 1 "
                "\\right)$.\n"
                "Dimensions add up."
            ),
            (
                "`np.exp(log_variance)` is the variance, and `np.exp(0.5 * log_variance)` "
                "the standard deviation.\n"
                "The cost needs variances, the draw needs a standard deviation.\n"
                "Sum over `axis=1`, and keep one number for each row."
            ),
        ),
    ),
    "b": Exercise(
        ("losses",),
        check_b,
        (
            (
                "$-\\log \\sigma(t) = \\log(1 + e^{-t})$ and $-\\log(1 - \\sigma(t)) = \\log(1 "
                "+ e^{t})$."
            ),
            (
                "`np.logaddexp(a, b)` is $\\log(e^a + e^b)$ without overflow, so $\\log(1 + "
                "e^{t})$ is `np.logaddexp(0, t)`.\n"
                "The discriminator pays $\\log(1 + e^{-t})$ on real and $\\log(1 + e^{t})$ "
                "on made images, the generator $\\log(1 + e^{-t})$ on made ones."
            ),
        ),
    ),
}
