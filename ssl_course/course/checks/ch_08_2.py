"""Visible checks of chapter 08-2; written by ``python -m coursekit.checks``, do not edit."""

import numpy as np

from ssl_course.course.checks import Exercise


def check_a(curl_loss):
    same = np.ones((5, 3))
    assert np.ndim(curl_loss(same, same, np.eye(3))) == 0, (
        "The loss is one number, the mean over the queries."
    )
    assert np.isclose(curl_loss(same, same, np.eye(3)), np.log(5)), (
        "If all keys are equal, each query can only guess: the loss is log n."
    )


def check_b(picture_share):
    pictures = np.random.default_rng(3).normal(size=(5, 1, 3))
    moments = np.random.default_rng(4).normal(size=(1, 7, 3))
    assert np.ndim(picture_share(pictures + 0 * moments)) == 0, (
        "One share for the whole representation is asked for."
    )
    assert np.isclose(picture_share(pictures + 0 * moments), 1), (
        "Where nothing but the picture changes h, the share is 1."
    )


EXERCISES = {
    "a": Exercise(
        ("curl_loss",),
        check_a,
        (
            (
                "One matrix of logits, a row for each query.\n"
                "The softmax runs over the keys, and the right answers stand on the "
                "diagonal."
            ),
            (
                "`logits = queries @ weights @ keys.T`.\n"
                "Subtract the maximum of each row before `np.exp`: the softmax stays the "
                "same and cannot overflow.\n"
                "The loss of row i is `np.log(np.exp(logits[i]).sum()) - logits[i, i]`."
            ),
        ),
    ),
    "b": Exercise(
        ("picture_share",),
        check_b,
        (
            (
                "Average over the moments first; what is left to vary is the picture's.\n"
                "Sum the variances of the features before you divide."
            ),
            (
                "`h.mean(axis=1)` has a row for each picture.\n"
                "`.var(axis=0).sum()` of it goes above the line, `h.var(axis=(0, "
                "1)).sum()` below."
            ),
        ),
    ),
}
