"""Measure the slide of chapter 6.1 over seeds: python benchmarks/tissue.py [ROW …]

Needs nothing but the packaged slide.  Seed 0 of tissue is the shipped checkpoint; the other runs
are trained here and not stored.  Writes course/results/tissue.csv.  About two minutes.
"""

from argparse import Namespace

import keras
from command import Command
from runs import forget, seeded
from table import Table

from ssl_course import data, evaluate, networks
from ssl_course.chapters import clinic
from ssl_course.pretrain import RECIPES

TABLE = Table(
    "tissue",
    ("method", "seed"),
    ("method", "seed", "auc_50", "auc_all", "cpu_minutes", "date"),
    digits=4,
)
COMMAND = Command(__doc__, TABLE, ("random", "tissue"), seeds=(0, 1, 2))
RECIPE = RECIPES["tissue-simclr"]


def encoder_of(name: str, seed: int, tissue: data.Dataset) -> tuple[keras.Model, float]:
    """The frozen encoder of a row and the CPU minutes of its training."""
    keras.utils.set_random_seed(seed)
    if name == "random":
        encoder = evaluate.measure_statistics(networks.patch_encoder(), tissue.unlabeled[:2000])
        return encoder, 0.0
    method, minutes = seeded(RECIPE, seed, tissue)
    return method.encoder, minutes


def measured(encoder: keras.Model, tissue: data.Dataset) -> dict[str, float]:
    """AUC with all labels, and the mean over five draws of 50 a class."""
    represent = clinic.pooled(encoder)
    train, validation, test = (
        data.Split(represent(split.x), split.y)
        for split in (tissue.train, tissue.validation, tissue.test)
    )
    auc = evaluate.auc(test.y, clinic.probe(train, validation)(test.x))
    few = [
        evaluate.auc(test.y, clinic.probe(data.few_labels(train, 50, draw))(test.x))
        for draw in range(5)
    ]
    return {"auc_50": sum(few) / len(few), "auc_all": auc}


def main(asked: Namespace, table: Table) -> None:
    """Measure the rows that are asked for."""
    tissue = data.load("tissue")
    for seed in asked.seeds:
        for name in asked.names:
            if table.done(method=name, seed=seed):
                continue
            encoder, minutes = encoder_of(name, seed, tissue)
            row = {"method": name, "seed": seed, "cpu_minutes": minutes}
            table.put(row | measured(encoder, tissue))
    forget()


if __name__ == "__main__":
    COMMAND.run(main)
