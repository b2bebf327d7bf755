"""Measure the tables of chapter 6.6: python benchmarks/transfer.py [PART …]

Parts: ``adaptation`` (MNIST ↔ USPS without target labels) and ``matrix`` (pretraining domain ×
target task).  Needs the full MNIST, Fashion-MNIST and USPS (mirror).  Writes
course/results/transfer.csv.  About eight minutes on one free core.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import keras
import numpy as np
from command import Command, in_parts
from sklearn.decomposition import PCA
from table import Table

from ssl_course import data, evaluate, networks, objectives
from ssl_course.chapters.adaptation import Aligned, recolor, reestimate
from ssl_course.methods import SimCLR
from ssl_course.pretrain import pretrain
from ssl_course.pretrain.digits import digit_view

KEYS, DOMAINS = ("part", "method", "seed"), ("fashion_mnist", "mnist", "usps", "optical_digits")
TABLE = Table(
    "transfer", KEYS, (*KEYS, *DOMAINS, "mnist_usps", "usps_mnist", "cpu_minutes", "date")
)
SEEDS = (0, 1, 2)

STEPS, BATCH, CHUNK = 100, 256, 50
"""Of the short pretraining runs of the matrix: the same for every domain."""
PER_CLASS = 10
"""Labels a class of few-label transfer."""

LABELED, UNLABELED, COMPONENTS = 200, 2000, 128
"""Of the adaptation: source labels a class, target images, principal components."""
TUNING_STEPS, TUNING_BATCH, RATE, FRESH_RATE = 80, 128, 1e-4, 3e-4
STRENGTHS, TOLERANCE = (0.1, 1.0, 10.0), 0.01
"""The strength of a loss is the largest that costs the source's validation accuracy at most
so much.  No label of the target takes part in that choice."""
DISTANCES = {"coral": objectives.coral, "mmd": objectives.mmd}


def classifier(x: np.ndarray, y: np.ndarray) -> evaluate.Probe:
    """A linear probe."""
    return evaluate.Probe(data.Split(x, y), iterations=100)


def features(encoder: keras.Model | None, images: np.ndarray) -> np.ndarray:
    """Frozen features; without an encoder, the pixels."""
    if encoder is None:
        return images.reshape(len(images), -1)
    return encoder.predict(images, batch_size=500, verbose=0).reshape(len(images), -1)


def few_label_accuracy(encoder: keras.Model | None, train: data.Split, test: data.Split) -> float:
    """Mean over five draws of `PER_CLASS` labels a class."""
    seen, scores = data.Split(features(encoder, test.x), test.y), []
    for draw in range(evaluate.DRAWS):
        few = data.few_labels(train, PER_CLASS, draw)
        scores.append(classifier(features(encoder, few.x), few.y).accuracy(seen))
    return float(np.mean(scores))


def untrained(images: np.ndarray, seed: int) -> keras.Model:
    """The control: random weights, batch statistics measured on images of the task."""
    keras.utils.set_random_seed(seed)
    return evaluate.measure_statistics(networks.patch_encoder(), images[:2000])


# The matrix.


def short_run(images: np.ndarray, flip: bool, seed: int) -> keras.Model:
    """An encoder after `STEPS` steps of SimCLR, the same number for a large and a small domain."""
    keras.utils.set_random_seed(seed)
    method = SimCLR(networks.patch_encoder(), networks.projector(), digit_view(flip))
    method.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(1e-3, STEPS)))
    random = np.random.default_rng(seed)
    for _ in range(STEPS // CHUNK):
        chosen = random.integers(len(images), size=CHUNK * BATCH)
        method.fit(images[chosen], batch_size=BATCH, shuffle=False, verbose=0)
    return method.encoder


def matrix(table: Table) -> None:
    """Rows of every pretraining domain on every task."""
    domains = {name: data.load(name, full=True) for name in DOMAINS}
    unlabeled = {name: domain.unlabeled for name, domain in domains.items()}
    domains["fashion_mnist"] = data.load("fashion_mnist")  # whose test images are fewer

    def measure(name: str, seed: int, prepare: Callable[[], tuple[Callable, float | None]]) -> None:
        """``prepare`` gives an encoder for every task, and the CPU minutes of its training."""
        key = {"part": "matrix", "method": name, "seed": seed}
        if table.done(**key):
            return
        encoder_for, minutes = prepare()
        row = {
            task: few_label_accuracy(encoder_for(domain), domain.train, domain.test)
            for task, domain in domains.items()
        }
        table.put(key | row | {"cpu_minutes": minutes})
        keras.backend.clear_session()

    def random(seed: int) -> tuple[Callable, None]:
        return lambda domain: untrained(domain.train.x, seed), None

    def shipped(name: str) -> tuple[Callable, float]:
        method = pretrain(name)
        return lambda domain: method.encoder, method.card["cpu_seconds"] / 60

    def short(name: str, seed: int) -> tuple[Callable, float]:
        # Clothes are mirrored as in chapter 3; digits are not, but for one row.
        flip = name in ("fashion_mnist", "mnist_mirrored")
        encoder, minutes = timed(short_run, unlabeled[name.removesuffix("_mirrored")], flip, seed)
        return lambda domain: encoder, minutes

    measure("raw_pixels", 0, lambda: (lambda domain: None, None))
    for name in ("fashion_mnist-simclr", "mnist-simclr", "mnist-denoising"):
        measure(name, 0, partial(shipped, name))
    for seed in SEEDS:
        measure("random", seed, partial(random, seed))
        for name in (*DOMAINS, "mnist_mirrored"):
            measure(name, seed, partial(short, name, seed))


# MNIST ↔ USPS without target labels.


@dataclass
class Problem:
    """Labels of one domain, images of the other, and where both are judged."""

    source: data.Split
    validation: data.Split
    target: np.ndarray
    labeled_target: data.Split
    test: data.Split

    @classmethod
    def draw(cls, source_set: data.Dataset, target_set: data.Dataset, seed: int) -> "Problem":
        """The labels and images that a seed draws."""
        images = target_set.unlabeled
        chosen = np.random.default_rng(seed).choice(len(images), UNLABELED, replace=False)
        return cls(
            data.few_labels(source_set.train, LABELED, seed),
            source_set.validation,
            images[chosen],
            target_set.train,
            target_set.test,
        )


def frozen(
    encoder: keras.Model | None,
    source: data.Split,
    target: np.ndarray,
    test: data.Split,
    adapt: bool,
) -> dict[str, float]:
    """Accuracy on the target's test set of each alignment of frozen features."""
    ours = theirs = encoder
    if adapt:
        ours, theirs = reestimate(encoder, source.x), reestimate(encoder, target)
    raw = [features(ours, source.x), features(theirs, target), features(theirs, test.x)]
    pca = PCA(COMPONENTS, random_state=0).fit(np.concatenate(raw[:2]))
    s, t, q = map(pca.transform, raw)
    aligned = {
        "none": s,
        "means": s - s.mean(axis=0) + t.mean(axis=0),
        "coral": recolor(s, t, ridge=1.0),
        "coral_tight": recolor(s, t, ridge=0.1),
    }
    seen = data.Split(q, test.y)
    return {name: classifier(x, source.y).accuracy(seen) for name, x in aligned.items()}


