"""A generative adversarial network, seen as a way to features."""

from __future__ import annotations

from typing import NamedTuple

import keras
from keras import ops

from ssl_course.methods.frozen import frozen
from ssl_course.methods.method import Method
from ssl_course.objectives import (
    discriminator_loss,
    feature_matching,
    generator_loss,
    squared_error,
)
from ssl_course.views.tensor import Tensor


class Played(NamedTuple):
    """Codes, images made of them, codes read back from these; verdicts (n, 1) on real and made
    images; features of real images, and of made ones by a discriminator that does not learn.
    """

    code: Tensor
    made: Tensor
    read: Tensor
    real: Tensor
    fake: Tensor
    real_features: Tensor
    made_features: Tensor


class GAN(Method):
    """A generator makes images, a discriminator tells them from real ones (Goodfellow et al.,
    2014); an inverse learns to read the code back from the image.

    ``generator``: codes (n, code_size) → images.  ``encoder`` is the discriminator's body:
    images → representations (n, D), to which one linear layer adds the verdict.
    ``inverse``: images → codes, trained on made images alone, whose codes are known (the
    "latent regressor" of Donahue et al., 2017).

    The discriminator sees real and made images in two batches, so where it normalizes, the
    averaged statistics are those of both kinds.

    With ``match_features`` the generator matches the mean representation of real images
    instead of fooling the verdict (Salimans et al., 2016).
    """

    def __init__(
        self,
        encoder: keras.Model,
        generator: keras.Model,
        inverse: keras.Model,
        match_features: bool = False,
        seed: int | None = None,
    ):
        super().__init__()
        self.encoder = encoder
        self.generator = generator
        self.inverse = inverse
        self.match_features = match_features
        self.verdict = keras.layers.Dense(1, name="verdict")
        self.seeds = keras.random.SeedGenerator(seed)

    def compute(self, images: Tensor, training: bool) -> Played:
        """One image made for each real one, and the verdicts on both."""
        shape = (ops.shape(images)[0], self.generator.input_shape[-1])
        code = keras.random.normal(shape, seed=self.seeds)
        made = self.generator(code, training=training)
        read = self.inverse(ops.stop_gradient(made), training=training)
        features = self.encoder(images, training=training)
        real = self.verdict(features)
        fake = self.verdict(self.encoder(ops.stop_gradient(made), training=training))
        return Played(code, made, read, real, fake, features, frozen(self.encoder, made, training))

    def compare(self, images: Tensor, outputs: Played) -> Tensor:
        """The losses of discriminator, generator and inverse, each moving one of them alone."""
        made = outputs.made_features
        if self.match_features:
            makes = feature_matching(ops.stop_gradient(outputs.real_features), made)
        else:
            makes = generator_loss(frozen(self.verdict, made))
        tells = discriminator_loss(outputs.real, outputs.fake)
        return tells + makes + squared_error(outputs.code, outputs.read)
