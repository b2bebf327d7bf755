"""Rows to train on: starved, filled up, balanced, changed."""

from __future__ import annotations

import numpy as np

from ssl_course.chapters.generation.judge import distances
from ssl_course.chapters.generation.models import BATCH
from ssl_course.data import Split


def one_hot(labels: np.ndarray, classes: int) -> np.ndarray:
    """Labels (n,) as rows (n, classes) of zeros and one 1; for one class, ones."""
    return np.eye(classes, dtype="float32")[labels if classes > 1 else np.zeros_like(labels)]


def shuffled(count: int, steps: int, seed: int) -> np.ndarray:
    """Rows for ``steps`` batches: as many passes over ``count`` rows, each in random order."""
    rng = np.random.default_rng(seed)
    passes = -(-steps * BATCH // count)
    return np.concatenate([rng.permutation(count) for _ in range(passes)])[: steps * BATCH]


def balanced(labels: np.ndarray, steps: int, seed: int) -> np.ndarray:
    """Rows for ``steps`` batches in which every class is drawn equally often."""
    rng = np.random.default_rng(seed)
    rows = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    each = -(-steps * BATCH // len(rows))
    drawn = np.stack([rng.choice(part, each) for part in rows], axis=1)
    return drawn.ravel()[: steps * BATCH]


def starve(split: Split, label: int, few: int, many: int, draw: int) -> Split:
    """A draw with ``few`` examples of class ``label`` and ``many`` of every other class.

    Raises ValueError if a class has fewer examples than asked for.
    """
    order = np.random.default_rng([label, few, many, draw]).permutation(len(split))
    chosen = []
    for each in np.unique(split.y):
        size = few if each == label else many
        rows = order[split.y[order] == each][:size]
        if len(rows) < size:
            raise ValueError(f"class {each} has only {len(rows)} examples, not {size}")
        chosen.append(rows)
    index = np.sort(np.concatenate(chosen))
    return Split(split.x[index], split.y[index])


def fill(split: Split, label: int, made: np.ndarray) -> Split:
    """The split with the images ``made`` (n, …) added as examples of class ``label``."""
    labels = np.full(len(made), label, split.y.dtype)
    return Split(np.concatenate([split.x, made]), np.concatenate([split.y, labels]))


def shift_and_flip(images: np.ndarray, pixels: int, seed: int) -> np.ndarray:
    """Each image (n, h, w, c) moved by up to ``pixels``, and mirrored with probability one half."""
    rng = np.random.default_rng(seed)
    height, width = images.shape[1:3]
    margin = ((0, 0), (pixels, pixels), (pixels, pixels), (0, 0))
    padded = np.pad(images, margin)
    moved = np.empty_like(images)
    for row, (top, left) in enumerate(rng.integers(0, 2 * pixels + 1, (len(images), 2))):
        moved[row] = padded[row, top : top + height, left : left + width]
    mirrored = rng.random(len(images)) < 0.5
    moved[mirrored] = moved[mirrored, :, ::-1]
    return moved


def smote(points: np.ndarray, count: int, neighbors: int, seed: int) -> np.ndarray:
    """New points (count, d) on the lines between ``points`` (n, d) and near ones of them.

    Each is a random point, moved a random part of the way to one of its ``neighbors`` nearest
    others (Chawla et al., 2002).  Raises ValueError for fewer than two points.
    """
    if len(points) < 2:
        raise ValueError("a single point has no neighbor to move to")
    rng = np.random.default_rng(seed)
    apart = distances(points, points)
    np.fill_diagonal(apart, np.inf)
    nearest = np.argsort(apart, axis=1)[:, : min(neighbors, len(points) - 1)]
    start = rng.integers(len(points), size=count)
    end = nearest[start, rng.integers(nearest.shape[1], size=count)]
    step = rng.random((count, 1))
    return points[start] + step * (points[end] - points[start])
