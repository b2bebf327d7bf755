"""A memory of past projections."""

import keras
from keras import ops


class Queue(keras.layers.Layer):
    """The latest ``size`` vectors of length ``width``, each of length 1; first in, first out.

    Starts with random directions.
    """

    def __init__(self, size: int, width: int, seed: int | None = None, name: str = "queue"):
        super().__init__(name=name, trainable=False)
        start = keras.random.normal((size, width), seed=seed)
        self.vectors = self.add_weight(
            shape=(size, width), initializer="zeros", trainable=False, name="vectors"
        )
        self.vectors.assign(ops.normalize(start, axis=1))
        self.built = True  # it is never called

    def add(self, vectors):
        """Put a batch (n, width) in, and the n oldest vectors out."""
        size, width = self.vectors.shape
        new = ops.normalize(ops.stop_gradient(vectors), axis=1)
        kept = ops.concatenate([new, ops.convert_to_tensor(self.vectors)])[:size]
        self.vectors.assign(ops.reshape(kept, (size, width)))
