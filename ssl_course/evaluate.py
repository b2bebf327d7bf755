"""What a frozen representation is worth: linear probe, k-NN, few-label curve, controls."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import keras
import numpy as np
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.neighbors import KNeighborsClassifier

from ssl_course.data import Split, few_labels

STRENGTHS = (1.0, 10.0, 100.0, 1000.0)
"""Inverse regularization strengths C that the linear probe tries on the validation split."""

FEW_LABEL_STRENGTH = 10.0
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


class Probe:
    """Logistic regression on centered and scaled representations, fitted to ``train``.

    ``strength`` is scikit-learn's ``C``, here for vectors of mean squared norm 1;
    ``iterations`` bounds the solver, which is L-BFGS.
    ``kernel`` (D, classes) and ``bias`` (classes,) act on representations as they are, so that
    they can start the last layer of a network.
    """

    def __init__(self, train: Split, strength: float = FEW_LABEL_STRENGTH, iterations: int = 1000):
        self.shift, self.scale = _center_and_scale(train.x)
        self.classifier = LogisticRegression(C=strength, max_iter=iterations)
        with warnings.catch_warnings():
            # Where iterations are few, to stop before the end is what was asked for.
            warnings.simplefilter("ignore", ConvergenceWarning)
            self.classifier.fit(self.prepared(train.x), train.y)
        self.kernel = (self.classifier.coef_ / self.scale).T
        self.bias = self.classifier.intercept_ - self.shift @ self.kernel

    def prepared(self, x: np.ndarray) -> np.ndarray:
        return (x - self.shift) / self.scale

    def logits(self, x: np.ndarray) -> np.ndarray:
        return self.classifier.decision_function(self.prepared(x))

    def predict(self, x: np.ndarray) -> np.ndarray:
        return self.classifier.predict(self.prepared(x))

    def accuracy(self, test: Split) -> float:
        return self.classifier.score(self.prepared(test.x), test.y)


def linear_probe(
    train: Split,
    validation: Split,
    test: Split,
    *,
    iterations: int = 1000,
    choose_with: int | None = None,
) -> dict[str, float]:
    """Accuracy (0–1) of logistic regression on frozen representations.

    The strength is the one of `STRENGTHS` that is best on ``validation``; with ``choose_with``
    it is chosen on probes of the first so many training examples, and the probe with all of
    them is fitted once.  ``iterations`` bounds the solver, which is L-BFGS.
    Returns ``{"accuracy", "validation_accuracy", "strength"}``.
    """
    some = Split(train.x[:choose_with], train.y[:choose_with])
    best, strength = -1.0, 0.0
    for candidate in STRENGTHS:
        probe = Probe(some, candidate, iterations)
        if (accuracy := probe.accuracy(validation)) > best:
            best, strength, chosen = accuracy, candidate, probe
    if choose_with is not None and choose_with < len(train):
        chosen = Probe(train, strength, iterations)
    return {
        "accuracy": chosen.accuracy(test),
        "validation_accuracy": chosen.accuracy(validation),
        "strength": strength,
    }


def ridge_probe(train: Split, test: Split) -> float:
    """Accuracy (0–1) of ridge regression to the classes: a linear probe that takes a moment.

    For watching a run; results are reported with `linear_probe`.
    """
    shift, scale = _center_and_scale(train.x)
    probe = RidgeClassifier().fit((train.x - shift) / scale, train.y)
    return probe.score((test.x - shift) / scale, test.y)


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
    (`FEW_LABEL_STRENGTH`): with a handful of labels there is nothing to choose it on.
    """
    curve = {}
    for per_class in LABELS_PER_CLASS:
        scores = []
        for draw in range(DRAWS):
            few = few_labels(train, per_class, draw)
            scores.append(Probe(few).accuracy(test))
        curve[per_class] = (float(np.mean(scores)), float(np.std(scores)))
    return curve


class _WhileTraining(keras.layers.Layer):
    """Images pass through a layer of `views` while training, and unchanged otherwise."""

    def __init__(self, view: keras.layers.Layer):
        super().__init__()
        self.view = view

    def build(self, shape):
        self.view.build(shape)

    def call(self, images, training=False):
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

    With ``view``, a layer of `views`, each training image is seen through it.

    Looks at the validation accuracy after ``every`` steps or so, or once a pass if that is longer,
    stops when it has not risen for ``patience`` looks, and keeps the best weights.  The defaults
    are those of the results tables; a page that trains live is less patient.  Returns a model
    from images to class probabilities.
    """
    keras.utils.set_random_seed(seed)
    encoder = build_encoder()
    images = keras.Input(encoder.input_shape[1:])
    seen = images if view is None else _WhileTraining(view)(images)
    hidden = keras.layers.Flatten()(encoder(seen))
    classes = len(np.unique(train.y))
    model = keras.Model(images, keras.layers.Dense(classes, "softmax")(hidden))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    batch_size = min(128, len(train))
    repeats = max(1, every * batch_size // len(train))
    stop = keras.callbacks.EarlyStopping(
        "val_accuracy", mode="max", patience=patience, restore_best_weights=True
    )
    model.fit(
        np.tile(train.x, (repeats, 1, 1, 1)),
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


def _center_and_scale(x: np.ndarray) -> tuple[np.ndarray, float]:
    """Mean of each feature, and one number that brings the mean squared norm to 1.

    One number for all features keeps the geometry that the method has learned, and makes a
    given strength mean the same for every representation, whatever its size.
    """
    mean = x.mean(axis=0)
    return mean, float(np.sqrt(((x - mean) ** 2).sum(axis=1).mean())) or 1.0
