"""Measure colorization on CIFAR-10: python benchmarks/cifar10.py [ROW …]

Needs CIFAR-10 (download, cache or mirror).  Pretraining saw the 50,000 training photographs
without their labels; its checkpoint is shipped.  Writes course/results/cifar10.csv.  About half
an hour on one core, for probes with 50,000 labels.
"""

from argparse import Namespace

import keras
from command import Command
from fashion_mnist import COLUMNS, embedding, probe
from table import Table

from ssl_course import data, evaluate
from ssl_course.pretrain import RECIPES, pretrain

TABLE = Table("cifar10", ("method", "seed"), (*COLUMNS, "date"), whole=("seed", "parameters"))
COMMAND = Command(__doc__, TABLE, ("grey_pixels", "random", "colorization"))
RECIPE = "cifar10-colorization"


def grey(split: data.Split) -> data.Split:
    """Control: the brightness of every pixel, which is all that the encoder sees."""
    return evaluate.pixels(data.Split(split.x.mean(axis=-1), split.y))


def measured(photographs: data.Dataset, name: str) -> dict:
    """One row; CPU minutes are those of pretraining."""
    if name == "grey_pixels":
        return probe(photographs, grey) | {"parameters": 0}
    minutes = None
    if name == "random":
        keras.utils.set_random_seed(0)
        encoder = RECIPES[RECIPE].build().encoder
        evaluate.measure_statistics(encoder, photographs.unlabeled[:4000])
    else:
        method = pretrain(RECIPE)
        encoder, minutes = method.encoder, method.card["cpu_seconds"] / 60
    row = {"cpu_minutes": minutes, "parameters": encoder.count_params()}
    return row | probe(photographs, embedding(encoder))


def main(asked: Namespace, table: Table) -> None:
    """Measure the rows that are asked for."""
    photographs = data.load("cifar10", full=True)
    for name in asked.names:
        if not table.done(method=name, seed=0):
            table.put({"method": name, "seed": 0} | measured(photographs, name))


if __name__ == "__main__":
    COMMAND.run(main)
