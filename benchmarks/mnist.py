"""Measure the rows of chapter 5's tables: python benchmarks/mnist.py [ROW …]

Needs the full MNIST (download, cache or mirror) for the official test set, which nothing was
chosen on.  Writes course/results/mnist.csv.  About half an hour on two cores.
"""

import time
from argparse import Namespace
from collections.abc import Callable

import keras
import numpy as np
import pandas as pd
from command import Command
from table import Table

from ssl_course import data, evaluate, networks
from ssl_course.diagnose import feature_std
from ssl_course.pretrain import pretrain

METHODS = ("autoencoder", "bottleneck", "denoising", "masking")
CONTROLS = ("raw_pixels", "pca", "random", "random_bottleneck", "supervised")
ROWS = (*CONTROLS, *METHODS)
BUDGETS = evaluate.LABELS_PER_CLASS
TABLE = Table(
    "mnist",
    ("method", "seed"),
    (
        *("method", "size", "linear", "knn", "official_linear", "official_knn", "feature_std"),
        *(f"few_{labels}" for labels in BUDGETS),
        *(f"few_{labels}_std" for labels in BUDGETS),
        *("cpu_minutes", "seed", "linear_std", "parameters", "reconstruction_error"),
    ),
    order=lambda row: ROWS.index(row["method"]),
)
COMMAND = Command(__doc__, TABLE, ROWS)
RANDOM_SEEDS = 3


def probe(digits: data.Dataset, represent: Callable[[data.Split], data.Split]) -> dict:
    """All measures of one frozen representation; ``represent`` maps a split to its features."""
    train, validation, test, official = map(
        represent, (digits.train, digits.validation, digits.test, digits.official_test)
    )
    row = {
        "size": train.x.shape[1],
        "linear": evaluate.linear_probe(train, validation, test)["accuracy"],
        "knn": evaluate.nearest_neighbors(train, test),
        "official_linear": evaluate.linear_probe(train, validation, official)["accuracy"],
        "official_knn": evaluate.nearest_neighbors(train, official),
        "feature_std": feature_std(test.x),
    }
    return row | columns(evaluate.few_label_curve(train, test))


def untrained(digits: data.Dataset, code_size: int | None) -> dict:
    """The encoder with random weights: the mean over `RANDOM_SEEDS` draws of them."""
    rows = []
    for seed in range(RANDOM_SEEDS):
        keras.utils.set_random_seed(seed)
        rows.append(probe(digits, embedding(networks.conv_encoder(code_size))))
    return pd.DataFrame(rows).mean().to_dict() | {"linear_std": pd.DataFrame(rows)["linear"].std()}


def supervised(digits: data.Dataset) -> dict:
    """The same encoder trained from scratch on the labels alone, at each label budget."""
    model = evaluate.supervised(networks.conv_encoder, digits.train, digits.validation)
    curve = {}
    for per_class in BUDGETS:
        scores = []
        for draw in range(evaluate.DRAWS):
            few = data.few_labels(digits.train, per_class, draw)
            trained = evaluate.supervised(networks.conv_encoder, few, digits.validation, seed=draw)
            scores.append(evaluate.accuracy(trained, digits.test))
        curve[per_class] = (np.mean(scores), np.std(scores))
    return {
        "linear": evaluate.accuracy(model, digits.test),
        "official_linear": evaluate.accuracy(model, digits.official_test),
    } | columns(curve)


def columns(curve: dict[int, tuple[float, float]]) -> dict[str, float]:
    """A few-label curve as columns of the table."""
    means = {f"few_{k}": mean for k, (mean, _) in curve.items()}
    return means | {f"few_{k}_std": std for k, (_, std) in curve.items()}


def embedding(encoder: keras.Model) -> Callable[[data.Split], data.Split]:
    """A map from a split to its features."""
    return lambda split: evaluate.embed(encoder, split)


def reconstruction_error(method: keras.Model, split: data.Split) -> float:
    """Mean squared error per pixel on clean images."""
    rebuilt = method.predict(split.x, batch_size=500, verbose=0)
    return float(np.mean((rebuilt - split.x) ** 2))


def control(digits: data.Dataset, name: str) -> dict:
    """A row without pretraining."""
    if name == "raw_pixels":
        return probe(digits, evaluate.pixels)
    if name == "pca":
        return probe(digits, evaluate.principal_components(digits.unlabeled, 32))
    if name == "supervised":
        return supervised(digits)
    return untrained(digits, 32 if name == "random_bottleneck" else None)


def measured(digits: data.Dataset, name: str) -> dict:
    """One row of the table, with its CPU minutes: training for methods, measuring for controls."""
    if name in CONTROLS:
        start = time.process_time()
        row = control(digits, name)
        return row | {"cpu_minutes": (time.process_time() - start) / 60}
    method = pretrain(f"mnist-{name}")
    return probe(digits, embedding(method.encoder)) | {
        "parameters": method.card["parameters"],
        "reconstruction_error": reconstruction_error(method, digits.test),
        "cpu_minutes": method.card["cpu_seconds"] / 60,
    }


def main(asked: Namespace, table: Table) -> None:
    """Measure the rows that are asked for."""
    digits = data.load("mnist", full=True)
    for name in asked.names:
        if not table.done(method=name, seed=0):
            table.put({"method": name, "seed": 0} | measured(digits, name))


if __name__ == "__main__":
    COMMAND.run(main)
