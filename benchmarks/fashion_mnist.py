"""Measure the table of chapter 3: python benchmarks/fashion_mnist.py [--seeds N …] [ROW …]

Without a row: all that are not measured yet, or with --again all; a row given by name is measured
again.  Needs the full Fashion-MNIST (download, cache or mirror).  Seed 0 is the shipped checkpoint;
other seeds are trained here and not stored.  After every row, writes
course/results/fashion_mnist.csv.
"""

import argparse
import time
from pathlib import Path

import keras
import numpy as np
import pandas as pd
from runs import forget, seeded

from ssl_course import data, evaluate, networks
from ssl_course.diagnose import rank_me
from ssl_course.pretrain import RECIPES
from ssl_course.pretrain.fashion_mnist import view

TABLE = Path(__file__).parents[1] / "ssl_course/course/results" / "fashion_mnist.csv"
PREFIX = "fashion_mnist-"
METHODS = [name.removeprefix(PREFIX) for name in RECIPES if name.startswith(PREFIX)]
CONTROLS = ("raw_pixels", "pca", "random", "random_transformer", "supervised")
ROWS = (*CONTROLS, *METHODS, "gan_inverse")
COMPONENTS = 32
ITERATIONS, CHOOSE_WITH = 100, 10_000
"""Of the linear probe: with 50,000 labels the solver's last iterations cost hours and change
the accuracy by less than the seeds do."""


def probe(clothes: data.Dataset, represent) -> dict:
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
    return {f"few_{labels}": mean for labels, (mean, _) in curve.items()}


def embedding(encoder: keras.Model):
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
    if name in CONTROLS:
        return control(clothes, name, seed)
    recipe = RECIPES[PREFIX + ("gan" if name == "gan_inverse" else name)]
    method, minutes = seeded(recipe, seed, clothes)
    encoder = method.inverse if name == "gan_inverse" else method.encoder
    row = probe(clothes, embedding(encoder))
    return row | {"cpu_minutes": minutes, "parameters": encoder.count_params()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(ROWS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--again", action="store_true", help="measure stored rows again")
    options = parser.parse_args()
    if unknown := set(options.rows) - set(ROWS):
        parser.error(f"unknown row {', '.join(sorted(unknown))}; known: {', '.join(ROWS)}")
    clothes = data.load("fashion_mnist", full=True)
    for seed in options.seeds:
        for name in options.rows or ROWS:
            deterministic = name in ("raw_pixels", "pca") and seed > 0
            wanted = options.rows or options.again or not is_measured(stored(), name, seed)
            if deterministic or not wanted:
                continue
            row = {"method": name, "seed": seed} | measured(clothes, name, seed)
            print(row, flush=True)
            store(row)
            keras.backend.clear_session()
    forget()


def stored() -> pd.DataFrame:
    return pd.read_csv(TABLE) if TABLE.is_file() else pd.DataFrame(columns=COLUMNS)


def is_measured(table: pd.DataFrame, name: str, seed: int) -> bool:
    return ((table["method"] == name) & (table["seed"] == seed)).any().item()


def store(row: dict) -> None:
    """Put a row into the table, in the order of `ROWS`."""
    table = stored()
    others = table[(table["method"] != row["method"]) | (table["seed"] != row["seed"])]
    table = pd.concat([others, pd.DataFrame([row])]) if len(others) else pd.DataFrame([row])
    place = table["method"].map(ROWS.index)
    table = table.assign(place=place).sort_values(["place", "seed"]).reindex(columns=COLUMNS)
    table.round(5).to_csv(TABLE, index=False)


COLUMNS = [
    "method",
    "seed",
    "linear",
    "knn",
    *(f"few_{labels}" for labels in evaluate.LABELS_PER_CLASS),
    "rankme",
    "cpu_minutes",
    "parameters",
]

if __name__ == "__main__":
    main()
