"""Autoencoders whose code follows a known distribution, so that codes can be drawn from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
from keras import ops

from ssl_course.methods.frozen import frozen
from ssl_course.methods.method import Method
from ssl_course.methods.sparse import Coded
from ssl_course.objectives import (
    binary_cross_entropy,
    discriminator_loss,
    evidence_loss,
    generator_loss,
)
from ssl_course.views.tensor import Tensor


class Variational(NamedTuple):
    """Images rebuilt, and the Gaussians (n, code_size) that their codes come from."""

    rebuilt: Tensor
    mean: Tensor
    log_variance: Tensor


class VAE(Method):
    """Variational autoencoder (Kingma & Welling, 2013); β-VAE with ``beta`` above 1.

    ``encoder``: images → representations (n, D).  Two linear layers turn a representation
    into mean and log-variance of the code (n, code_size); ``decoder``: codes → images.
    ``code_size`` is the width of the decoder's input, unless that holds more than a code.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        beta: float = 1.0,
        seed: int | None = None,
        code_size: int | None = None,
    ):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        self.beta = beta
        self.code_size = code_size or decoder.input_shape[-1]
        self.mean = keras.layers.Dense(self.code_size, name="code_mean")
        self.log_variance = keras.layers.Dense(self.code_size, name="code_log_variance")
        self.seeds = keras.random.SeedGenerator(seed)

    def draw(self, representation: Tensor, training: bool) -> tuple[Tensor, Tensor, Tensor]:
        """Code, mean and log-variance; the code is the mean outside of training.

        The noise is drawn apart from what it's scaled by, so gradients pass (reparameterization).
        """
        mean, log_variance = self.mean(representation), self.log_variance(representation)
        if not training:
            return mean, mean, log_variance
        noise = keras.random.normal(ops.shape(mean), seed=self.seeds)
        return mean + ops.exp(0.5 * log_variance) * noise, mean, log_variance

    def compute(self, images: Any, training: bool) -> Variational:
        """The images rebuilt, and their Gaussians."""
        representation = self.encoder(images, training=training)
        code, mean, log_variance = self.draw(representation, training)
        return Variational(self.decoder(code, training=training), mean, log_variance)

    def compare(self, images: Any, outputs: Variational) -> Tensor:
        """`objectives.evidence_loss`."""
        return evidence_loss(images, *outputs, self.beta)


class CodedAutoencoder(Method):
    """A linear layer between the encoder and the decoder makes the code (n, code_size).

    ``encoder``: images → representations (n, D); ``decoder``: codes → images.
    """

    def __init__(self, encoder: keras.Model, decoder: keras.Model, seed: int | None = None):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        self.code = keras.layers.Dense(decoder.input_shape[-1], name="code")
        self.seeds = keras.random.SeedGenerator(seed)

    def compute(self, images: Tensor, training: bool) -> Coded:
        """The images rebuilt and their codes."""
        code = self.code(self.encoder(images, training=training))
        return Coded(self.decoder(code, training=training), code)

    def prior(self, code: Tensor) -> Tensor:
        """As many draws of the standard normal as there are codes."""
        return keras.random.normal(ops.shape(code), seed=self.seeds)


class MatchedAutoencoder(CodedAutoencoder):
    """An autoencoder whose codes look like draws from the standard normal.

    ``distance`` compares a batch of codes with as many draws: `objectives.mmd` (the
    Wasserstein autoencoder with MMD of Tolstikhin et al., 2018) or `objectives.coral`, which
    compares covariances alone.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        distance: Callable[[Tensor, Tensor], Tensor],
        weight: float = 1.0,
        seed: int | None = None,
    ):
        super().__init__(encoder, decoder, seed)
        self.distance = distance
        self.weight = weight

    def compare(self, images: Tensor, outputs: Coded) -> Tensor:
        """`objectives.binary_cross_entropy`, and the distance of the codes from the prior."""
        apart = self.distance(outputs.code, self.prior(outputs.code))
        return binary_cross_entropy(images, outputs.rebuilt) + self.weight * apart


class AdversarialAutoencoder(CodedAutoencoder):
    """A discriminator tells codes from draws of the prior (Makhzani et al., 2016).

    ``discriminator``: codes (n, code_size) → logits (n, 1).
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        discriminator: keras.Model,
        weight: float = 0.1,
        seed: int | None = None,
    ):
        super().__init__(encoder, decoder, seed)
        self.discriminator = discriminator
        self.weight = weight

    def compare(self, images: Tensor, outputs: Coded) -> Tensor:
        """The losses of both players, each of which moves one of them alone."""
        prior, code, judge = self.prior(outputs.code), outputs.code, self.discriminator
        learns = discriminator_loss(judge(prior), judge(ops.stop_gradient(code)))
        fools = generator_loss(frozen(judge, code))
        return binary_cross_entropy(images, outputs.rebuilt) + self.weight * fools + learns
