"""Measure the tables of chapter 8.4: python benchmarks/challenges.py [PART …]

Parts: ``quality`` (SimCLR and denoising on six pretraining sets, three seeds), ``stability`` (ten
seeds of one run, and its sources of chance one by one) and ``repeat`` (one seed under other
settings of the machine); without a part, all.  The packaged samples of Fashion-MNIST and MNIST
are enough.  Writes course/results/challenges.csv after every row, with the date; rows that
are there are not measured again unless ``--again`` is given.  About fifteen minutes on one free
core; start it with TF_NUM_INTRAOP_THREADS=1 for the stored bits.
"""

import argparse
import hashlib
import itertools
import os
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from ssl_course import data, evaluate, networks, views
from ssl_course.methods import Autoencoder, SimCLR

TABLE = Path(__file__).parents[1] / "ssl_course/course/results" / "challenges.csv"
COLUMNS = ["method", "part", "condition", "seed", "few_10", "few_100", "few_10_own", "rare"]
COLUMNS += ["noisy", "same_bits", "largest_change", "changed", "cpu_seconds", "date"]

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


def labeled_pool(clothes) -> data.Split:
    """All ten thousand pretraining images with their labels, which only `imbalanced` looks at."""
    parts = clothes.train, clothes.validation
    return data.Split(*(np.concatenate([getattr(p, n) for p in parts]) for n in ("x", "y")))


def noised(images, random) -> np.ndarray:
    return np.clip(images + random.normal(0, NOISE, images.shape), 0, 1).astype("float32")


def half_noisy(pool, random):
    images = pool.x.copy()
    images[::2] = noised(images[::2], random)
    return images


def duplicated(pool, random):
    chosen = pool.x[random.permutation(len(pool))[: FAVORITES + OTHERS]]
    copies = (len(pool) - OTHERS) // FAVORITES
    return np.concatenate([np.repeat(chosen[:FAVORITES], copies, axis=0), chosen[FAVORITES:]])


def deduplicated(pool, random):
    return np.unique(duplicated(pool, random), axis=0)


def imbalanced(pool, random):
    """A geometric tail: class 0 keeps all of its images, class 9 one in a hundred."""
    keep = RAREST ** (pool.y / 9)
    return pool.x[random.uniform(size=len(pool)) < keep]


def half_foreign(pool, random):
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

COMPILED: dict = {}
"""One compiled method a key: to compile takes as long as fifty steps."""


def build(name: str, init: int, drawn: int) -> keras.Model:
    """A fresh method; ``init`` seeds the weights, ``drawn`` the views or the denoiser's noise."""
    keras.utils.set_random_seed(init)
    if name == "denoising":
        noise = views.AddNoise(NOISE, seed=drawn)
        return Autoencoder(networks.patch_encoder(), networks.patch_decoder(), noise)
    view = views.RandomView(area=(0.25, 1.0), erase=0.25, seed=drawn)
    return SimCLR(networks.patch_encoder(), networks.projector(), view)


def compiled(fresh: keras.Model, steps: int, **settings) -> keras.Model:
    """A compiled method with the weights and random states of ``fresh``, its optimizer at 0."""
    key = type(fresh).__name__, steps
    if key not in COMPILED:
        schedule = keras.optimizers.schedules.CosineDecay(1e-3, steps)
        fresh.compile(keras.optimizers.Adam(schedule), **settings)
        COMPILED[key] = fresh
        return fresh
    method = COMPILED[key]
    method.set_weights(fresh.get_weights())
    layer, other = (m.views if hasattr(m, "views") else m.corruption for m in (method, fresh))
    layer.seeds.state.assign(other.seeds.state)
    for variable in method.optimizer.variables:
        variable.assign(np.zeros(variable.shape, variable.dtype))
    return method


