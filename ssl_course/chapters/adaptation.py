"""Adapt to a target domain of which no labels are known: statistics, covariances, a loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np
from keras import ops

from ssl_course.methods import Method
from ssl_course.objectives import classification
from ssl_course.views.tensor import Tensor


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


class Logits(NamedTuple):
    """Of source images and of target images, (n, classes)."""

    source: Tensor
    target: Tensor


class Aligned(Method):
    """Classify source images while the distributions of both domains' logits are matched.

    Deep CORAL (Sun & Saenko, 2016) with `objectives.coral`, a deep adaptation network (Long
    et al., 2015) with `objectives.mmd` as ``distance``; with ``weight`` 0 plain fine-tuning.
    Batch statistics stay as they are in ``encoder``.

    Train with ``fit((source images, target images), source labels)``; no label of the target
    enters.  `logits` classifies.
    """

    def __init__(
        self,
        encoder: keras.Model,
        head: keras.Model,
        distance: Callable[[Tensor, Tensor], Tensor],
        weight: float,
    ):
        super().__init__()
        self.encoder, self.head = encoder, head
        self.distance, self.weight = distance, weight

    def logits(self, images: Tensor) -> Tensor:
        """Logits (n, classes) of images."""
        return self.head(self.encoder(images, training=False))

    def compute(self, pair: tuple[Tensor, Tensor], training: bool) -> Logits:
        """The logits of both domains."""
        source, target = pair
        return Logits(self.logits(source), self.logits(target))

    def compare(self, inputs: tuple[Tensor, Tensor], outputs: Logits) -> Tensor:
        """`objectives.classification` of the source, and the distance of the domains."""
        _, labels = inputs
        apart = self.distance(outputs.source, outputs.target)
        return classification(labels, outputs.source) + self.weight * apart
