"""Near copies of images: features propose, aligned pixels decide (chapter 9)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


def altered(images: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Moved by a pixel at most, dimmed, a little noise: what recoding does to a copy."""
    moves = random.integers(-1, 2, size=(len(images), 2))
    pairs = zip(images, moves, strict=True)
    moved = np.stack([np.roll(image, move, axis=(0, 1)) for image, move in pairs])
    dimmed = moved * random.uniform(0.85, 1.0, size=(len(images), 1, 1, 1))
    noise = random.normal(0, 0.02, images.shape)
    return np.clip(dimmed + noise, 0, 1).astype("float32")


def aligned(first: np.ndarray, second: np.ndarray, reach: int = 2) -> np.ndarray:
    """Largest correlation of the pixels, image by image (n,), over moves of up to ``reach``."""
    size = first.shape[1] - 2 * reach

    def rows(images: np.ndarray, top: int, left: int) -> np.ndarray:
        x = images[:, top : top + size, left : left + size].reshape(len(images), -1)
        x = x - x.mean(axis=1, keepdims=True)
        return x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-8)

    fixed = rows(first, reach, reach)
    moves = [(i, j) for i in range(2 * reach + 1) for j in range(2 * reach + 1)]
    return np.max([np.sum(fixed * rows(second, *move), axis=1) for move in moves], axis=0)


class Closest(NamedTuple):
    """For each image: how near its nearest other is, and which candidate its pixels confirm."""

    cosine: np.ndarray
    place: np.ndarray
    correlation: np.ndarray


def closest(
    images: np.ndarray,
    others: np.ndarray,
    cosine: np.ndarray,
    candidates: int = 10,
) -> Closest:
    """Of the ``candidates`` that the features propose, the one whose aligned pixels agree best.

    ``cosine`` (n, m) is that of the features; −1 on the diagonal keeps an image from itself.
    """
    near = np.argsort(-cosine, axis=1)[:, :candidates]
    pixels = np.stack([aligned(images, others[place]) for place in near.T], axis=1)
    best, rows = pixels.argmax(axis=1), np.arange(len(images))
    return Closest(cosine.max(axis=1), near[rows, best], pixels[rows, best])