def tuned(
    problem: Problem, distance: Callable, weight: float, seed: int, fresh: bool = False
) -> tuple[float, float]:
    """(source validation accuracy, target test accuracy) of the encoder trained further.

    It starts at the MNIST checkpoint, its classifier at the linear probe, or ``fresh``.
    """
    source, target = problem.source, problem.target
    keras.utils.set_random_seed(seed)
    encoder, head = pretrain("mnist-simclr").encoder, networks.head(2048, 10)
    if not fresh:
        probe = classifier(features(encoder, source.x), source.y)
        head.set_weights([probe.kernel, probe.bias])
    method = Aligned(encoder, head, distance, weight)
    method.compile(keras.optimizers.Adam(FRESH_RATE if fresh else RATE))
    random = np.random.default_rng(seed)
    rows = random.integers(len(source), size=TUNING_STEPS * TUNING_BATCH)
    columns = random.integers(len(target), size=len(rows))
    pairs, labels = (source.x[rows], target[columns]), source.y[rows]
    method.fit(pairs, labels, batch_size=TUNING_BATCH, shuffle=False, verbose=0)
    return tuple(
        float(np.mean(np.asarray(method.logits(split.x)).argmax(axis=1) == split.y))
        for split in (problem.validation, problem.test)
    )


def timed(measure: Callable, *arguments: Any, **settings: Any) -> tuple[Any, float]:
    """What ``measure`` returns, and its CPU minutes."""
    start = time.process_time()
    result = measure(*arguments, **settings)
    return result, (time.process_time() - start) / 60


