"""Measure the rows of chapter 5's tables: python benchmarks/mnist.py [ROW …]

Without a row: all of them.  With some: these, and the others stay as they are.
Needs the full MNIST (download, cache or mirror) for the official test set, which nothing was
chosen on.  Writes course/results/mnist.csv.  About half an hour on two cores.
"""

import sys
import time
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from ssl_course import data, evaluate, networks
from ssl_course.diagnose import feature_std
from ssl_course.pretrain import pretrain

TABLE = Path(__file__).parents[1] / "ssl_course/course/results" / "mnist.csv"
METHODS = ("autoencoder", "bottleneck", "denoising", "masking")
RANDOM_SEEDS = 3


def probe(digits: data.Dataset, represent) -> dict:
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
    for per_class in evaluate.LABELS_PER_CLASS:
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
    means = {f"few_{k}": mean for k, (mean, _) in curve.items()}
    return means | {f"few_{k}_std": std for k, (_, std) in curve.items()}


def embedding(encoder: keras.Model):
    return lambda split: evaluate.embed(encoder, split)


def reconstruction_error(method: keras.Model, split: data.Split) -> float:
    """Mean squared error per pixel on clean images."""
    rebuilt = method.predict(split.x, batch_size=500, verbose=0)
    return float(np.mean((rebuilt - split.x) ** 2))


def measured(digits: data.Dataset, name: str) -> dict:
    """One row of the table, with its CPU minutes: training for methods, measuring for controls."""
    start = time.process_time()
    if name in METHODS:
        method = pretrain(f"mnist-{name}")
        row = probe(digits, embedding(method.encoder))
        row["parameters"] = method.card["parameters"]
        row["reconstruction_error"] = reconstruction_error(method, digits.test)
        return row | {"cpu_minutes": method.card["cpu_seconds"] / 60}
    row = CONTROLS[name](digits)
    return row | {"cpu_minutes": (time.process_time() - start) / 60}


CONTROLS = {
    "raw_pixels": lambda digits: probe(digits, evaluate.pixels),
    "pca": lambda digits: probe(digits, evaluate.principal_components(digits.unlabeled, 32)),
    "random": lambda digits: untrained(digits, None),
    "random_bottleneck": lambda digits: untrained(digits, 32),
    "supervised": supervised,
}


def main(names: list[str]) -> None:
    rows = [*CONTROLS, *METHODS]
    if unknown := set(names) - set(rows):
        sys.exit(f"unknown row {', '.join(sorted(unknown))}; known: {', '.join(rows)}")
    digits = data.load("mnist", full=True)
    table = {}
    if names and TABLE.is_file():  # keep the other rows
        table = pd.read_csv(TABLE, index_col="method").to_dict("index")
    for name in names or rows:
        table[name] = measured(digits, name) | {"seed": 0}
        print(name, {key: round(float(value), 4) for key, value in table[name].items()}, flush=True)
    ordered = [name for name in rows if name in table]
    frame = pd.DataFrame.from_dict(table, orient="index").loc[ordered].rename_axis("method")
    frame.round(5).to_csv(TABLE)
    print(f"Wrote {TABLE}")


if __name__ == "__main__":
    main(sys.argv[1:])
