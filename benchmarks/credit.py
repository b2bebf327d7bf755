"""Measure default detection: python benchmarks/credit.py [--table credit_default]

Needs the credit data of Taiwan (mirror; CC BY 4.0, not packaged); ``--table breast_cancer``
measures the same on the table that comes with scikit-learn, and writes nothing.
Writes course/results/credit.csv.  About one CPU minute.
"""

import argparse
import datetime
import time
from pathlib import Path

import numpy as np
import pandas as pd

from ssl_course import data, evaluate
from ssl_course.chapters import fraud
from ssl_course.data import tables

TABLE = Path(__file__).parents[1] / "ssl_course/course/results" / "credit.csv"
SEEDS = range(5)
BUDGETS = (10, 100)
CODES = (4, 8, 16)
STEPS = 1000


def embedded(encoder, table) -> list[data.Split]:
    parts = (table.train, table.validation, table.test)
    return [evaluate.embed(encoder, part) for part in parts]


def chosen_code(table) -> int:
    """The code size whose features are best for the validation labels; its seed is its own."""
    scores = []
    for size in CODES:
        method = fraud.row_autoencoder(table.unlabeled, size, STEPS, seed=100)
        train, validation, _ = embedded(method.encoder, table)
        found = fraud.regression(train, validation, validation, few=False)
        scores.append(fraud.quality(found, validation.y)["average_precision"])
    print("code sizes", dict(zip(CODES, np.round(scores, 4), strict=True)), flush=True)
    return CODES[int(np.argmax(scores))]


def measured(table, size: int, seed: int) -> list[dict]:
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", default="credit_default")
    name = parser.parse_args().table
    credit = name == "credit_default"
    table = tables.standardized(data.load(name, full=True) if credit else data.breast_cancer())
    size = chosen_code(table)
    rows = [row for seed in SEEDS for row in measured(table, size, seed)]
    frame = pd.DataFrame(rows).assign(date=datetime.date.today().isoformat()).set_index("method")
    print(frame.groupby("method", sort=False)[["auc", "average_precision"]].agg(["mean", "std"]))
    if credit:
        frame.round(5).to_csv(TABLE)
        print(f"Wrote {TABLE}")


if __name__ == "__main__":
    main()
