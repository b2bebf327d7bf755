"""What a frozen representation is worth: probes, k-NN, few-label curve, AUC, controls."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from scipy.stats import rankdata
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from ssl_course.data import Split, few_labels

STRENGTHS = (1.0, 10.0, 100.0, 1000.0)
"""Inverse regularization strengths C that a probe tries on the validation split."""
RANKING_STRENGTHS = STRENGTHS[:3]
"""The same where two classes are to be ranked, which needs no larger ones."""
COLUMN_STRENGTHS = (0.01, 0.1, 1.0, 10.0)
"""The same for features that are scaled one by one: their squared norm is d in place of 1."""
FEW_LABEL_STRENGTH = 10.0
"""With a handful of labels there is nothing to choose a strength on."""
FEW_COLUMN_STRENGTH = 1.0

LABELS_PER_CLASS = (1, 5, 10, 50, 100)
DRAWS = 5
NEIGHBORS = 20
TEMPERATURE = 0.1


def embed(encoder: keras.Model, split: Split, batch_size: int = 500) -> Split:
    """The split with each image replaced by its representation (n, d); the encoder is frozen."""
    representation = encoder.predict(split.x, batch_size=batch_size, verbose=0)
    return Split(representation.reshape(len(split), -1), split.y)


def measure_statistics(encoder: keras.Model, images: np.ndarray) -> keras.Model:
    """Let the batch normalizations of an untrained encoder see images; no weight moves.

    A fresh normalization believes in mean 0 and variance 1, which no layer's inputs have.
    So a fair random control has random weights and measured statistics.
    Some thousand ``images`` (n, …) are enough: they pass in batches of 50.  Returns ``encoder``.
    """
    if encoder.non_trainable_variables:
        for start in range(0, len(images), 50):
            encoder(images[start : start + 50], training=True)
    return encoder


def pixels(split: Split) -> Split:
    """Control: the image itself as its representation (n, height · width · channels)."""
    return Split(split.x.reshape(len(split), -1), split.y)


def principal_components(unlabeled: np.ndarray, size: int) -> Callable[[Split], Split]:
    """Control: a map to the first ``size`` principal components of the unlabeled images."""
    pca = PCA(size, random_state=0).fit(unlabeled.reshape(len(unlabeled), -1))
    return lambda split: Split(pca.transform(pixels(split).x), split.y)


class CommonScaler:
    """Center each feature, and divide all by one number that makes the mean squared norm 1.

    One number for all features keeps the geometry that the method has learned, and makes a
    given strength mean the same for every representation, whatever its size.
    Attributes are named as those of scikit-learn's `StandardScaler`.
    """

    def fit(self, x: np.ndarray) -> CommonScaler:
        """Measure the mean (d,) and the scale of representations (n, d)."""
        self.mean_ = x.mean(axis=0)
        self.scale_ = float(np.sqrt(((x - self.mean_) ** 2).sum(axis=1).mean())) or 1.0
        return self

    def transform(self, x: np.ndarray) -> np.ndarray:
        """Representations (n, d), centered and scaled."""
        return (x - self.mean_) / self.scale_


class Probe:
    """Logistic regression on centered and scaled representations, fitted to ``train``.

    ``strength`` is scikit-learn's ``C``, here for vectors of mean squared norm 1;
    ``iterations`` bounds the solver, which is L-BFGS.  ``by_feature`` scales each feature by its
    own deviation, as the columns of a table want it, whose units differ.
    Called on representations (n, D), it gives logits: (n, classes), or of two classes (n,), those
    of the second.  ``kernel`` (D, logits) and ``bias`` (logits,) act on representations as they
    are, so that they can start the last layer of a network.
    """

    def __init__(
        self,
        train: Split,
        strength: float = FEW_LABEL_STRENGTH,
        iterations: int = 1000,
        *,
        by_feature: bool = False,
    ):
        self.strength = strength
        self.scaler = (StandardScaler() if by_feature else CommonScaler()).fit(train.x)
        self.classifier = LogisticRegression(C=strength, max_iter=iterations)
        with warnings.catch_warnings():
            # Where iterations are few, to stop before the end is what was asked for.
            warnings.simplefilter("ignore", ConvergenceWarning)
            self.classifier.fit(self.scaler.transform(train.x), train.y)
        self.kernel = (self.classifier.coef_ / self.scaler.scale_).T
        self.bias = self.classifier.intercept_ - self.scaler.mean_ @ self.kernel

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """The logits of representations."""
        return self.classifier.decision_function(self.scaler.transform(x))

    def predict(self, x: np.ndarray) -> np.ndarray:
        """The most likely class of each representation, (n,)."""
        return self.classifier.predict(self.scaler.transform(x))

    def accuracy(self, test: Split) -> float:
        """Share (0–1) of the split that is classified as labeled."""
        return self.classifier.score(self.scaler.transform(test.x), test.y)

    def auc(self, test: Split) -> float:
        """How well the logits of a probe for two classes rank the split, see `auc`."""
        return auc(test.y, self(test.x))


def best_probe(
    train: Split,
    validation: Split,
    *,
    strengths: Sequence[float] = STRENGTHS,
    iterations: int = 1000,
    by_feature: bool = False,
    quality: Callable[[Probe, Split], float] = Probe.accuracy,
) -> Probe:
    """The `Probe` whose strength is best on ``validation``; of equally good ones the smallest.

    ``quality`` of a probe and a split is what is compared, larger is better.
    """
    probes = (Probe(train, each, iterations, by_feature=by_feature) for each in strengths)
    return max(probes, key=lambda probe: quality(probe, validation))


def linear_probe(
    train: Split,
    validation: Split,
    test: Split,
    *,
    strengths: Sequence[float] = STRENGTHS,
    iterations: int = 1000,
    choose_with: int | None = None,
) -> dict[str, float]:
    """Accuracy (0–1) of logistic regression on frozen representations.

    The strength is the one of ``strengths`` that is best on ``validation``; with ``choose_with``
    it is chosen on probes of the first so many training examples, and the probe with all of
    them is fitted once.  ``iterations`` bounds the solver, which is L-BFGS.
    Returns ``{"accuracy", "validation_accuracy", "strength"}``.
    """
    some = Split(train.x[:choose_with], train.y[:choose_with])
    probe = best_probe(some, validation, strengths=strengths, iterations=iterations)
    if choose_with is not None and choose_with < len(train):
        probe = Probe(train, probe.strength, iterations)
    return {
        "accuracy": probe.accuracy(test),
        "validation_accuracy": probe.accuracy(validation),
        "strength": probe.strength,
    }


def ridge_probe(train: Split, test: Split) -> float:
    """Accuracy (0–1) of ridge regression to the classes: a linear probe that takes a moment.

    For watching a run; results are reported with `linear_probe`.
    """
    scaler = CommonScaler().fit(train.x)
    probe = RidgeClassifier().fit(scaler.transform(train.x), train.y)
    return probe.score(scaler.transform(test.x), test.y)


def nearest_neighbors(train: Split, test: Split) -> float:
    """Accuracy (0–1) of weighted k-NN (Wu et al., 2018).

    The `NEIGHBORS` most similar training examples by cosine vote with weight
    exp(similarity / `TEMPERATURE`).
    """
    knn = KNeighborsClassifier(
        n_neighbors=min(NEIGHBORS, len(train)),
        metric="cosine",
        weights=lambda distance: np.exp((1 - distance) / TEMPERATURE),
    )
    return knn.fit(train.x, train.y).score(test.x, test.y)


def few_label_curve(train: Split, test: Split) -> dict[int, tuple[float, float]]:
    """Linear probe with 1, 5, 10, 50, 100 labels per class.

    Returns {labels per class: (mean, standard deviation)} of the test accuracy over `DRAWS`
    stratified draws, the same draws for every representation.  The strength is fixed
    (`FEW_LABEL_STRENGTH`).
    """
    curve = {}
    for per_class in LABELS_PER_CLASS:
        scores = []
        for draw in range(DRAWS):
            few = few_labels(train, per_class, draw)
            scores.append(Probe(few).accuracy(test))
        curve[per_class] = (float(np.mean(scores)), float(np.std(scores)))
    return curve


def squared_distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Squared Euclidean distances (n, m) of the rows of (n, d) to those of (m, d).

    In the precision of the arrays; rounding never brings one below 0.
    """
    squares = (first**2).sum(axis=1)[:, None] + (second**2).sum(axis=1) - 2 * first @ second.T
    return np.maximum(squares, 0.0)


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


