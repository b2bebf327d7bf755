"""Measure the table of chapter 3: python benchmarks/fashion_mnist.py [--seeds N …] [ROW …]

Needs the full Fashion-MNIST (download, cache or mirror).  Seed 0 is the shipped checkpoint; other
seeds are trained here and not stored.  Writes course/results/fashion_mnist.csv.  All of it takes
some hours of one core; a row, two to twenty minutes.
"""

import time
from argparse import Namespace
from collections.abc import Callable

import keras
import numpy as np
from command import Command
from runs import forget, seeded
from table import Table

from ssl_course import data, evaluate, networks
from ssl_course.diagnose import rank_me
from ssl_course.pretrain import RECIPES
from ssl_course.pretrain.fashion_mnist import view

PREFIX = "fashion_mnist-"
METHODS = [name.removeprefix(PREFIX) for name in RECIPES if name.startswith(PREFIX)]
CONTROLS = ("raw_pixels", "pca", "random", "random_transformer", "supervised")
ROWS = (*CONTROLS, *METHODS, "gan_inverse")
COLUMNS = (
    *("method", "seed", "linear", "knn"),
    *(f"few_{labels}" for labels in evaluate.LABELS_PER_CLASS),
    *("rankme", "cpu_minutes", "parameters"),
)
TABLE = Table(
    "fashion_mnist",
    ("method", "seed"),
    COLUMNS,
    whole=("seed", "parameters"),
    order=lambda row: (ROWS.index(row["method"]), int(row["seed"])),
)
COMMAND = Command(__doc__, TABLE, ROWS, seeds=(0, 1, 2))
COMPONENTS = 32
ITERATIONS, CHOOSE_WITH = 100, 10_000
"""Of the linear probe: with 50,000 labels the solver's last iterations cost hours and change
the accuracy by less than the seeds do."""


def probe(clothes: data.Dataset, represent: Callable[[data.Split], data.Split]) -> dict:
    """All measures of one frozen representation; ``represent`` maps a split to its features."""
    train, validation, test = map(represent, (clothes.train, clothes.validation, clothes.test))
    linear = evaluate.linear_probe(
        train, validation, test, iterations=ITERATIONS, choose_with=CHOOSE_WITH
    )
    return {
        "linear": linear["accuracy"],
        "knn": evaluate.nearest_neighbors(train, test),
        **few(evaluate.few_label_curve(train, test)),
        "rankme": rank_me(test.x),
    }


def few(curve: dict[int, tuple[float, float]]) -> dict[str, float]:
    """The means of a few-label curve as columns of the table."""
    return {f"few_{labels}": mean for labels, (mean, _) in curve.items()}


def embedding(encoder: keras.Model) -> Callable[[data.Split], data.Split]:
    """A map from a split to its features."""
    return lambda split: evaluate.embed(encoder, split)


def control(clothes: data.Dataset, name: str, seed: int) -> dict:
    """A row without pretraining; CPU minutes are given for supervision, which trains."""
    keras.utils.set_random_seed(seed)
    if name == "raw_pixels":
        return probe(clothes, evaluate.pixels) | {"parameters": 0}
    if name == "pca":
        represent = evaluate.principal_components(clothes.unlabeled, COMPONENTS)
        return probe(clothes, represent) | {"parameters": COMPONENTS * 785}
    if name == "random":
        encoder = evaluate.measure_statistics(networks.patch_encoder(), clothes.unlabeled[:4000])
        return probe(clothes, embedding(encoder)) | {"parameters": encoder.count_params()}
    if name == "random_transformer":
        encoder = RECIPES[PREFIX + "masked"].build().encoder
        return probe(clothes, embedding(encoder)) | {"parameters": encoder.count_params()}
    start = time.process_time()
    return supervised(clothes, seed) | {"cpu_minutes": (time.process_time() - start) / 60}


def supervised(clothes: data.Dataset, seed: int) -> dict:
    """The same encoder and the same views, trained from scratch on the labels alone."""
    watched = data.Split(clothes.validation.x[:2000], clothes.validation.y[:2000])

    def trained(labeled: data.Split, seed: int) -> keras.Model:
        return evaluate.supervised(networks.patch_encoder, labeled, watched, seed=seed, view=view())

    model = trained(clothes.train, seed)
    row = {"linear": evaluate.accuracy(model, clothes.test), "parameters": model.count_params()}
    for labels in evaluate.LABELS_PER_CLASS:
        scores = []
        for draw in range(evaluate.DRAWS):
            labeled = data.few_labels(clothes.train, labels, draw)
            scores.append(evaluate.accuracy(trained(labeled, seed), clothes.test))
        row[f"few_{labels}"] = float(np.mean(scores))
    return row


def measured(clothes: data.Dataset, name: str, seed: int) -> dict:
    """One row of the table, for one seed."""
    if name in CONTROLS:
        return control(clothes, name, seed)
    recipe = RECIPES[PREFIX + ("gan" if name == "gan_inverse" else name)]
    method, minutes = seeded(recipe, seed, clothes)
    encoder = method.inverse if name == "gan_inverse" else method.encoder
    row = probe(clothes, embedding(encoder))
    return row | {"cpu_minutes": minutes, "parameters": encoder.count_params()}


def main(asked: Namespace, table: Table) -> None:
    """Measure the rows that are asked for."""
    clothes = data.load("fashion_mnist", full=True)
    for seed in asked.seeds:
        for name in asked.names:
            deterministic = name in ("raw_pixels", "pca") and seed > 0
            if deterministic or table.done(method=name, seed=seed):
                continue
            table.put({"method": name, "seed": seed} | measured(clothes, name, seed))
            keras.backend.clear_session()
    forget()


if __name__ == "__main__":
    COMMAND.run(main)
