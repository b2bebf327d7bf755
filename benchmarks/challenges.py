"""Measure the tables of chapter 8.4: python benchmarks/challenges.py [PART …]

Parts: ``quality`` (SimCLR and denoising on six pretraining sets, three seeds), ``stability`` (ten
seeds of one run, and its sources of chance one by one) and ``repeat`` (one seed under other
settings of the machine).  The packaged samples of Fashion-MNIST and MNIST are enough.  Writes
course/results/challenges.csv.  About fifteen minutes on one free core; start it with
TF_NUM_INTRAOP_THREADS=1 for the stored bits.
"""

import argparse
import hashlib
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import pandas as pd
from command import Command
from table import Table

from ssl_course import data, evaluate, networks, views
from ssl_course.methods import Autoencoder, SimCLR

Embed = Callable[[data.Split], data.Split]
"""From a split to its features."""

KEYS = ("method", "part", "condition", "seed")
TABLE = Table(
    "challenges",
    KEYS,
    (
        *(*KEYS, "few_10", "few_100", "few_10_own", "rare", "noisy"),
        *("same_bits", "largest_change", "changed", "cpu_seconds", "date"),
    ),
    digits=6,
)

STEPS, BATCH = 300, 128
SHORT_STEPS = 100
"""Of the runs on stability and repeatability."""
NOISE = 0.5
"""Standard deviation of the pixel noise, in units of the pixel range."""
FAVORITES, OTHERS = 50, 1000
"""Of the set with duplicates: images that nine tenths of the set are copies of, and the rest."""
RAREST = 0.01
"""Share of the rarest class, relative to the most frequent one, in the imbalanced set."""
RARE = (7, 8, 9)
SEEDS = (0, 1, 2)
TEN, DRAWN = range(10), range(1, 5)


def labeled_pool(clothes: data.Dataset) -> data.Split:
    """All ten thousand pretraining images with their labels, which only `imbalanced` looks at."""
    parts = clothes.train, clothes.validation
    return data.Split(*(np.concatenate([getattr(p, n) for p in parts]) for n in ("x", "y")))


