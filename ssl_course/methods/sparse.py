"""Sparse autoencoders: few numbers of the code are in use at a time."""

import keras
from keras import ops

from ssl_course.methods.autoencoder import Autoencoder
from ssl_course.objectives import binary_cross_entropy


class SparseAutoencoder(Autoencoder):
    """Pay for every number of the representation by its absolute value (L1).

    The penalty is ``weight`` times the mean absolute value; on the activations, not on the
    weights.
    """

    def __init__(self, encoder, decoder, weight):
        super().__init__(encoder, decoder)
        self.weight = weight

    def call(self, images, training=False):
        representation = self.encoder(images, training=training)
        return self.decoder(representation, training=training), representation

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        rebuilt, representation = y_pred
        penalty = self.weight * ops.mean(ops.abs(representation))
        return binary_cross_entropy(x, rebuilt) + penalty


class KSparseAutoencoder(Autoencoder):
    """Only the ``k`` largest numbers of the representation reach the decoder (Makhzani & Frey,
    2013).
    """

    def __init__(self, encoder, decoder, k):
        super().__init__(encoder, decoder)
        self.keep = KeepLargest(k)

    def call(self, images, training=False):
        representation = self.keep(self.encoder(images, training=training))
        return self.decoder(representation, training=training)


class KeepLargest(keras.layers.Layer):
    """Set all but the ``k`` largest numbers of each row to zero."""

    def __init__(self, k: int):
        super().__init__()
        self.k = k

    def call(self, representation):
        smallest = ops.top_k(representation, self.k)[0][:, -1:]
        return ops.where(representation >= smallest, representation, 0.0)
