"""What an encoder knows of the game: from unrelated moments, in linear readers and variances."""

from __future__ import annotations

import keras
import numpy as np
from sklearn.linear_model import Ridge

from ssl_course.chapters.catch.game import SIZE, Catch, Seed, dim


def snapshots(
    digits: np.ndarray | None, count: int = 1_500, seed: Seed = 0
) -> dict[str, np.ndarray]:
    """``count`` unrelated moments: {"frames", "ball", "paddle"}, the last two as columns."""
    game = Catch(count, digits, seed)
    return {"frames": game.frames(), "ball": game.ball, "paddle": game.paddle}


def represent(encoder: keras.Model, frames: np.ndarray) -> np.ndarray:
    """Frames (n, 28, 28) → representations (n, d)."""
    return encoder.predict(frames, batch_size=500, verbose=0)


def decoded(
    encoder: keras.Model, train: dict[str, np.ndarray], test: dict[str, np.ndarray]
) -> dict[str, float]:
    """R² of linear readers of the columns of ball and paddle, on frozen representations.

    ``train`` and ``test`` are `snapshots`.  At most 1; 0 is no better than the mean column.
    """
    x, new = (represent(encoder, part["frames"]) for part in (train, test))
    return {
        name: float(Ridge().fit(x, train[name]).score(new, test[name]))
        for name in ("ball", "paddle")
    }


def shares(
    encoder: keras.Model, digits: np.ndarray, count: int = 50, seed: int = 0
) -> dict[str, float]:
    """How much of the representation's variance the picture behind decides, how much the game.

    Every one of ``count`` drawn pictures stands behind every one of ``count`` moments of the
    game.  "behind" is the variance of the means over moments, "game" that of the means over
    pictures, both as shares of the total variance; what is left depends on the two together.
    """
    moments = Catch(count, seed=seed).frames()
    draw = np.random.default_rng(seed).integers
    behind = dim(digits)[draw(len(digits), size=count)]
    rows, columns = (draw(SIZE, size=(2, count, 1)) + np.arange(SIZE)) % SIZE
    behind = behind[np.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :]]
    frames = np.maximum(behind[:, None], moments).reshape(-1, SIZE, SIZE)
    h = represent(encoder, frames).reshape(count, count, -1)
    total = h.var(axis=(0, 1)).sum()
    parts = {"behind": h.mean(axis=1), "game": h.mean(axis=0)}
    return {name: float(part.var(axis=0).sum() / total) for name, part in parts.items()}