def direction(problem: Problem, seed: int, strengths: dict[str, float]) -> dict:
    """{method: (accuracy on the target's test set, CPU minutes)}."""
    encoders = {
        "raw_pixels": None,
        "random": untrained(problem.source.x, seed),
        "fashion_simclr": pretrain("fashion_mnist-simclr").encoder,
        "mnist_simclr": pretrain("mnist-simclr").encoder,
    }
    found = {}
    for name, encoder in encoders.items():
        for adapt in (False, True) if name.endswith("simclr") else (False,):
            parts = problem.source, problem.target, problem.test
            row, minutes = timed(frozen, encoder, *parts, adapt)
            for how, score in row.items():
                found[f"{name}{'+adabn' if adapt else ''}+{how}"] = score, minutes / len(row)
    runs = {
        "tuned_fresh": (objectives.mmd, 0.0, seed, True),
        "tuned": (objectives.mmd, 0.0, seed),
        **{f"tuned+{name}": (DISTANCES[name], strengths[name], seed) for name in DISTANCES},
    }
    for name, settings in runs.items():
        (_, score), minutes = timed(tuned, problem, *settings)
        found[name] = score, minutes
    if seed == SEEDS[0]:  # its draws are those of the target, the same for every seed
        ten = few_label_accuracy, encoders["mnist_simclr"], problem.labeled_target, problem.test
        found["target_10"] = timed(*ten)
    return found


def chosen_strengths(problem: Problem, seed: int) -> dict[str, float]:
    """The strength of each loss, by the rule above."""
    validation, _ = tuned(problem, objectives.mmd, 0.0, seed)
    strengths = {}
    for name, distance in DISTANCES.items():
        scores = {w: tuned(problem, distance, w, seed)[0] for w in STRENGTHS}
        allowed = [w for w, score in scores.items() if score >= validation - TOLERANCE]
        strengths[name] = max(allowed, default=0.0)
        print(f"{name}: {validation} without, {scores}, chosen {strengths[name]}", flush=True)
    return strengths


def adaptation(table: Table) -> None:
    """Rows of every alignment, both directions; a seed at a time."""
    seeds = [seed for seed in SEEDS if not table.done(part="adaptation", seed=seed)]
    if not seeds:
        return
    mnist, usps = (data.load(name, full=True) for name in ("mnist", "usps"))
    forth, back = (
        chosen_strengths(Problem.draw(*pair, SEEDS[0]), SEEDS[0])
        for pair in ((mnist, usps), (usps, mnist))
    )
    for seed in seeds:
        there = direction(Problem.draw(mnist, usps, seed), seed, forth)
        home = direction(Problem.draw(usps, mnist, seed), seed, back)
        rows = []
        for method in there:
            row = {"part": "adaptation", "method": method, "seed": seed}
            row |= {"mnist_usps": there[method][0], "usps_mnist": home[method][0]}
            rows.append(row | {"cpu_minutes": there[method][1] + home[method][1]})
        table.put(*rows)


PARTS = {"adaptation": adaptation, "matrix": matrix}
COMMAND = Command(__doc__, TABLE, PARTS, "PART")


if __name__ == "__main__":
    COMMAND.run(in_parts(PARTS))
