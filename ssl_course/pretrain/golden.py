"""What a recipe does, in a few numbers: while they stay, its checkpoint needs no training."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np

from ssl_course.data import REGISTRY, Dataset, Split
from ssl_course.evaluate import embed
from ssl_course.pretrain import training
from ssl_course.pretrain.recipe import Recipe

STEPS, BATCH, SEEN = 3, 64, 8
"""Training steps, examples in each of them, examples that the trained encoder is shown."""

DIRECTIONS = 4
"""A representation is stored as its products with so many fixed random directions."""

TOLERANCE = 1e-3
"""Numbers of one kind may differ by this share of the largest of them.  Other kernels of TensorFlow
(oneDNN off, more threads) move them by 3e-6, a constant learning rate in place of the cosine by
1e-4 to 0.16, by more than this in three recipes of four."""


def numbers(recipe: Recipe, encoder: keras.Model) -> dict[str, list]:
    """Losses of the recipe's first training steps, and what its trained ``encoder`` says.

    Both see examples made of random numbers, the same for ever, so no data set is needed.
    """
    return {"losses": losses(recipe), "representation": representation(recipe, encoder)}


def losses(recipe: Recipe) -> list[float]:
    """The loss of each of the first `STEPS` steps, in the training loop of every run.

    An epoch is one step here, so that the learning rate falls from its start to its end.
    """
    images = examples(recipe, BATCH)
    none = Split(images[:0], np.zeros(0, int))
    dataset = Dataset(recipe.dataset, (), images, none, none, none, None, "random", "")
    recipe = replace(recipe, epochs=STEPS, batch_size=BATCH)
    method = training.build(recipe, dataset)
    steps = range(STEPS)
    return [_short(training.train_epoch(recipe, images, method, step)) for step in steps]


def representation(recipe: Recipe, encoder: keras.Model) -> list[list[float]]:
    """`SEEN` rows of `DIRECTIONS` numbers: representations, seen from a few directions."""
    seen = examples(recipe, SEEN)
    vectors = embed(encoder, Split(seen, np.zeros(SEEN, int))).x.reshape(SEEN, -1)
    directions = np.random.default_rng(1).normal(size=(vectors.shape[1], DIRECTIONS))
    return [[_short(number) for number in row] for row in vectors @ directions]


def difference(stored: dict[str, list], now: dict[str, list]) -> str | None:
    """In a few words, in what two results of `numbers` differ; None if they agree."""
    for kind in ("losses", "representation"):
        before, after = np.array(stored[kind]), np.array(now[kind])
        if before.shape != after.shape:
            return f"{kind} of shape {after.shape}, not {before.shape}"
        apart = np.abs(after - before).max() / np.abs(before).max()
        if not apart <= TOLERANCE:
            return f"{kind} differ by {apart:.1%}"
    return None


def examples(recipe: Recipe, count: int) -> np.ndarray:
    """Random examples of a data set's shape: mostly dark pictures, or tokens and then padding."""
    entry, random = REGISTRY[recipe.dataset], np.random.default_rng(0)
    if entry.dtype == "int32":
        tokens = random.integers(5, 30, (count, *entry.shape), dtype="int32")
        end = random.integers(8, entry.shape[0] + 1, (count, 1))
        return np.where(np.arange(entry.shape[0]) < end, tokens, 0)
    return (random.uniform(size=(count, *entry.shape)) ** 4).astype(entry.dtype)


def _short(number: float) -> float:
    return float(f"{number:.6g}")