def train(method, images, order: int, steps: int = STEPS, **settings) -> keras.Model:
    """Equal steps for every set; ``order`` seeds which images come when."""
    method = compiled(method, steps, **settings)
    random = np.random.default_rng(order)
    epochs = -(-steps * BATCH // len(images))
    rows = np.concatenate([random.permutation(len(images)) for _ in range(epochs)])
    method.fit(images[rows[: steps * BATCH]], batch_size=BATCH, shuffle=False, verbose=0)
    return method.encoder


def probe(bank: data.Split, per_class: int, draw: int) -> evaluate.Probe:
    return evaluate.Probe(data.few_labels(bank, per_class, draw))


def read(embed, clothes, own: int) -> dict:
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


def read_few(embed, clothes, own: int) -> dict:
    """Accuracies with ten labels a class: the shared draws, and the run's own."""
    bank, test = embed(clothes.train), embed(clothes.test)
    draws = [*range(evaluate.DRAWS), 100 + own]
    *shared, single = (probe(bank, 10, draw).accuracy(test) for draw in draws)
    return {"few_10": np.mean(shared), "few_10_own": single}


def measure(clothes, name, part, condition, seed, images, init, order, drawn, bump=None) -> None:
    if known(name, part, condition, seed):
        return
    start = time.process_time()
    method = build(name, init, drawn)
    if bump is not None:  # the last bit of one weight
        kernel = method.encoder.layers[1].kernel
        values = kernel.numpy()
        values.flat[bump] = np.nextafter(values.flat[bump], np.float32(1))
        kernel.assign(values)
    steps = SHORT_STEPS if part == "stability" else STEPS
    encoder = train(method, images, order, steps)
    seconds = time.process_time() - start
    reading = read_few if part == "stability" else read
    scores = reading(lambda split: evaluate.embed(encoder, split), clothes, own=seed)
    key = {"method": name, "part": part, "condition": condition, "seed": seed}
    store(key | scores | {"cpu_seconds": seconds})


def controls(clothes) -> None:
    if not known("raw_pixels", "quality", "clean", 0):
        row = {"method": "raw_pixels", "part": "quality", "condition": "clean", "seed": 0}
        store(row | read(evaluate.pixels, clothes, own=0))
    for seed in SEEDS:
        if not known("random", "quality", "clean", seed):
            keras.utils.set_random_seed(seed)
            encoder = evaluate.measure_statistics(networks.patch_encoder(), clothes.unlabeled)
            row = {"method": "random", "part": "quality", "condition": "clean", "seed": seed}
            store(row | read(lambda split, e=encoder: evaluate.embed(e, split), clothes, own=seed))


def quality(clothes) -> None:
    controls(clothes)
    pool = labeled_pool(clothes)
    for (name, conditions), seed in itertools.product(MEASURED.items(), SEEDS):
        for condition in conditions:
            images = POOLS[condition](pool, np.random.default_rng(seed))
            measure(clothes, name, "quality", condition, seed, images, seed, seed, seed)


def stability(clothes) -> None:
    """Ten seeds of everything; then one source of chance at a time, the others those of seed 0.

    ``order`` draws both the order of the images and the views that are made of them.
    """
    images = labeled_pool(clothes).x
    for seed in TEN:
        measure(clothes, "simclr", "stability", "all", seed, images, seed, seed, seed)
    for seed in DRAWN:
        settings = clothes, "simclr", "stability"
        measure(*settings, "weights", seed, images, seed, 0, 0)
        measure(*settings, "order", seed, images, 0, seed, seed)
        measure(*settings, "one_bit", seed, images, 0, 0, 0, bump=seed)
    if not known("simclr", "stability", "labels", 0):
        encoder = train(build("simclr", 0, 0), images, 0, SHORT_STEPS)
        for seed in TEN:
            scores = read_few(lambda split: evaluate.embed(encoder, split), clothes, own=seed)
            row = {"method": "simclr", "part": "stability", "condition": "labels", "seed": seed}
            store(row | scores)


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
    method = build("simclr", 0, 0)
    encoder = train(method, labeled_pool(clothes).x, 0, SHORT_STEPS, jit_compile=how == "xla")
    bank, test = (evaluate.embed(encoder, s) for s in (clothes.train, clothes.test))
    predicted = probe(bank, 100, 0).predict(test.x)
    weights = np.concatenate([w.ravel() for w in encoder.get_weights()])
    np.savez(file, weights=weights, predicted=predicted, right=np.mean(predicted == test.y))


def repeat(clothes) -> None:
    if all(known("simclr", "repeat", setting, 0) for setting in SETTINGS):
        return  # all or none, because each is compared with the first
    first = None
    with tempfile.TemporaryDirectory() as folder:
        for setting, (environment, how) in SETTINGS.items():
            file = Path(folder) / "run.npz"
            command = [sys.executable, __file__, "--one", how or "plain", "--file", str(file)]
            base = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
            subprocess.run(command, check=True, env=os.environ | base | environment)
            with np.load(file) as stored:
                run = dict(stored)
            first = first or run
            digest = [hashlib.sha256(r["weights"].tobytes()).hexdigest() for r in (first, run)]
            row = {"method": "simclr", "part": "repeat", "condition": setting, "seed": 0}
            row["same_bits"] = float(digest[0] == digest[1])
            row["largest_change"] = np.abs(run["weights"] - first["weights"]).max()
            row["changed"] = np.mean(run["predicted"] != first["predicted"])
            store(row | {"few_100": float(run["right"])})


PARTS = {"quality": quality, "stability": stability, "repeat": repeat}
KEY = ["method", "part", "condition", "seed"]
AGAIN = False


def stored() -> pd.DataFrame:
    return pd.read_csv(TABLE) if TABLE.is_file() else pd.DataFrame(columns=COLUMNS)


def known(*key) -> bool:
    table = stored()
    return not AGAIN and bool((table[KEY] == pd.Series(key, KEY)).all(axis=1).any())


def store(row: dict) -> None:
    """Put a row into the table in place of the one that it repeats."""
    print(row, flush=True)
    row = row | {"date": date.today().isoformat()}
    table = stored()
    same = (table[KEY] == pd.Series(row)[KEY]).all(axis=1)
    rows = [*table[~same].to_dict("records"), row]
    pd.DataFrame(rows, columns=COLUMNS).round(6).to_csv(TABLE, index=False)


def main() -> None:
    global AGAIN
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--again", action="store_true", help="measure stored rows anew")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--file", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        return one(arguments.one, arguments.file)
    AGAIN = arguments.again
    if unknown := set(arguments.parts) - set(PARTS):
        parser.error(f"unknown part {', '.join(sorted(unknown))}; known: {', '.join(PARTS)}")
    clothes = data.load("fashion_mnist")
    for part in arguments.parts or PARTS:
        PARTS[part](clothes)
    return None


if __name__ == "__main__":
    main()
