"""What the chapters on medicine measure: probes of two classes, evidence, outliers."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
from scipy.stats import rankdata

from ssl_course.data import Split
from ssl_course.evaluate import RANKING_STRENGTHS, Probe, auc, best_probe, squared_distances
from ssl_course.networks.patch import GRID

ITERATIONS = 100
"""Bound of the solver of `probe`."""


def probe(train: Split, validation: Split | None = None) -> Probe:
    """A probe for two classes; its strength is the one with the best AUC on ``validation``.

    Without ``validation`` it is that for few labels.
    """
    if validation is None:
        return Probe(train, iterations=ITERATIONS)
    return best_probe(
        train,
        validation,
        strengths=RANKING_STRENGTHS,
        iterations=ITERATIONS,
        quality=Probe.auc,
    )


def auc_gain(
    labels: np.ndarray, first: np.ndarray, second: np.ndarray, draws: int = 500
) -> tuple[float, float, float]:
    """AUC of ``first`` minus AUC of ``second``, and the ends of its 95 % interval.

    Both are scores (n,) of the same cases, which are drawn with replacement, once for both.
    """
    random = np.random.default_rng(0)
    values = []
    for _ in range(draws):
        cases = random.integers(len(labels), size=len(labels))
        values.append(auc(labels[cases], first[cases]) - auc(labels[cases], second[cases]))
    low, high = np.percentile(values, [2.5, 97.5])
    return auc(labels, first) - auc(labels, second), float(low), float(high)


def dark_share(images: np.ndarray, threshold: float = 0.02) -> np.ndarray:
    """The share of pixels up to ``threshold`` in each image: one number, and nothing is trained."""
    return (images <= threshold).reshape(len(images), -1).mean(axis=1)


def evidence_map(encoder: keras.Model, probe: Probe, images: np.ndarray) -> np.ndarray:
    """What each place of the encoder's last map adds to the score of a probe: (n, 4, 4).

    The probe is one on features averaged over the 16 places (`pooled`), so its score is the
    sum over places, up to a constant (Zhou et al., 2016).
    """
    features = _features(encoder, images).reshape(len(images), GRID, GRID, -1)
    return (features - probe.scaler.mean_) @ probe.kernel[:, 0] / GRID**2


def occlusion_map(
    score: Callable[[np.ndarray], np.ndarray], images: np.ndarray, size: int = 4
) -> np.ndarray:
    """How far the score falls when a block is painted in the image's mean: (n, 7, 7) for size 4.

    ``score`` maps images (n, 28, 28, 1) to scores (n,).  One pass a block of ``size`` pixels
    (Zeiler and Fergus, 2014).
    """
    count = images.shape[1] // size
    mean, before = images.mean(axis=(1, 2, 3)), score(images)
    drops = np.zeros((len(images), count, count))
    for row in range(count):
        for column in range(count):
            covered = images.copy()
            block = np.s_[:, row * size : (row + 1) * size, column * size : (column + 1) * size]
            covered[block] = mean[:, None, None, None]
            drops[:, row, column] = before - score(covered)
    return drops


def randomized(encoder: keras.Model, *layers: str, seed: int = 0) -> keras.Model:
    """A copy of the encoder in which the weights of some layers are shuffled."""
    copy = keras.models.clone_model(encoder)
    copy.set_weights(encoder.get_weights())
    random = np.random.default_rng(seed)
    for name in layers:
        layer = copy.get_layer(name)
        shuffled = [random.permutation(weight.ravel()) for weight in layer.get_weights()]
        shapes = [weight.shape for weight in layer.get_weights()]
        layer.set_weights(
            [flat.reshape(shape) for flat, shape in zip(shuffled, shapes, strict=True)]
        )
    return copy


def rank_agreement(first: np.ndarray, second: np.ndarray) -> float:
    """Mean rank correlation (−1 to 1) of two sets of maps, image by image."""
    ranks = [rankdata(maps.reshape(len(maps), -1), axis=1) for maps in (first, second)]
    first, second = (rank - rank.mean(axis=1, keepdims=True) for rank in ranks)
    norms = np.sqrt((first**2).sum(axis=1) * (second**2).sum(axis=1))
    return float(np.mean((first * second).sum(axis=1) / np.maximum(norms, 1e-12)))


def by_place(encoder: keras.Model) -> Callable[[np.ndarray], np.ndarray]:
    """A map from images to the whole representation, (n, 2048): what is where."""
    return lambda images: _features(encoder, images)


def pooled(encoder: keras.Model) -> Callable[[np.ndarray], np.ndarray]:
    """A map from images to features averaged over places, (n, 128): what is there, not where."""
    return lambda images: _features(encoder, images).reshape(len(images), GRID**2, -1).mean(axis=1)


def standardized(images: np.ndarray) -> np.ndarray:
    """Pixels (n, height · width), each image with mean 0 and standard deviation 1."""
    pixels = images.reshape(len(images), -1)
    centered = pixels - pixels.mean(axis=1, keepdims=True)
    return centered / np.maximum(centered.std(axis=1, keepdims=True), 1e-6)


def nearest(bank: np.ndarray, queries: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Index of, and distance to, the nearest row of ``bank`` for each row of ``queries``.

    A distance near 0 means a copy; a distance larger than usual, a stranger.
    """
    squared = squared_distances(queries, bank)
    index = squared.argmin(axis=1)
    return index, np.sqrt(squared[np.arange(len(queries)), index])


def _features(encoder: keras.Model, images: np.ndarray, batch_size: int = 500) -> np.ndarray:
    """Like `keras.Model.predict`, which compiles anew for every copy of an encoder."""
    parts = (images[start : start + batch_size] for start in range(0, len(images), batch_size))
    features = [np.asarray(encoder(part, training=False)) for part in parts]
    return np.concatenate(features).reshape(len(images), -1)
