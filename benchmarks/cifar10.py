"""Measure colorization on CIFAR-10: python benchmarks/cifar10.py

Needs CIFAR-10 (download, cache or mirror).  Pretraining sees the 50,000 training photographs
without their labels.  Writes course/results/cifar10.csv.
"""

from datetime import date
from pathlib import Path

import keras
import pandas as pd
from fashion_mnist import COLUMNS, embedding, probe

from ssl_course import data, evaluate
from ssl_course.pretrain import RECIPES, pretrain

TABLE = Path(__file__).parents[1] / "ssl_course/course/results" / "cifar10.csv"
RECIPE = "cifar10-colorization"


def grey(split: data.Split) -> data.Split:
    """Control: the brightness of every pixel, which is all that the encoder sees."""
    return evaluate.pixels(data.Split(split.x.mean(axis=-1), split.y))


def main() -> None:
    photographs = data.load("cifar10", full=True)
    keras.utils.set_random_seed(0)
    random = RECIPES[RECIPE].build().encoder
    evaluate.measure_statistics(random, photographs.unlabeled[:4000])
    method = pretrain(RECIPE)
    minutes = method.card["cpu_seconds"] / 60
    encoders = {"random": (random, None), "colorization": (method.encoder, minutes)}
    rows = [{"method": "grey_pixels", "parameters": 0} | probe(photographs, grey)]
    for name, (encoder, minutes) in encoders.items():
        row = {"method": name, "cpu_minutes": minutes, "parameters": encoder.count_params()}
        rows.append(row | probe(photographs, embedding(encoder)))
    table = pd.DataFrame(rows).assign(seed=0).reindex(columns=COLUMNS)
    table.assign(date=date.today().isoformat()).round(5).to_csv(TABLE, index=False)
    print(table.to_string())


if __name__ == "__main__":
    main()
