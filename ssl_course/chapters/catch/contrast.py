"""CURL's loss without a game: an encoder learns from frames, before any reward (chapter 8.2)."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from ssl_course.chapters.catch.agent import bilinear_nce
from ssl_course.chapters.catch.game import View
from ssl_course.chapters.catch.measure import snapshots
from ssl_course.methods.method import Method
from ssl_course.methods.target import follow, target_copy

LAST = 6
"""The loss that is reported is that of the last sixth of the steps."""


class Contrast(Method):
    """CURL's loss alone, compiled.  Train with ``fit((queries, keys))``.

    The keys come from a target encoder, or with ``own_keys`` from the encoder itself.
    """

    def __init__(self, encoder: keras.Model, own_keys: bool = False):
        super().__init__()
        self.encoder, self.target_encoder = encoder, target_copy(encoder)
        self.keys = encoder if own_keys else self.target_encoder
        width = encoder.output_shape[-1]
        self.similarity = self.add_weight(shape=(width, width), name="similarity")
        self.similarity.assign(np.eye(width) / np.sqrt(width))
        self.compile(keras.optimizers.Adam(1e-3))
        self.optimizer.build(self.trainable_variables)

    def compute(self, inputs: Any, training: bool) -> Any:
        """Queries and, without a gradient, keys."""
        query_views, key_views = inputs
        return self.encoder(query_views), ops.stop_gradient(self.keys(key_views))

    def compare(self, inputs: Any, outputs: Any) -> Any:
        """Each query has to find the key of its own row."""
        queries, keys = outputs
        return bilinear_nce(queries, keys, self.similarity)

    def before_step(self) -> None:
        """The target encoder follows by a moving average."""
        follow(self.target_encoder, self.encoder, momentum=0.95)


def without_reward(
    method: Contrast,
    digits: np.ndarray | None,
    view: View,
    steps: int = 300,
    batch: int = 64,
    seed: int = 0,
) -> float:
    """Train on frames of unrelated moments of the game; the mean loss of the last steps."""
    random = np.random.default_rng([seed, 4])
    frames = snapshots(digits, steps * batch, seed=[seed, 5])["frames"]
    queries, keys = view(frames, random), view(frames, random)
    early = batch * (steps - steps // LAST)
    for part in (slice(None, early), slice(early, None)):
        views = queries[part], keys[part]
        history = method.fit(views, batch_size=batch, shuffle=False, verbose=0)
    return float(history.history["loss"][0])
