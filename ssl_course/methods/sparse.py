"""Sparse autoencoders: few numbers of the code are in use at a time."""

from __future__ import annotations

from typing import NamedTuple

import keras
from keras import ops

from ssl_course.methods.autoencoder import Autoencoder
from ssl_course.objectives import binary_cross_entropy
from ssl_course.views.tensor import Tensor


class Coded(NamedTuple):
    """Images rebuilt (n, height, width, channels), and what they were rebuilt from (n, d)."""

    rebuilt: Tensor
    code: Tensor


class SparseAutoencoder(Autoencoder):
    """Pay for every number of the representation by its absolute value (L1).

    The penalty is ``weight`` times the mean absolute value; on the activations, not on the
    weights.
    """

    def __init__(self, encoder: keras.Model, decoder: keras.Model, weight: float):
        super().__init__(encoder, decoder)
        self.weight = weight

    def compute(self, images: Tensor, training: bool) -> Coded:
        """The images rebuilt and their representations."""
        representation = self.encoder(images, training=training)
        return Coded(self.decoder(representation, training=training), representation)

    def compare(self, images: Tensor, outputs: Coded) -> Tensor:
        """`objectives.binary_cross_entropy` and the penalty."""
        penalty = self.weight * ops.mean(ops.abs(outputs.code))
        return binary_cross_entropy(images, outputs.rebuilt) + penalty


class KSparseAutoencoder(Autoencoder):
    """Only the ``k`` largest numbers of the representation reach the decoder (Makhzani & Frey,
    2013).
    """

    def __init__(self, encoder: keras.Model, decoder: keras.Model, k: int):
        super().__init__(encoder, decoder)
        self.keep = KeepLargest(k)

    def compute(self, images: Tensor, training: bool) -> Tensor:
        """The images rebuilt from what was kept."""
        representation = self.keep(self.encoder(images, training=training))
        return self.decoder(representation, training=training)


class KeepLargest(keras.layers.Layer):
    """Set all but the ``k`` largest numbers of each row to zero."""

    def __init__(self, k: int):
        super().__init__()
        self.k = k

    def call(self, representation: Tensor) -> Tensor:
        """Representations (n, d) → (n, d); equals of the k-th largest number stay too."""
        smallest = ops.top_k(representation, self.k)[0][:, -1:]
        return ops.where(representation >= smallest, representation, 0.0)
