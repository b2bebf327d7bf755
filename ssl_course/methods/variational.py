"""Autoencoders whose code follows a known distribution, so that codes can be drawn from it."""

import keras
from keras import ops

from ssl_course.methods.frozen import frozen
from ssl_course.objectives import (
    binary_cross_entropy,
    discriminator_loss,
    evidence_loss,
    generator_loss,
)


class VAE(keras.Model):
    """Variational autoencoder (Kingma & Welling, 2013); β-VAE with ``beta`` above 1.

    ``encoder``: images → representations (n, D).  Two linear layers turn a representation
    into mean and log-variance of the code (n, code_size); ``decoder``: codes → images.
    """

    def __init__(self, encoder, decoder, beta=1.0, seed=None):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        self.beta = beta
        code_size = decoder.input_shape[-1]
        self.mean = keras.layers.Dense(code_size, name="code_mean")
        self.log_variance = keras.layers.Dense(code_size, name="code_log_variance")
        self.seeds = keras.random.SeedGenerator(seed)

    def call(self, images, training=False):
        representation = self.encoder(images, training=training)
        mean, log_variance = self.mean(representation), self.log_variance(representation)
        code = mean
        if training:
            noise = keras.random.normal(ops.shape(mean), seed=self.seeds)
            code = mean + ops.exp(0.5 * log_variance) * noise
        return self.decoder(code, training=training), mean, log_variance

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return evidence_loss(x, *y_pred, self.beta)


class MatchedAutoencoder(keras.Model):
    """An autoencoder whose codes look like draws from the standard normal.

    ``distance`` compares a batch of codes with as many draws: `objectives.mmd` (the
    Wasserstein autoencoder with MMD of Tolstikhin et al., 2018) or `objectives.coral`, which
    compares covariances alone.
    """

    def __init__(self, encoder, decoder, distance, weight=1.0, seed=None):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        self.distance = distance
        self.weight = weight
        self.code = keras.layers.Dense(decoder.input_shape[-1], name="code")
        self.seeds = keras.random.SeedGenerator(seed)

    def call(self, images, training=False):
        code = self.code(self.encoder(images, training=training))
        return self.decoder(code, training=training), code

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        rebuilt, code = y_pred
        prior = keras.random.normal(ops.shape(code), seed=self.seeds)
        return binary_cross_entropy(x, rebuilt) + self.weight * self.distance(code, prior)


class AdversarialAutoencoder(keras.Model):
    """A discriminator tells codes from draws of the prior (Makhzani et al., 2016).

    ``discriminator``: codes (n, code_size) → logits (n, 1).
    """

    def __init__(self, encoder, decoder, discriminator, weight=0.1, seed=None):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        self.discriminator = discriminator
        self.weight = weight
        self.code = keras.layers.Dense(decoder.input_shape[-1], name="code")
        self.seeds = keras.random.SeedGenerator(seed)

    def call(self, images, training=False):
        code = self.code(self.encoder(images, training=training))
        return self.decoder(code, training=training), code

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        rebuilt, code = y_pred
        prior = keras.random.normal(ops.shape(code), seed=self.seeds)
        judge = self.discriminator
        learns = discriminator_loss(judge(prior), judge(ops.stop_gradient(code)))
        fools = generator_loss(frozen(judge, code))
        return binary_cross_entropy(x, rebuilt) + self.weight * fools + learns
