"""Visible checks of chapter 06-2; written by ``python -m coursekit.checks``, do not edit."""

import numpy as np

from ssl_course.course.checks import Exercise


def check_a(mask_tokens):
    texts = np.random.default_rng(1).integers(5, 2000, (400, 40))
    texts[:, 0], texts[:, 30:] = 3, 0
    original = texts.copy()
    changed, asked = mask_tokens(texts, 0.5, seed=1)
    assert changed.shape == asked.shape == texts.shape, "Both results need the shape of the tokens."
    assert (changed[~asked] == original[~asked]).all(), "A token that is not asked for was changed."


def check_b(sample):
    odds = np.log(np.array([0.1, 0.6, 0.3]))
    drawn = sample(np.tile(odds, (6000, 1)), 1.0, 3, seed=1)
    assert np.shape(drawn) == (6000,), "One token number for each row is needed."


EXERCISES = {
    "a": Exercise(
        ("mask_tokens",),
        check_a,
        (
            (
                "Draw two independent uniform numbers for each token: one decides whether "
                "it is asked for, the other what becomes of it."
            ),
            (
                "`np.where(fate < 0.8, 2, np.where(fate < 0.9, random, tokens))` tells "
                "the three stories.\n"
                "`rng.integers(5, 2000, tokens.shape)` draws ordinary tokens.\n"
                "Return the places that were asked for, not those that differ: a token "
                "that stays is asked for too."
            ),
        ),
    ),
    "b": Exercise(
        ("sample",),
        check_b,
        (
            (
                "Set the logits that are too low to −∞ before you draw; the softmax does "
                "the rest.\n"
                "The page draws with Gumbel noise and a maximum."
            ),
            (
                "`np.sort(scaled, axis=1)[:, -keep]` is the lowest logit of each row that "
                "may stay.\n"
                "Compare with it as a column, `[:, None]`, and put `-np.inf` where a "
                "logit is lower.\n"
                "Add `rng.gumbel(size=scaled.shape)` and take the `argmax` of each row."
            ),
        ),
    ),
}
