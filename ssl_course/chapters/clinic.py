"""What chapter 6.1 measures on medical images: AUC with an interval, evidence, outliers."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import keras
import numpy as np
from scipy.stats import rankdata
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from ssl_course.data import Split
from ssl_course.networks.patch import GRID

STRENGTHS = (1.0, 10.0, 100.0)
"""Inverse regularization strengths that `Probe` tries on the validation split."""


class Probe:
    """Logistic regression on frozen features, for two classes.

    With ``validation``, the strength is the one of `STRENGTHS` with the best validation AUC;
    without, it is 10: with a handful of labels there is nothing to choose it on.
    Features are centered and scaled by one number, as in `evaluate.linear_probe`.
    """

    def __init__(self, train: Split, validation: Split | None = None, iterations: int = 100):
        self.mean = train.x.mean(axis=0)
        self.scale = float(np.sqrt(((train.x - self.mean) ** 2).sum(axis=1).mean())) or 1.0

        def fit(strength):
            classifier = LogisticRegression(C=strength, max_iter=iterations)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)  # few iterations are meant
                return classifier.fit(self._prepared(train.x), train.y)

        if validation is None:
            self.classifier = fit(10.0)
            return

        def quality(classifier):
            return auc(validation.y, classifier.decision_function(self._prepared(validation.x)))

        self.classifier = max(map(fit, STRENGTHS), key=quality)

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """Scores (n,), the logits of the second class."""
        return self.classifier.decision_function(self._prepared(features))

    @property
    def weights(self) -> np.ndarray:
        """Weight of each feature (D,), in the features' own units."""
        return self.classifier.coef_[0] / self.scale

    def _prepared(self, features):
        return (features - self.mean) / self.scale


def auc(labels: np.ndarray, scores: np.ndarray) -> float:
    """Area under the ROC curve: the share of pairs of a 1 and a 0 that are in the right order.

    From ranks (Mann and Whitney, 1947); ties count half.  Raises ValueError if a class is missing.
    """
    positive = labels == 1
    count, rest = positive.sum(), (~positive).sum()
    if not count or not rest:
        raise ValueError("the AUC compares two classes, and there is only one")
    above = rankdata(scores)[positive].sum() - count * (count + 1) / 2
    return float(above / (count * rest))


def auc_interval(
    labels: np.ndarray, scores: np.ndarray, draws: int = 1000, seed: int = 0
) -> tuple[float, float, float]:
    """AUC and the ends of its 95 % interval, by drawing cases with replacement (bootstrap).

    ``labels`` (n,) are 0 or 1, both; draws that miss a class are left out.
    """
    measured = auc(labels, scores)
    random = np.random.default_rng(seed)
    values = []
    for _ in range(draws):
        chosen = random.integers(len(labels), size=len(labels))
        if 0 < labels[chosen].sum() < len(labels):
            values.append(auc(labels[chosen], scores[chosen]))
    low, high = np.percentile(values, [2.5, 97.5])
    return measured, float(low), float(high)


def evidence_map(encoder: keras.Model, probe: Probe, images: np.ndarray) -> np.ndarray:
    """What each place of the encoder's last map adds to the score of a probe: (n, 4, 4).

    The probe is one on features averaged over the 16 places (`pooled`), so its score is the
    sum over places, up to a constant (Zhou et al., 2016).
    """
    features = _features(encoder, images).reshape(len(images), GRID, GRID, -1)
    return (features - probe.mean) @ probe.weights / GRID**2


def occlusion_map(score: Callable, images: np.ndarray, size: int = 4) -> np.ndarray:
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
    squared = (queries**2).sum(axis=1)[:, None] + (bank**2).sum(axis=1) - 2 * queries @ bank.T
    index = squared.argmin(axis=1)
    return index, np.sqrt(np.maximum(squared[np.arange(len(queries)), index], 0.0))


def _features(encoder, images, batch_size=500):
    """Like `keras.Model.predict`, which compiles anew for every copy of an encoder."""
    parts = (images[start : start + batch_size] for start in range(0, len(images), batch_size))
    features = [np.asarray(encoder(part, training=False)) for part in parts]
    return np.concatenate(features).reshape(len(images), -1)
