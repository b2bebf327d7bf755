"""Measure what longer training buys: python benchmarks/budget.py [EPOCHS …]

VICReg, the best of the table of chapter 3, with its recipe and more epochs of it; the learning
rate falls over the whole run.  Without EPOCHS: all of `LENGTHS` that are not measured yet.  Needs
the full Fashion-MNIST (download, cache or mirror).  Writes benchmarks/results/budget.csv after
every run.  About 50 CPU minutes; a run that is interrupted goes on from its last epoch.
"""

import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
from fashion_mnist import embedding, probe
from rows import put
from runs import forget, seeded

from ssl_course import data, evaluate
from ssl_course.pretrain import RECIPES

TABLE = Path(__file__).parent / "results" / "budget.csv"
COLUMNS = ["method", "epochs", "seed", "linear", "knn"]
COLUMNS += [f"few_{labels}" for labels in evaluate.LABELS_PER_CLASS]
COLUMNS += ["rankme", "cpu_minutes", "date"]
RECIPE = RECIPES["fashion_mnist-vicreg"]
LENGTHS = (RECIPE.epochs, 30, 100)


def main() -> None:
    known = set(pd.read_csv(TABLE)["epochs"]) if TABLE.is_file() else set()
    wanted = [int(epochs) for epochs in sys.argv[1:]] or [e for e in LENGTHS if e not in known]
    clothes = data.load("fashion_mnist", full=True)
    for epochs in wanted:
        recipe = RECIPE
        if epochs != RECIPE.epochs:
            recipe = replace(RECIPE, name=f"{RECIPE.name}-{epochs}", epochs=epochs)
        method, minutes = seeded(recipe, 0, clothes)
        row = {"method": "vicreg", "epochs": epochs, "seed": 0, "cpu_minutes": minutes}
        row |= probe(clothes, embedding(method.encoder))
        print(row, flush=True)
        put(row, TABLE, COLUMNS, ["method", "epochs", "seed"])
    forget()


if __name__ == "__main__":
    main()
