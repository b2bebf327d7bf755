"""Visible checks of chapter 03-5; written by ``python -m coursekit.checks``, do not edit."""

import numpy as np

from ssl_course.course.checks import Exercise


def check_a(nt_xent_without_friends):
    one, two = np.random.default_rng(5).normal(size=(2, 6, 4))
    everyone = np.arange(6)
    loss = nt_xent_without_friends(one, two, everyone, 0.5)
    assert np.ndim(loss) == 0, "The loss is one number: the mean over the 2N views."
    assert np.isfinite(loss), (
        "The partner has to stay in the crowd, although it has the class of its view."
    )


def check_b(enqueue):
    old, new = np.eye(5), np.eye(5)[[4, 3]] * 2.0
    updated = enqueue(old, new)
    assert updated.shape == old.shape, (
        "The queue has to keep its size: the oldest leave when new keys come."
    )


EXERCISES = {
    "a": Exercise(
        ("nt_xent_without_friends",),
        check_a,
        (
            (
                "Start from NT-Xent.\n"
                "All that changes is which entries of the matrix are left out: not the "
                "diagonal alone, but every entry whose row and column have the same "
                "class, except for the partner's."
            ),
            (
                "`classes = np.tile(labels, 2)` labels all views, and `classes[:, None] "
                "== classes` compares them in pairs.\n"
                "The diagonal is part of it.\n"
                "Set the partner's entries to `False` again, then put `-np.inf` where the "
                "mask is true: $e^{-\\infty} = 0$.\n"
                "Subtract the largest logit of a row before `np.exp`, and add it again "
                "after `np.log`."
            ),
        ),
    ),
    "b": Exercise(
        ("enqueue",),
        check_b,
        (
            (
                "New at the head, old pushed back, and what is pushed over the end is "
                "lost: one concatenation and one slice."
            ),
            (
                "Divide each key by `np.linalg.norm(keys, axis=1, keepdims=True)`.\n"
                "`np.concatenate` makes a new array, so the caller's queue stays as it "
                "is; keep its first `len(queue)` rows."
            ),
        ),
    ),
}
