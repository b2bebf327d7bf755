"""Measure what longer training buys: python benchmarks/budget.py [--seeds N …] [METHOD …]

The best method of the table of chapter 3, and one that needs patience, with their recipes and more
epochs of them; the learning rate falls over the whole run.  Measures what is in `RUNS` and not
measured yet.  Needs the full Fashion-MNIST (download, cache or mirror).  Writes
course/results/budget.csv after every run.  About 100 CPU minutes; a run that is interrupted
goes on from its last epoch.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import keras
import pandas as pd
from fashion_mnist import PREFIX, embedding, probe
from rows import put
from runs import forget, seeded

from ssl_course import data, evaluate
from ssl_course.pretrain import RECIPES

TABLE = Path(__file__).parents[1] / "ssl_course/course/results" / "budget.csv"
KEY = ["method", "epochs", "seed"]
COLUMNS = KEY + ["linear", "knn"] + [f"few_{labels}" for labels in evaluate.LABELS_PER_CLASS]
COLUMNS += ["rankme", "cpu_minutes", "date"]
RUNS = {("vicreg", 30): (0, 1, 2), ("vicreg", 100): (0,), ("masked", 30): (0,)}
"""Method and epochs, and the seeds: one where a run takes half an hour of one core."""
METHODS = sorted({name for name, _ in RUNS})
SEEDS = sorted({seed for seeds in RUNS.values() for seed in seeds})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "methods", nargs="*", default=METHODS, metavar="METHOD", help=", ".join(METHODS)
    )
    parser.add_argument("--seeds", nargs="+", type=int, default=SEEDS, help="only these of `RUNS`")
    options = parser.parse_args()
    if unknown := set(options.methods) - set(METHODS):
        parser.error(f"unknown method {', '.join(sorted(unknown))}; known: {', '.join(METHODS)}")
    known = pd.read_csv(TABLE)[KEY].to_numpy().tolist() if TABLE.is_file() else []
    clothes = data.load("fashion_mnist", full=True)
    wanted = [(name, epochs, seed) for (name, epochs), seeds in RUNS.items() for seed in seeds]
    for name, epochs, seed in wanted:
        asked = name in options.methods and seed in options.seeds
        if not asked or [name, epochs, seed] in known:
            continue
        recipe = RECIPES[PREFIX + name]
        recipe = replace(recipe, name=f"{recipe.name}-{epochs}", epochs=epochs)
        method, minutes = seeded(recipe, seed, clothes)
        row = {"method": name, "epochs": epochs, "seed": seed, "cpu_minutes": minutes}
        row |= probe(clothes, embedding(method.encoder))
        print(row, flush=True)
        put(row, TABLE, COLUMNS, KEY)
        keras.backend.clear_session()
    forget()


if __name__ == "__main__":
    main()
