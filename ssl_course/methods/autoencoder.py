"""Autoencoders: the input is its own label."""

import keras

from ssl_course.objectives import binary_cross_entropy


class Autoencoder(keras.Model):
    """Rebuild the image from its representation (Hinton & Salakhutdinov, 2006).

    With a ``corruption`` (a layer of `views`) the encoder sees a damaged image while training
    and the clean one is the target: a denoising autoencoder (Vincent et al., 2008).

    Train with ``fit(images)``: images (n, height, width, channels) in [0, 1], no labels.
    """

    def __init__(self, encoder, decoder, corruption=None):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        self.corruption = corruption

    def call(self, images, training=False):
        if self.corruption is not None:
            images = self.corruption(images, training=training)
        return self.decoder(self.encoder(images))

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return binary_cross_entropy(x, y_pred)
