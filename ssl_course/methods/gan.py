"""A generative adversarial network, seen as a way to features."""

import keras
from keras import ops

from ssl_course.methods.frozen import frozen
from ssl_course.objectives import (
    discriminator_loss,
    feature_matching,
    generator_loss,
    squared_error,
)


class GAN(keras.Model):
    """A generator makes images, a discriminator tells them from real ones (Goodfellow et al.,
    2014); an inverse learns to read the code back from the image.

    ``generator``: codes (n, code_size) → images.  ``encoder`` is the discriminator's body:
    images → representations (n, D), to which one linear layer adds the verdict.
    ``inverse``: images → codes, trained on made images alone, whose codes are known (the
    "latent regressor" of Donahue et al., 2017).

    With ``match_features`` the generator matches the mean representation of real images
    instead of fooling the verdict (Salimans et al., 2016).
    """

    def __init__(self, encoder, generator, inverse, match_features=False, seed=None):
        super().__init__()
        self.encoder = encoder
        self.generator = generator
        self.inverse = inverse
        self.match_features = match_features
        self.verdict = keras.layers.Dense(1, name="verdict")
        self.seeds = keras.random.SeedGenerator(seed)

    def call(self, images, training=False):
        shape = (ops.shape(images)[0], self.generator.input_shape[-1])
        code = keras.random.normal(shape, seed=self.seeds)
        made = self.generator(code, training=training)
        read = self.inverse(ops.stop_gradient(made), training=training)
        real_features = self.encoder(images, training=training)
        made_features = self.encoder(ops.stop_gradient(made), training=training)
        verdicts = self.verdict(real_features), self.verdict(made_features)
        return code, made, read, real_features, *verdicts

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        code, made, read, real_features, real, fake = y_pred
        features = frozen(self.encoder, made, training)
        if self.match_features:
            makes = feature_matching(ops.stop_gradient(real_features), features)
        else:
            makes = generator_loss(frozen(self.verdict, features))
        return discriminator_loss(real, fake) + makes + squared_error(code, read)
