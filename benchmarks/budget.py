"""Measure what longer training buys: python benchmarks/budget.py [--seeds N …] [METHOD …]

The best method of the table of chapter 3, and one that needs patience, with their recipes and more
epochs of them; the learning rate falls over the whole run.  Needs the full Fashion-MNIST (download,
cache or mirror).  Writes course/results/budget.csv.  About 100 CPU minutes; a run that is
interrupted goes on from its last epoch.
"""

from argparse import Namespace
from dataclasses import replace
from functools import partial

import keras
from command import Command
from fashion_mnist import PREFIX, embedding, probe
from runs import forget, seeded
from table import Table

from ssl_course import data, evaluate
from ssl_course.pretrain import RECIPES
from ssl_course.pretrain.fashion_mnist import ijepa

RUNS = {
    ("vicreg", 30): (0, 1, 2),
    ("vicreg", 100): (0,),
    ("masked", 30): (0,),
    ("ijepa", 20): (0,),
}
"""Method and epochs, and the seeds: one where a run takes half an hour of one core."""
MOMENTUM = 0.999
"""Of I-JEPA's target encoder in its longer run: half of it is forgotten in 693 of 4,700 steps."""
KEYS = ("method", "epochs", "seed")
MEASURES = ("linear", "knn", *(f"few_{labels}" for labels in evaluate.LABELS_PER_CLASS), "rankme")
TABLE = Table("budget", KEYS, (*KEYS, *MEASURES, "cpu_minutes", "date"), whole=("epochs", "seed"))
COMMAND = Command(__doc__, TABLE, sorted({name for name, _ in RUNS}), "METHOD", seeds=(0, 1, 2))


def main(asked: Namespace, table: Table) -> None:
    """Measure the rows that are asked for."""
    clothes = data.load("fashion_mnist", full=True)
    for (name, epochs), seeds in RUNS.items():
        for seed in seeds:
            key = {"method": name, "epochs": epochs, "seed": seed}
            wanted = name in asked.names and seed in asked.seeds
            if not wanted or table.done(**key):
                continue
            recipe = RECIPES[PREFIX + name]
            recipe = replace(recipe, name=f"{recipe.name}-{epochs}", epochs=epochs)
            if name == "ijepa":
                recipe = replace(recipe, build=partial(ijepa, MOMENTUM))
            method, minutes = seeded(recipe, seed, clothes)
            row = probe(clothes, embedding(method.encoder))
            table.put(key | row | {"cpu_minutes": minutes})
            keras.backend.clear_session()
    forget()


if __name__ == "__main__":
    COMMAND.run(main)
