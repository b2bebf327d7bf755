"""Adapt to a target domain of which no labels are known: statistics, covariances, a loss."""

import keras
import numpy as np
from keras import ops


def reestimate(encoder: keras.Model, images: np.ndarray) -> keras.Model:
    """A copy of ``encoder`` whose batch statistics are those of ``images`` (Li et al., 2016).

    Adaptive batch normalization: the weights stay.  Layer by layer, so that each
    normalization sees what the corrected ones before it let through.
    ``encoder`` is a chain of layers, ``images`` (n, height, width, channels).
    """
    adapted = keras.models.clone_model(encoder)
    adapted.set_weights(encoder.get_weights())
    x = ops.convert_to_tensor(images)
    for layer in adapted.layers[1:]:
        if isinstance(layer, keras.layers.BatchNormalization):
            axes = tuple(range(len(x.shape) - 1))
            layer.moving_mean.assign(ops.mean(x, axis=axes))
            layer.moving_variance.assign(ops.var(x, axis=axes))
        x = layer(x, training=False)
    return adapted


def recolor(
    source: np.ndarray,
    target: np.ndarray,
    ridge: float = 0.01,
    weights: np.ndarray | None = None,
) -> np.ndarray:
    r"""Source features (n, d) with the mean and covariance of the target's (m, d).

    CORAL in closed form (Sun, Feng & Saenko, 2016): whiten with the source's covariance,
    recolor with the target's.

    .. math:: (x - \mu_s) \, (C_s + \rho I)^{-1/2} \, (C_t + \rho I)^{1/2} + \mu_t

    ρ is ``ridge`` times the mean variance of both.  ``weights`` (n,) say how much each source
    example counts in the source's mean and covariance, by default all the same.
    """
    mean = np.average(source, axis=0, weights=weights)
    whiten, color = (
        np.cov(source, rowvar=False, aweights=weights),
        np.cov(target, rowvar=False),
    )
    ridge = ridge * (np.trace(whiten) + np.trace(color)) / (2 * len(color)) * np.eye(len(color))
    aligned = (source - mean) @ _power(whiten + ridge, -0.5) @ _power(color + ridge, 0.5)
    return aligned + target.mean(axis=0)


def _power(covariance: np.ndarray, exponent: float) -> np.ndarray:
    """A power of a symmetric positive matrix."""
    values, vectors = np.linalg.eigh(covariance)
    return (vectors * np.maximum(values, 1e-12) ** exponent) @ vectors.T


class Aligned(keras.Model):
    """Classify source images while the distributions of both domains' logits are matched.

    Deep CORAL (Sun & Saenko, 2016) with `objectives.coral`, a deep adaptation network (Long
    et al., 2015) with `objectives.mmd` as ``distance``; with ``weight`` 0 plain fine-tuning.
    Batch statistics stay as they are in ``encoder``.

    Train with ``fit((source images, target images), source labels)``; no label of the target
    enters.  `logits` classifies.
    """

    def __init__(self, encoder, head, distance, weight):
        super().__init__()
        self.encoder, self.head = encoder, head
        self.distance, self.weight = distance, weight

    def logits(self, images):
        return self.head(self.encoder(images, training=False))

    def call(self, pair, training=False):
        source, target = pair
        return self.logits(source), self.logits(target)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        source, target = y_pred
        return classification(y, source) + self.weight * self.distance(source, target)


def classification(labels, logits):
    """Cross-entropy of integer labels (n,) and logits (n, classes)."""
    losses = keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)
    return ops.mean(losses)
