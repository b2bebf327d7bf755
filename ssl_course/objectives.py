"""Loss functions, pure: arrays in, one scalar out."""

import keras
from keras import ops


def binary_cross_entropy(target, prediction):
    r"""Mean binary cross-entropy between images in [0, 1] and predictions in (0, 1).

    .. math:: -\frac{1}{nD} \sum_{i=1}^{n} \sum_{j=1}^{D}
              x_{ij} \log \hat x_{ij} + (1 - x_{ij}) \log (1 - \hat x_{ij})

    ``target`` and ``prediction`` have one shape, (n, …).  The minimum is the entropy of the
    target's own pixels: 0 only if every pixel is 0 or 1.
    """
    return ops.mean(keras.losses.binary_crossentropy(target, prediction))
