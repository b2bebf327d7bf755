"""Visible checks of chapter 03; written by ``python -m coursekit.checks``, do not edit."""

import numpy as np

from ssl_course.course.checks import Exercise


def check_a(vote):
    square = np.array([[2.0, 0.0], [0.0, 1.0], [0.0, 1.1], [-1.0, 0.0]])
    kinds = np.array([0, 1, 1, 2])
    assert vote(square, kinds, np.array([0.1, 3.0]), k=1) == 1, (
        "The nearest neighbor alone decides for k = 1."
    )


def check_b(draw):
    kinds = np.repeat([0, 1, 2], [60, 30, 10])
    index = draw(kinds, 5, seed=0)
    assert list(np.bincount(kinds[index], minlength=3)) == [5, 5, 5], (
        "Each class has to be drawn equally often."
    )


EXERCISES = {
    "a": Exercise(
        ("vote",),
        check_a,
        (
            ("Divide rows and query by their lengths, and one product gives all similarities."),
            (
                "`np.argsort(-similarity)[:k]` are the neighbors.\n"
                "`np.bincount(labels, weights=…)` adds up the votes, and its `argmax` is "
                "the answer."
            ),
        ),
    ),
    "b": Exercise(
        ("draw",),
        check_b,
        (
            (
                "Shuffle all indices once with `np.random.default_rng(seed)`, and take "
                "the first few of each class."
            ),
            (
                "`order = np.random.default_rng(seed).permutation(len(labels))`, then "
                "`order[labels[order] == kind][:per_class]` for every kind in "
                "`np.unique(labels)`."
            ),
        ),
    ),
}
