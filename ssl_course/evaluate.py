"""What a frozen representation is worth: linear probe, k-NN, few-label curve, controls."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
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


def pixels(split: Split) -> Split:
    """Control: the image itself as its representation (n, height · width · channels)."""
    return Split(split.x.reshape(len(split), -1), split.y)


def principal_components(unlabeled: np.ndarray, size: int) -> Callable[[Split], Split]:
    """Control: a map to the first ``size`` principal components of the unlabeled images."""
    pca = PCA(size, random_state=0).fit(unlabeled.reshape(len(unlabeled), -1))
    return lambda split: Split(pca.transform(pixels(split).x), split.y)


def linear_probe(train: Split, validation: Split, test: Split) -> dict[str, float]:
    """Accuracy (0–1) of logistic regression on frozen representations.

    The strength is the one of `STRENGTHS` that is best on ``validation``.
    Returns ``{"accuracy", "validation_accuracy", "strength"}``.
    """
    shift, scale = _center_and_scale(train.x)
    x_train, x_validation, x_test = ((s.x - shift) / scale for s in (train, validation, test))
    best = None
    for strength in STRENGTHS:
        probe = _logistic(strength).fit(x_train, train.y)
        accuracy = probe.score(x_validation, validation.y)
        if best is None or accuracy > best["validation_accuracy"]:
            best = {
                "accuracy": probe.score(x_test, test.y),
                "validation_accuracy": accuracy,
                "strength": strength,
            }
    return best


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
            shift, scale = _center_and_scale(few.x)
            probe = _logistic(FEW_LABEL_STRENGTH).fit((few.x - shift) / scale, few.y)
            scores.append(probe.score((test.x - shift) / scale, test.y))
        curve[per_class] = (float(np.mean(scores)), float(np.std(scores)))
    return curve


def supervised(
    build_encoder: Callable[[], keras.Model], train: Split, validation: Split, seed: int = 0
) -> keras.Model:
    """Control: the encoder and a linear classifier, trained together on the labels alone.

    Looks at the validation accuracy every 40 steps or so, stops when it has not risen for 15
    looks, and keeps the best weights.  Returns a model from images to class probabilities.
    """
    keras.utils.set_random_seed(seed)
    encoder = build_encoder()
    hidden = keras.layers.Flatten()(encoder.output)
    classes = len(np.unique(train.y))
    model = keras.Model(encoder.input, keras.layers.Dense(classes, "softmax")(hidden))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    batch_size = min(128, len(train))
    repeats = max(1, 40 * batch_size // len(train))
    stop = keras.callbacks.EarlyStopping(
        "val_accuracy", mode="max", patience=15, restore_best_weights=True
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


def _logistic(strength: float) -> LogisticRegression:
    return LogisticRegression(C=strength, max_iter=1000)
