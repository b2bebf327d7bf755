"""Measure seeds and draws of labels on digits: python benchmarks/digits.py [--seeds N …] [ROW …]

Short runs of chapter 5's autoencoders with three seeds, for what its long runs, of one seed each,
can't tell; and the hundred labels of chapter 1, alone.  A row is a draw of ten labels a class; what
needs no draw stands in the first.  Needs the full MNIST (download, cache or mirror).  Writes
course/results/digits.csv.  About 20 CPU minutes.
"""

import time
from argparse import Namespace
from dataclasses import replace

import keras
from command import Command
from mnist import embedding
from runs import forget, seeded
from table import Table

from ssl_course import data, evaluate, networks
from ssl_course.pretrain import RECIPES
from ssl_course.pretrain.digits import digit_view

METHODS = ("autoencoder", "denoising", "bottleneck", "masking")
ROWS = ("supervised", "supervised_views", "random", "random_bottleneck", *METHODS)
KEYS, MEASURES = ("method", "seed", "draw"), ("few_10", "linear", "knn", "official_linear")
TABLE = Table("digits", KEYS, (*KEYS, *MEASURES, "cpu_minutes", "date"), whole=("seed", "draw"))
COMMAND = Command(__doc__, TABLE, ROWS, seeds=(0, 1, 2))
IMAGES, BATCH = 40_000, 16
"""2,500 steps, a third of the steps of the long runs, at a fiftieth of their images."""
PER_CLASS = 10


def probed(digits: data.Dataset, encoder: keras.Model) -> list[dict]:
    """What a frozen encoder is worth: a row a draw."""
    parts = (digits.train, digits.validation, digits.test, digits.official_test)
    train, validation, test, official = map(embedding(encoder), parts)
    draws = (data.few_labels(train, PER_CLASS, draw) for draw in range(evaluate.DRAWS))
    rows: list[dict] = [{"few_10": evaluate.Probe(few).accuracy(test)} for few in draws]
    rows[0] |= {
        "linear": evaluate.linear_probe(train, validation, test)["accuracy"],
        "knn": evaluate.nearest_neighbors(train, test),
        "official_linear": evaluate.linear_probe(train, validation, official)["accuracy"],
    }
    return rows


def alone(digits: data.Dataset, name: str) -> list[dict]:
    """Networks from scratch on a hundred labels, without or with the views of digits."""
    build, view = networks.conv_encoder, None
    if name == "supervised_views":
        build, view = networks.patch_encoder, digit_view()
    rows = []
    for draw in range(evaluate.DRAWS):
        start = time.process_time()
        few = data.few_labels(digits.train, PER_CLASS, draw)
        model = evaluate.supervised(build, few, digits.validation, seed=draw, view=view)
        minutes = (time.process_time() - start) / 60
        rows.append({"few_10": evaluate.accuracy(model, digits.test), "cpu_minutes": minutes})
    return rows


def measured(digits: data.Dataset, name: str, seed: int) -> list[dict]:
    """The rows of one encoder and seed."""
    if name.startswith("random"):
        keras.utils.set_random_seed(seed)
        return probed(digits, networks.conv_encoder(32 if "bottleneck" in name else None))
    recipe = replace(RECIPES[f"mnist-{name}"], name=f"short-{name}", epochs=1, batch_size=BATCH)
    some = replace(digits, unlabeled=digits.unlabeled[:IMAGES])
    method, minutes = seeded(recipe, seed, some)
    return [row | {"cpu_minutes": minutes} for row in probed(digits, method.encoder)]


def main(asked: Namespace, table: Table) -> None:
    """Measure the rows that are asked for."""
    digits = data.load("mnist", full=True)
    for seed in asked.seeds:
        for name in asked.names:
            single = name.startswith("supervised")
            if table.done(method=name, seed=seed) or (single and seed > 0):
                continue
            rows = alone(digits, name) if single else measured(digits, name, seed)
            key = {"method": name, "seed": seed}
            table.put(*(key | {"draw": draw} | row for draw, row in enumerate(rows)))
            keras.backend.clear_session()
    forget()


if __name__ == "__main__":
    COMMAND.run(main)
