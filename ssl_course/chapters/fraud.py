"""Find the rare class in a table: scores from no labels, from a few, from all of them."""

from __future__ import annotations

import keras
import numpy as np
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier, IsolationForest
from sklearn.metrics import average_precision_score

from ssl_course import networks
from ssl_course.data import Dataset, Split
from ssl_course.evaluate import COLUMN_STRENGTHS, FEW_COLUMN_STRENGTH, auc, best_probe
from ssl_course.methods import LinearAutoencoder

ITERATIONS = 500
LEAVES = (31, 16, 8, 4)
"""Sizes of trees that are tried; of equally good ones the largest is taken."""


def row_autoencoder(rows: np.ndarray, code_size: int, steps: int, seed: int) -> keras.Model:
    """An autoencoder of standardized rows (n, columns), trained with the squared error.

    A tenth of the inputs is dropped while training and has to be filled in.
    """
    keras.utils.set_random_seed(seed)
    columns = rows.shape[1]
    method = LinearAutoencoder(
        networks.row_encoder(columns, code_size),
        networks.row_decoder(columns, code_size),
        keras.layers.Dropout(0.1),
    )
    method.compile("adam")
    batch = min(256, len(rows) // 4)
    method.fit(rows, batch_size=batch, epochs=max(1, steps * batch // len(rows)), verbose=0)
    return method


def errors(method: keras.Model, rows: np.ndarray) -> np.ndarray:
    """Mean squared error of each row's copy, (n,)."""
    return np.mean((rows - method.predict(rows, batch_size=1000, verbose=0)) ** 2, axis=1)


def without_labels(table: Dataset, method: keras.Model, seed: int) -> dict[str, np.ndarray]:
    """Scores of the test rows, larger for stranger ones: the method and two usual baselines."""
    rows, size = table.unlabeled, method.encoder.output_shape[1]
    pca = PCA(size, random_state=seed).fit(rows)
    rebuilt = pca.inverse_transform(pca.transform(table.test.x))
    forest = IsolationForest(n_estimators=200, random_state=seed).fit(rows)
    return {
        "autoencoder_error": errors(method, table.test.x),
        "pca_error": np.mean((table.test.x - rebuilt) ** 2, axis=1),
        "isolation_forest": -forest.score_samples(table.test.x),
    }


def regression(train: Split, validation: Split, test: Split, few: bool) -> np.ndarray:
    """Scores of the test rows by logistic regression; few labels leave nothing to choose."""
    strengths = (FEW_COLUMN_STRENGTH,) if few else COLUMN_STRENGTHS
    probe = best_probe(
        train,
        validation,
        strengths=strengths,
        iterations=ITERATIONS,
        by_feature=True,
        quality=lambda probe, split: average_precision_score(split.y, probe(split.x)),
    )
    return probe(test.x)


def boosting(train: Split, validation: Split, test: Split, few: bool, seed: int) -> np.ndarray:
    """Scores of the test rows by gradient-boosted trees; their size is chosen on validation."""
    options = {"random_state": seed, "learning_rate": 0.05}
    if few:  # the default would not split leaves this small
        options |= {"min_samples_leaf": max(2, len(train) // 20), "max_iter": 50}
    fits = [
        HistGradientBoostingClassifier(max_leaf_nodes=leaves, **options).fit(train.x, train.y)
        for leaves in ((4,) if few else LEAVES)
    ]
    best = max(fits, key=lambda fit: average_precision_score(validation.y, _rare(fit, validation)))
    return _rare(best, test)


def quality(scores: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """AUC, and average precision, whose chance level is the share of the rare class."""
    return {
        "auc": auc(labels, scores),
        "average_precision": average_precision_score(labels, scores),
    }


def _rare(fit: HistGradientBoostingClassifier, split: Split) -> np.ndarray:
    """Probability of the second class, (n,)."""
    return fit.predict_proba(split.x)[:, 1]
