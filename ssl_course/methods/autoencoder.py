"""Autoencoders: the input is its own label."""

from __future__ import annotations

from typing import Any

import keras

from ssl_course.methods.method import Method
from ssl_course.objectives import binary_cross_entropy
from ssl_course.views.tensor import Tensor


class Autoencoder(Method):
    """Rebuild the image from its representation (Hinton & Salakhutdinov, 2006).

    With a ``corruption`` (a layer of `views`) the encoder sees a damaged image while training
    and the clean one is the target: a denoising autoencoder (Vincent et al., 2008).

    Train with ``fit(images)``: images (n, height, width, channels) in [0, 1], no labels.
    """

    def __init__(
        self, encoder: keras.Model, decoder: keras.Model, corruption: keras.Layer | None = None
    ):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        self.corruption = corruption

    def compute(self, images: Tensor, training: bool) -> Any:
        """The images rebuilt."""
        if self.corruption is not None:
            images = self.corruption(images, training=training)
        return self.decoder(self.encoder(images))

    def compare(self, images: Tensor, rebuilt: Any) -> Tensor:
        """`objectives.binary_cross_entropy`."""
        return binary_cross_entropy(images, rebuilt)
