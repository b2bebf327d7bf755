"""Visible checks of chapter 06-3; written by ``python -m coursekit.checks``, do not edit."""

import numpy as np

from ssl_course.course.checks import Exercise


def check_a(hit_rate):
    steps_of_a_clip = np.random.default_rng(0).normal(size=(12, 16))
    about_three_later = np.concatenate([steps_of_a_clip[3:], steps_of_a_clip[:3]])
    assert hit_rate(about_three_later, steps_of_a_clip, 3) == 1, (
        "A prediction made at time t is about time t + step."
    )


def check_b(pool_in_order):
    ramp = np.stack([np.arange(12.0), 100 + np.arange(12.0)], axis=1)
    pooled = pool_in_order(ramp, 12, 3)
    assert np.shape(pooled) == (6,), (
        "Three pieces of two features are six numbers: keep the features apart."
    )


EXERCISES = {
    "a": Exercise(
        ("hit_rate",),
        check_a,
        (
            (
                "The last `step` predictions are about latents that the clip does not "
                "have: leave them out.\n"
                "Then compare each prediction with each latent."
            ),
            (
                "Divide the rows by their lengths: `x / np.linalg.norm(x, axis=1, "
                "keepdims=True)`.\n"
                "The product of the predictions with the transposed latents has a row for "
                "each prediction; `argmax(axis=1)` says which latent it chooses.\n"
                "The right answers are `step`, `step + 1`, …"
            ),
        ),
    ),
    "b": Exercise(
        ("pool_in_order",),
        check_b,
        (
            "Cut off the padding before you cut the rest into stretches.",
            (
                "`np.array_split(x, pieces)` cuts the first axis into consecutive parts, "
                "the first ones longer.\n"
                "Take the mean of each over time, `axis=0`, and join the means by "
                "`np.concatenate`."
            ),
        ),
    ),
}
