"""A memory of past projections."""

from __future__ import annotations

import keras
from keras import ops

from ssl_course.objectives import normalize
from ssl_course.views.tensor import Tensor


class Queue(keras.layers.Layer):
    """The latest ``size`` vectors of length ``width``, each of length 1; first in, first out.

    Starts with random directions.
    """

    def __init__(self, size: int, width: int, seed: int | None = None, name: str = "queue"):
        super().__init__(name=name, trainable=False)
        self.seed = seed
        self.build((size, width))  # nobody else does: a queue is never called

    def build(self, shape: tuple[int, int]) -> None:
        """Make the vectors (size, width)."""
        start = keras.random.normal(shape, seed=keras.random.SeedGenerator(self.seed))
        self.vectors = self.add_weight(
            shape=shape, initializer="zeros", trainable=False, name="vectors"
        )
        self.vectors.assign(normalize(start))

    def add(self, vectors: Tensor) -> None:
        """Put a batch (n, width) in, and the n oldest vectors out."""
        size, width = self.vectors.shape
        new = normalize(ops.stop_gradient(vectors))
        kept = ops.concatenate([new, ops.convert_to_tensor(self.vectors)])[:size]
        self.vectors.assign(ops.reshape(kept, (size, width)))
