"""Turns that give themselves away: marks, covers, and half pixels of digits (page 3.4)."""

from collections.abc import Callable

import keras
import numpy as np

from ssl_course import evaluate, networks, views
from ssl_course.data import Dataset, Split, few_labels
from ssl_course.diagnose import feature_std, rank_me
from ssl_course.methods import Puzzle

Prepare = Callable[[np.ndarray], np.ndarray]
"""What happens to images (n, 28, 28, 1) before they are turned."""

BATCH, BLOCK = 125, 40
LABELS, DRAWS = 10, 5


def stamped(images: np.ndarray) -> np.ndarray:
    """A white square of 3 × 3 pixels near the lower right corner."""
    images = images.copy()
    images[:, 24:27, 24:27] = 1.0
    return images


def covered(images: np.ndarray) -> np.ndarray:
    """The stamp, and a black square over each of the four corners."""
    images = stamped(images)
    for rows in (slice(1, 4), slice(24, 27)):
        for columns in (slice(1, 4), slice(24, 27)):
            images[:, rows, columns] = 0.0
    return images


def balanced(images: np.ndarray) -> np.ndarray:
    """A random half moved up by one pixel, another random half moved left."""
    for axis, seed in ((1, 0), (2, 1)):
        chosen = np.random.default_rng(seed).random(len(images)) < 0.5
        moved = np.roll(images, -1, axis)
        images = np.where(chosen[:, None, None, None], moved, images)
    return images


def rotation(seed: int = 0) -> Puzzle:
    """A fresh network for the turn question, compiled, with the encoder of chapter 3."""
    keras.utils.set_random_seed(seed)
    method = Puzzle(networks.patch_encoder(), networks.head(2048, 4), views.Turn(seed=seed))
    method.compile("adam")
    return method


def answers(method: Puzzle, questions: np.ndarray) -> np.ndarray:
    """What the method answers to images (n, height, width, 1) as they are: (n,)."""
    representation = method.encoder.predict(questions, batch_size=500, verbose=0)
    return np.asarray(method.head(representation)).argmax(axis=1)


def all_turns(method: Puzzle, images: np.ndarray) -> np.ndarray:
    """Answers (4, n): row t holds those for all images after t quarter turns."""
    return np.stack([answers(method, np.rot90(images, t, axes=(1, 2))) for t in range(4)])


def followed(
    prepare: Prepare, clothes: Dataset, seed: int = 0, blocks: int = 3
) -> tuple[Puzzle, list[dict[str, float]]]:
    """Train on turned clothes, prepared first; a look before, and one after every block.

    A block is 40 steps on batches of 125 images.  Before the first look the batch normalizations
    measure their statistics, so step 0 shows what random weights are worth.
    The columns of a look are those of `look`, ``step``, and the mean ``loss`` of the block.
    """
    method = rotation(seed)
    images, asked = prepare(clothes.unlabeled), prepare(clothes.validation.x)
    evaluate.measure_statistics(method.encoder, images[:4000])
    looks = [{"step": 0.0, "loss": np.nan} | look(method, asked, clothes)]
    size = BLOCK * BATCH
    for block in range(blocks):
        some = images[block * size % len(images) :][:size]
        fitted = method.fit(some, batch_size=BATCH, shuffle=False, verbose=0)
        now = {"step": BLOCK * (block + 1.0), "loss": fitted.history["loss"][0]}
        looks.append(now | look(method, asked, clothes))
    return method, looks


def look(method: Puzzle, asked: np.ndarray, clothes: Dataset) -> dict[str, float]:
    """Right answers on 500 images, and what the representation of clean validation images is.

    The probe is ridge regression on 10 labels a class, the mean over five draws.
    """
    logits, truth = method(asked[:500])
    features = evaluate.embed(method.encoder, clothes.validation)
    draws = [few_labels(clothes.train, LABELS, draw) for draw in range(DRAWS)]
    drawn = Split(np.concatenate([d.x for d in draws]), np.concatenate([d.y for d in draws]))
    few = evaluate.embed(method.encoder, drawn)
    parts = zip(np.split(few.x, DRAWS), np.split(few.y, DRAWS), strict=True)
    return {
        "right": float(np.mean(np.asarray(logits).argmax(axis=1) == np.asarray(truth))),
        "feature_std": feature_std(features.x[:1000]),
        "rankme": rank_me(features.x[:1000]),
        "probe": float(np.mean([evaluate.ridge_probe(Split(*part), features) for part in parts])),
    }


def right_by_digit(prepare: Prepare, digits: Dataset, seed: int = 0) -> np.ndarray:
    """Train on turned digits for eight epochs; right answers (10,), by test digit, all turns."""
    method = rotation(seed)
    method.fit(prepare(digits.train.x), batch_size=BATCH, epochs=8, verbose=0)
    right = all_turns(method, prepare(digits.test.x)) == np.arange(4)[:, None]
    return np.array([right[:, digits.test.y == digit].mean() for digit in range(10)])
