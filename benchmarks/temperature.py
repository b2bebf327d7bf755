"""Measure what SimCLR's temperature does: python benchmarks/temperature.py [--seeds N …] [ROW …]

The runs of `questions.py`, which has the row of the usual temperature, 0.2: the packaged sample of
Fashion-MNIST, the same steps, images and probes.
Writes course/results/temperature.csv.  About 4 CPU minutes for three seeds.
"""

import time
from argparse import Namespace

import keras
import numpy as np
from command import Command
from questions import BATCH, STEPS, VIEW, measures, schedule
from table import Table

from ssl_course import data, networks, views
from ssl_course.methods import SimCLR

TEMPERATURES = {"lowest": 0.01, "low": 0.05, "high": 1.0, "highest": 5.0}
MEASURES = ("fine", "coarse", "within", "knn", "fine_z", "within_z", "feature_norm")
TABLE = Table(
    "temperature",
    ("method", "seed"),
    ("method", "temperature", "seed", *MEASURES, "cpu_minutes", "date"),
    order=lambda row: (float(row["temperature"]), int(row["seed"])),
)
COMMAND = Command(__doc__, TABLE, TEMPERATURES, seeds=(0, 1, 2))


def contrast(clothes: data.Dataset, seed: int, temperature: float) -> dict[str, float]:
    """The base run of `questions.py` at another temperature, and its measures."""
    keras.utils.set_random_seed(seed)
    method = SimCLR(
        networks.patch_encoder(), networks.projector(), views.RandomView(**VIEW), temperature
    )
    method.compile(keras.optimizers.Adam(schedule()))
    random = np.random.default_rng(seed)
    rounds = -(-STEPS * BATCH // len(clothes.train))
    order = np.concatenate([random.permutation(len(clothes.train)) for _ in range(rounds)])
    images = clothes.train.x[order[: STEPS * BATCH]]
    method.fit(images, batch_size=BATCH, shuffle=False, verbose=0)
    return measures(method.encoder, method.projector, clothes)


def main(asked: Namespace, table: Table) -> None:
    """Measure the rows that are asked for."""
    clothes = data.load("fashion_mnist")
    for seed in asked.seeds:
        for name in asked.names:
            if table.done(method=name, seed=seed):
                continue
            start = time.process_time()
            row = {"method": name, "temperature": TEMPERATURES[name], "seed": seed}
            row |= contrast(clothes, seed, TEMPERATURES[name])
            table.put(row | {"cpu_minutes": (time.process_time() - start) / 60})
            keras.backend.clear_session()


if __name__ == "__main__":
    COMMAND.run(main)
