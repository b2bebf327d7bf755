"""Visible checks of chapter 07; written by ``python -m coursekit.checks``, do not edit."""

import numpy as np

from ssl_course.course.checks import Exercise


def check_a(cross_entropy):
    scores = np.array([[0.2, 0.9, -0.3], [0.5, 0.1, 0.4]])
    right = np.array([1, 2])
    softmax = np.exp(scores / 0.5) / np.exp(scores / 0.5).sum(axis=1, keepdims=True)
    expected = -np.log(softmax[[0, 1], right]).mean()
    assert np.isclose(cross_entropy(scores, right, 0.5), expected, atol=1e-4), (
        "Scores are divided by the temperature, and the loss is the mean over rows."
    )


def check_b(waiting_share):
    assert np.isclose(waiting_share([(0, 4)], [(1, 2), (3, 4)]), 0.5), "Two separate waits add up."


EXERCISES = {
    "a": Exercise(
        ("cross_entropy",),
        check_a,
        (
            (
                "Do not compute a probability anywhere.\n"
                "The formula with $m$ above has the logarithm of a sum and a difference, "
                "and nothing else."
            ),
            (
                "Divide by the temperature, subtract `logits.max(axis=1, keepdims=True)`, "
                "and take `np.log(np.exp(logits).sum(axis=1))`.\n"
                "The right column of each row is `logits[np.arange(len(right)), right]`."
            ),
        ),
    ),
    "b": Exercise(
        ("waiting_share",),
        check_b,
        (
            (
                "Take one step at a time and cut every wait to it.\n"
                "Then walk through the waits in the order of their starts and remember "
                "how far you have counted."
            ),
            (
                "With `reached = start` at first, a cut wait (a, b) adds `max(b - max(a, "
                "reached), 0)`; then `reached = max(reached, b)`.\n"
                "At the end divide by the sum of the steps' lengths."
            ),
        ),
    ),
}
