"""Measure default detection: python benchmarks/credit.py [--table credit_default]

Needs the credit data of Taiwan (mirror; CC BY 4.0, not packaged); ``--table breast_cancer``
measures the same on the table that comes with scikit-learn, and writes nothing.
Writes course/results/credit.csv.  About one CPU minute.
"""

import time
from argparse import Namespace

import keras
import numpy as np
import pandas as pd
from command import Command
from table import Table

from ssl_course import data, evaluate
from ssl_course.chapters import fraud
from ssl_course.data import tables

TABLE = Table(
    "credit",
    ("method", "seed"),
    (
        *("method", "seed", "labels", "cpu_minutes", "code_size", "positive"),
        *("auc", "average_precision", "date"),
    ),
    whole=("seed", "labels", "code_size"),
)
COMMAND = Command(__doc__, TABLE, seeds=range(5))
COMMAND.add_argument(
    "--table", default="credit_default", choices=("credit_default", "breast_cancer")
)
BUDGETS = (10, 100)
CODES = (4, 8, 16)
STEPS = 1000


def embedded(encoder: keras.Model, table: data.Dataset) -> list[data.Split]:
    """The features of the three parts."""
    parts = (table.train, table.validation, table.test)
    return [evaluate.embed(encoder, part) for part in parts]


def chosen_code(table: data.Dataset) -> int:
    """The code size whose features are best for the validation labels; its seed is its own."""
    scores = []
    for size in CODES:
        method = fraud.row_autoencoder(table.unlabeled, size, STEPS, seed=100)
        train, validation, _ = embedded(method.encoder, table)
        found = fraud.regression(train, validation, validation, few=False)
        scores.append(fraud.quality(found, validation.y)["average_precision"])
    print("code sizes", dict(zip(CODES, np.round(scores, 4), strict=True)), flush=True)
    return CODES[int(np.argmax(scores))]


def measured(table: data.Dataset, size: int, seed: int) -> list[dict]:
    """All rows of one seed: it is also the draw of the few labels."""
    start = time.process_time()
    method = fraud.row_autoencoder(table.unlabeled, size, STEPS, seed)
    spent = (time.process_time() - start) / 60
    found = {
        name: (scores, 0, spent if name == "autoencoder_error" else np.nan)
        for name, scores in fraud.without_labels(table, method, seed).items()
    }
    codes = embedded(method.encoder, table)
    rows = [table.train, table.validation, table.test]
    for budget in (*BUDGETS, 0):
        for name, parts in (("rows", rows), ("codes", codes)):
            train, few = parts[0], budget > 0
            if few:
                train = data.few_labels(train, budget, seed)
            labels = f"{budget}" if few else "all"
            start = time.process_time()
            scores = fraud.regression(train, *parts[1:], few)
            minutes = (time.process_time() - start) / 60
            found[f"regression_{name}_{labels}"] = (scores, len(train), minutes)
            if name == "rows":
                start = time.process_time()
                scores = fraud.boosting(train, *parts[1:], few, seed)
                minutes = (time.process_time() - start) / 60
                found[f"boosting_{labels}"] = (scores, len(train), minutes)
    return [
        {"method": name, "seed": seed, "labels": labels, "cpu_minutes": minutes, "code_size": size}
        | {"positive": table.test.y.mean()}
        | fraud.quality(scores, table.test.y)
        for name, (scores, labels, minutes) in found.items()
    ]


def main(asked: Namespace, table: Table) -> None:
    """Measure the rows that are asked for."""
    packaged = asked.table == "breast_cancer"
    seeds = [seed for seed in asked.seeds if packaged or not table.done(seed=seed)]
    if not seeds:
        return
    cases = data.breast_cancer() if packaged else data.load("credit_default", full=True)
    cases = tables.standardized(cases)
    size = chosen_code(cases)
    for seed in seeds:
        rows = measured(cases, size, seed)
        if packaged:
            print(pd.DataFrame(rows).to_string())
        else:
            table.put(*rows)


if __name__ == "__main__":
    COMMAND.run(main)