class _WhileTraining(keras.layers.Layer):
    """Images pass through a layer of `views` while training, and unchanged otherwise."""

    def __init__(self, view: keras.layers.Layer):
        super().__init__()
        self.view = view

    def build(self, shape: tuple[int | None, ...]) -> None:
        self.view.build(shape)

    def call(self, images: Any, training: bool = False) -> Any:
        return self.view(images) if training else images


def supervised(
    build_encoder: Callable[[], keras.Model],
    train: Split,
    validation: Split,
    seed: int = 0,
    view: keras.layers.Layer | None = None,
    patience: int = 15,
    every: int = 40,
) -> keras.Model:
    """Control: the encoder and a linear classifier, trained together on the labels alone.

    ``train`` and ``validation`` hold inputs (n, …) of the encoder's shape and labels 0, 1, ….
    With ``view``, a layer of `views`, each training input is seen through it.

    Looks at the validation accuracy after ``every`` steps or so, or once a pass if that is longer,
    stops when it has not risen for ``patience`` looks, and keeps the best weights.  The defaults
    are those of the results tables; a page that trains live is less patient.  Returns a model
    from inputs (n, …) to class probabilities (n, classes).
    """
    keras.utils.set_random_seed(seed)
    encoder = build_encoder()
    inputs = keras.Input(encoder.input_shape[1:])
    seen = inputs if view is None else _WhileTraining(view)(inputs)
    hidden = keras.layers.Flatten()(encoder(seen))
    classes = len(np.unique(train.y))
    model = keras.Model(inputs, keras.layers.Dense(classes, "softmax")(hidden))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    batch_size = min(128, len(train))
    repeats = max(1, every * batch_size // len(train))
    stop = keras.callbacks.EarlyStopping(
        "val_accuracy", mode="max", patience=patience, restore_best_weights=True
    )
    model.fit(
        np.tile(train.x, (repeats, *[1] * (train.x.ndim - 1))),
        np.tile(train.y, repeats),
        batch_size=batch_size,
        epochs=1000,
        validation_data=(validation.x, validation.y),
        validation_batch_size=500,
        callbacks=[stop],
        verbose=0,
    )
    return model


def accuracy(model: keras.Model, test: Split) -> float:
    """Share (0–1) of the split that a classifier from images to probabilities gets right."""
    predicted = model.predict(test.x, batch_size=500, verbose=0).argmax(axis=1)
    return float(np.mean(predicted == test.y))
