"""Visible checks of chapter 06-1; written by ``python -m coursekit.checks``, do not edit."""

import numpy as np

from ssl_course.course.checks import Exercise


def check_a(pairwise_auc):
    truth = np.array([0, 0, 1, 1])
    assert pairwise_auc(truth, np.array([0.1, 0.2, 0.3, 0.4])) == 1.0, (
        "All positives above all negatives is an AUC of 1: count pairs where the "
        "positive case is higher."
    )


def check_b(split_by_patient):
    patients = np.repeat(np.arange(20), 5)
    chosen = split_by_patient(patients, 0.25, seed=1)
    assert chosen.shape == patients.shape and chosen.dtype == bool, (
        "One truth value an image is needed."
    )


EXERCISES = {
    "a": Exercise(
        ("pairwise_auc",),
        check_a,
        (
            (
                "Take the scores of the positive and of the negative cases apart, then "
                "compare each with each."
            ),
            (
                "`positive[:, None] - negative[None, :]` is a table of all differences.\n"
                "A pair counts 1 where the difference is above 0, one half where it is 0; "
                "the AUC is the mean of the table."
            ),
        ),
    ),
    "b": Exercise(
        ("split_by_patient",),
        check_b,
        (
            ("Draw patients, not images.\n`np.unique` lists them."),
            (
                "Shuffle the list of patients with "
                "`np.random.default_rng(seed).permutation`, take the first `round(share * "
                "number)` of them, and ask `np.isin` which images are theirs."
            ),
        ),
    ),
}