def noised(images: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Images with pixel noise."""
    return np.clip(images + random.normal(0, NOISE, images.shape), 0, 1).astype("float32")


def half_noisy(pool: data.Split, random: np.random.Generator) -> np.ndarray:
    """Every other image is noisy."""
    images = pool.x.copy()
    images[::2] = noised(images[::2], random)
    return images


def duplicated(pool: data.Split, random: np.random.Generator) -> np.ndarray:
    """Nine tenths are copies of `FAVORITES` images."""
    chosen = pool.x[random.permutation(len(pool))[: FAVORITES + OTHERS]]
    copies = (len(pool) - OTHERS) // FAVORITES
    return np.concatenate([np.repeat(chosen[:FAVORITES], copies, axis=0), chosen[FAVORITES:]])


def deduplicated(pool: data.Split, random: np.random.Generator) -> np.ndarray:
    """The set with duplicates, each image once."""
    return np.unique(duplicated(pool, random), axis=0)


def imbalanced(pool: data.Split, random: np.random.Generator) -> np.ndarray:
    """A geometric tail: class 0 keeps all of its images, class 9 one in a hundred."""
    keep = RAREST ** (pool.y / 9)
    return pool.x[random.uniform(size=len(pool)) < keep]


def half_foreign(pool: data.Split, random: np.random.Generator) -> np.ndarray:
    """Half are digits, each of which is there twice."""
    digits = data.load("mnist").unlabeled
    ours = pool.x[random.permutation(len(pool))[: 2 * len(digits)]]
    return np.concatenate([ours, digits, digits])


POOLS = {
    "clean": lambda pool, random: pool.x,
    "noise": half_noisy,
    "duplicates": duplicated,
    "deduplicated": deduplicated,
    "imbalance": imbalanced,
    "foreign": half_foreign,
}

MEASURED = {"simclr": tuple(POOLS), "denoising": ("clean", "noise", "foreign", "duplicates")}
"""What the two sets that are left out are about, negatives, denoising does not have."""


@dataclass(frozen=True)
class Run:
    """A row that needs a run, and the seeds of its sources of chance."""

    method: str
    part: str
    condition: str
    seed: int
    init: int
    """Of the weights."""
    order: int
    """Of which images come when."""
    drawn: int
    """Of the views, or of the denoiser's noise."""
    bump: int | None = None
    """Which weight begins with its last bit changed."""

    @property
    def key(self) -> dict[str, str | int]:
        """What tells the row from others."""
        return {name: getattr(self, name) for name in KEYS}


def build(name: str, init: int, drawn: int) -> keras.Model:
    """A fresh method with the seeds of a `Run`."""
    keras.utils.set_random_seed(init)
    if name == "denoising":
        noise = views.AddNoise(NOISE, seed=drawn)
        return Autoencoder(networks.patch_encoder(), networks.patch_decoder(), noise)
    view = views.RandomView(area=(0.25, 1.0), erase=0.25, seed=drawn)
    return SimCLR(networks.patch_encoder(), networks.projector(), view)


class Trainer:
    """Trains methods one after the other with one compiled method a kind and number of steps.

    To compile takes as long as fifty steps.
    """

    def __init__(self) -> None:
        self.ready: dict[tuple[str, int], keras.Model] = {}

    def compiled(self, fresh: keras.Model, steps: int, **settings: bool) -> keras.Model:
        """A compiled method with weights and random states of ``fresh``, its optimizer at 0."""
        key = type(fresh).__name__, steps
        if key not in self.ready:
            schedule = keras.optimizers.schedules.CosineDecay(1e-3, steps)
            fresh.compile(keras.optimizers.Adam(schedule), **settings)
            self.ready[key] = fresh
            return fresh
        method = self.ready[key]
        method.set_weights(fresh.get_weights())
        layer, other = (m.views if hasattr(m, "views") else m.corruption for m in (method, fresh))
        layer.seeds.state.assign(other.seeds.state)
        for variable in method.optimizer.variables:
            variable.assign(np.zeros(variable.shape, variable.dtype))
        return method

    def train(
        self, fresh: keras.Model, images: np.ndarray, order: int, steps: int, **settings: bool
    ) -> keras.Model:
        """The encoder after equal steps for every set; ``order`` seeds which images come when."""
        method = self.compiled(fresh, steps, **settings)
        random = np.random.default_rng(order)
        epochs = -(-steps * BATCH // len(images))
        rows = np.concatenate([random.permutation(len(images)) for _ in range(epochs)])
        method.fit(images[rows[: steps * BATCH]], batch_size=BATCH, shuffle=False, verbose=0)
        return method.encoder


def probe(bank: data.Split, per_class: int, draw: int) -> evaluate.Probe:
    """A probe with so many labels of a draw."""
    return evaluate.Probe(data.few_labels(bank, per_class, draw))


def read(embed: Embed, clothes: data.Dataset, own: int) -> dict[str, float]:
    """Accuracies on the clean test set, on its three rare classes and on a noisy copy of it."""
    bank, test = embed(clothes.train), embed(clothes.test)
    random = np.random.default_rng(0)
    noisy = embed(data.Split(noised(clothes.test.x, random), clothes.test.y))
    rare = np.isin(test.y, RARE)
    rows = []
    for draw in range(evaluate.DRAWS):
        ten = probe(bank, 10, draw)
        hundred = probe(bank, 100, draw)
        right = hundred.predict(test.x) == test.y
        rows.append(
            {
                "few_10": ten.accuracy(test),
                "few_100": right.mean(),
                "rare": right[rare].mean(),
                "noisy": hundred.accuracy(noisy),
            }
        )
    mean = pd.DataFrame(rows).mean().to_dict()
    return mean | {"few_10_own": probe(bank, 10, 100 + own).accuracy(test)}


def read_few(embed: Embed, clothes: data.Dataset, own: int) -> dict[str, float]:
    """Accuracies with ten labels a class: the shared draws, and the run's own."""
    bank, test = embed(clothes.train), embed(clothes.test)
    draws = [*range(evaluate.DRAWS), 100 + own]
    *shared, single = (probe(bank, 10, draw).accuracy(test) for draw in draws)
    return {"few_10": np.mean(shared), "few_10_own": single}


def embedding(encoder: keras.Model) -> Embed:
    """A map from a split to its features."""
    return lambda split: evaluate.embed(encoder, split)


class Measurements:
    """Runs of one process, on the same images and with the same compiled methods."""

    def __init__(self, table: Table):
        self.table, self.trainer = table, Trainer()
        self.clothes = data.load("fashion_mnist")
        self.pool = labeled_pool(self.clothes)

    def measure(self, run: Run, images: np.ndarray) -> None:
        """Train on ``images`` and store the row."""
        if self.table.done(**run.key):
            return
        short = run.part == "stability"
        start = time.process_time()
        method = build(run.method, run.init, run.drawn)
        if run.bump is not None:  # the last bit of one weight
            kernel = method.encoder.layers[1].kernel
            values = kernel.numpy()
            values.flat[run.bump] = np.nextafter(values.flat[run.bump], np.float32(1))
            kernel.assign(values)
        encoder = self.trainer.train(method, images, run.order, SHORT_STEPS if short else STEPS)
        seconds = time.process_time() - start
        scores = (read_few if short else read)(embedding(encoder), self.clothes, own=run.seed)
        self.table.put(run.key | scores | {"cpu_seconds": seconds})

    def controls(self) -> None:
        """Raw pixels and random weights."""
        key = {"part": "quality", "condition": "clean"}
        if not self.table.done(**key, method="raw_pixels", seed=0):
            row = read(evaluate.pixels, self.clothes, own=0)
            self.table.put(key | {"method": "raw_pixels", "seed": 0} | row)
        for seed in SEEDS:
            if self.table.done(**key, method="random", seed=seed):
                continue
            keras.utils.set_random_seed(seed)
            encoder = networks.patch_encoder()
            evaluate.measure_statistics(encoder, self.clothes.unlabeled)
            row = read(embedding(encoder), self.clothes, own=seed)
            self.table.put(key | {"method": "random", "seed": seed} | row)

    def quality(self) -> None:
        """Pretraining sets that are noisy, repetitive, imbalanced or of another kind."""
        self.controls()
        for (name, conditions), seed in itertools.product(MEASURED.items(), SEEDS):
            for condition in conditions:
                images = POOLS[condition](self.pool, np.random.default_rng(seed))
                self.measure(Run(name, "quality", condition, seed, seed, seed, seed), images)

    def stability(self) -> None:
        """Ten seeds of everything; then one source of chance at a time, the others those of seed 0.

        ``order`` draws both the order of the images and the views that are made of them.
        """
        method, images = ("simclr", "stability"), self.pool.x
        for seed in TEN:
            self.measure(Run(*method, "all", seed, seed, seed, seed), images)
        for seed in DRAWN:
            self.measure(Run(*method, "weights", seed, seed, 0, 0), images)
            self.measure(Run(*method, "order", seed, 0, seed, seed), images)
            self.measure(Run(*method, "one_bit", seed, 0, 0, 0, bump=seed), images)
        self.labels()

    def labels(self) -> None:
        """One encoder, ten draws of labels."""
        key = {"method": "simclr", "part": "stability", "condition": "labels"}
        if self.table.done(**key):
            return
        encoder = self.trainer.train(build("simclr", 0, 0), self.pool.x, 0, SHORT_STEPS)
        scores = [read_few(embedding(encoder), self.clothes, own=seed) for seed in TEN]
        self.table.put(*(key | {"seed": seed} | scores[seed] for seed in TEN))

    def repeat(self) -> None:
        """All settings or none, because each is compared with the first."""
        key = {"method": "simclr", "part": "repeat", "seed": 0}
        if self.table.done(**key):
            return
        runs = {setting: one_elsewhere(*how) for setting, how in SETTINGS.items()}
        first = runs["once"]
        digests = {s: hashlib.sha256(r["weights"].tobytes()).digest() for s, r in runs.items()}
        rows = []
        for setting, run in runs.items():
            row = {"condition": setting, "same_bits": digests[setting] == digests["once"]}
            row["largest_change"] = np.abs(run["weights"] - first["weights"]).max()
            row["changed"] = np.mean(run["predicted"] != first["predicted"])
            rows.append(key | row | {"few_100": run["right"]})
        self.table.put(*rows)


# One seed under other settings, each in a process of its own.

SETTINGS = {
    "once": ({}, ""),
    "once more": ({}, ""),
    "op determinism": ({}, "deterministic"),
    "two threads": ({"TF_NUM_INTRAOP_THREADS": "2"}, ""),
    "two threads, once more": ({"TF_NUM_INTRAOP_THREADS": "2"}, ""),
    "oneDNN off": ({"TF_ENABLE_ONEDNN_OPTS": "0"}, ""),
    "XLA": ({}, "xla"),
}


def one(how: str, file: str) -> None:
    """Train with seed 0 and leave weights and predictions in ``file``."""
    if how == "deterministic":
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()
    clothes = data.load("fashion_mnist")
    method, images = build("simclr", 0, 0), labeled_pool(clothes).x
    encoder = Trainer().train(method, images, 0, SHORT_STEPS, jit_compile=how == "xla")
    bank, test = (evaluate.embed(encoder, s) for s in (clothes.train, clothes.test))
    predicted = probe(bank, 100, 0).predict(test.x)
    weights = np.concatenate([w.ravel() for w in encoder.get_weights()])
    np.savez(file, weights=weights, predicted=predicted, right=np.mean(predicted == test.y))


def one_elsewhere(environment: dict[str, str], how: str) -> dict[str, np.ndarray]:
    """What `one` leaves, run in a process with these settings."""
    base = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "run.npz"
        command = [sys.executable, __file__, "--one", how or "plain", "--file", str(file)]
        subprocess.run(command, check=True, env=os.environ | base | environment)
        with np.load(file) as stored:
            return dict(stored)


PARTS = {
    "quality": Measurements.quality,
    "stability": Measurements.stability,
    "repeat": Measurements.repeat,
}
COMMAND = Command(__doc__, TABLE, PARTS, "PART")
COMMAND.add_argument("--one", help=argparse.SUPPRESS)
COMMAND.add_argument("--file", help=argparse.SUPPRESS)


def main(asked: argparse.Namespace, table: Table) -> None:
    """Measure the rows that are asked for."""
    measurements = Measurements(table)
    for part in asked.names:
        PARTS[part](measurements)


if __name__ == "__main__":
    asked = COMMAND.parse_args()
    if asked.one:
        one(asked.one, asked.file)
    else:
        COMMAND.run(main)
