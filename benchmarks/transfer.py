"""Measure the tables of chapter 6.6: python benchmarks/transfer.py [PART …]

Parts: ``few`` (frozen encoders with 1 to 10 labels a class), ``tuning`` (MNIST → optical digits,
rates and strengths), ``adaptation`` (MNIST ↔ USPS without target labels) and ``matrix``
(pretraining domain × target task).  Needs the full MNIST, Fashion-MNIST and USPS (mirror).  Writes
course/results/transfer.csv.  About twenty minutes on one free core.
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

KEYS = ("part", "method", "seed", "labels", "draw", "rate", "strength")
DOMAINS = ("fashion_mnist", "mnist", "usps", "optical_digits")
TABLE = Table(
    "transfer",
    KEYS,
    (*KEYS, *DOMAINS, "mnist_usps", "usps_mnist", "source", "target", "cpu_minutes", "date"),
    whole=("seed", "labels", "draw"),
)
SEEDS, TUNING_SEEDS = (0, 1, 2), (0, 1, 2, 3, 4)


def key_of(part: str, method: str, seed: int, **more: object) -> dict[str, object]:
    """The keys of a row; those that its part has no use for are empty."""
    return dict.fromkeys(KEYS) | {"part": part, "method": method, "seed": seed} | more


FEW, MANY, FEW_DRAWS = (1, 2, 5, 10), (1, 2, 5, 10, 20, 50, 100), 10
"""Labels a class: of encoders, and of the controls, which show what the encoders' are worth."""
FEW_TASKS = ("mnist", "usps")

STEPS, BATCH, CHUNK = 100, 256, 50
"""Of the short pretraining runs of the matrix: the same for every domain."""
PER_CLASS = 10
"""Labels a class of few-label transfer."""

LABELED, UNLABELED, COMPONENTS = 200, 2000, 128
"""Of the adaptation: source labels a class, target images, principal components."""
TUNING_STEPS, PAGE_STEPS, TUNING_BATCH = 80, 40, 128
RATES, STRENGTHS, TOLERANCE = (3e-5, 1e-4, 3e-4, 1e-3), (0.1, 1.0, 10.0), 0.01
"""The rate is that of the best validation accuracy on the source, without alignment.  The
strength of a loss is then the largest that costs at most so much of it.  No label of the target
takes part in these choices."""
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
        key = key_of("matrix", name, seed)
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


# Few labels of the target.


def few(table: Table) -> None:
    """Rows of frozen encoders and of the controls, each number and draw of labels."""
    tasks = {name: data.load(name, full=True) for name in FEW_TASKS}

    def pca(task: data.Dataset) -> Callable[[data.Split], data.Split]:
        return evaluate.principal_components(task.unlabeled, COMPONENTS)

    def frozen_encoder(encoder: keras.Model) -> Callable[[data.Split], data.Split]:
        return partial(evaluate.embed, encoder)

    def shipped(name: str) -> Callable[[data.Dataset], Callable]:
        return lambda task: frozen_encoder(pretrain(name).encoder)

    def short(name: str) -> Callable[[data.Dataset], Callable]:
        encoder = short_run(tasks[name].unlabeled, False, 0)
        return lambda task: frozen_encoder(encoder)

    methods = {
        "raw_pixels": (MANY, lambda: lambda task: evaluate.pixels),
        "pca": (MANY, lambda: pca),
        "random": (FEW, lambda: lambda task: frozen_encoder(untrained(task.train.x, 0))),
        "fashion_mnist-simclr": (FEW, lambda: shipped("fashion_mnist-simclr")),
        "mnist-simclr": (FEW, lambda: shipped("mnist-simclr")),
        "usps": (FEW, lambda: short("usps")),
    }
    for name, (budgets, prepare) in methods.items():
        keys = [
            key_of("few", name, 0, labels=labels, draw=draw)
            for labels in budgets
            for draw in range(FEW_DRAWS)
        ]
        keys = [key for key in keys if not table.done(**key)]
        if not keys:
            continue
        represented, maker = {}, prepare()
        for task, domain in tasks.items():
            represent = maker(domain)
            represented[task] = represent(domain.train), represent(domain.test)
        for key in keys:
            row = {}
            for task, (train, test) in represented.items():
                part = data.few_labels(train, key["labels"], key["draw"])
                row[task] = classifier(part.x, part.y).accuracy(test)
            table.put(key | row)


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
    problem: Problem,
    distance: Callable,
    weight: float,
    seed: int,
    *,
    rate: float,
    fresh: bool = False,
    steps: int = TUNING_STEPS,
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
    method.compile(keras.optimizers.Adam(rate))
    random = np.random.default_rng(seed)
    rows = random.integers(len(source), size=steps * TUNING_BATCH)
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


@dataclass
class Settings:
    """What the source's validation accuracy has chosen, for one direction."""

    rate: float
    fresh_rate: float
    strengths: dict[str, float]


def direction(problem: Problem, seed: int, settings: Settings) -> dict:
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
    runs = {"tuned": (objectives.mmd, 0.0)}
    runs |= {f"tuned+{name}": (DISTANCES[name], settings.strengths[name]) for name in DISTANCES}
    for name, run in runs.items():
        (_, score), minutes = timed(tuned, problem, *run, seed, rate=settings.rate)
        found[name] = score, minutes
    anew = {"rate": settings.fresh_rate, "fresh": True}
    (_, score), minutes = timed(tuned, problem, objectives.mmd, 0.0, seed, **anew)
    found["tuned_fresh"] = score, minutes
    if seed == SEEDS[0]:  # its draws are those of the target, the same for every seed
        ten = few_label_accuracy, encoders["mnist_simclr"], problem.labeled_target, problem.test
        found["target_10"] = timed(*ten)
    return found


def best_rate(problem: Problem, seed: int, fresh: bool) -> tuple[float, float]:
    """(the rate, its validation accuracy on the source) by the rule above."""
    scores = {
        rate: tuned(problem, objectives.mmd, 0.0, seed, rate=rate, fresh=fresh)[0] for rate in RATES
    }
    rate = max(scores, key=scores.get)
    print(f"{'fresh' if fresh else 'probe'}: {scores}, chosen {rate}", flush=True)
    return rate, scores[rate]


def chosen(problem: Problem, seed: int) -> Settings:
    """The rates, and the strength of each loss, by the rules above."""
    rate, validation = best_rate(problem, seed, fresh=False)
    fresh_rate, _ = best_rate(problem, seed, fresh=True)
    strengths = {}
    for name, distance in DISTANCES.items():
        scores = {w: tuned(problem, distance, w, seed, rate=rate)[0] for w in STRENGTHS}
        allowed = [w for w, score in scores.items() if score >= validation - TOLERANCE]
        strengths[name] = max(allowed, default=0.0)
        print(f"{name}: {validation} without, {scores}, chosen {strengths[name]}", flush=True)
    return Settings(rate, fresh_rate, strengths)


def tuning(table: Table) -> None:
    """Rows of every rate without alignment, and of every strength at the chosen rate.

    MNIST → optical digits, both as packaged: the problem of the page.
    """
    mnist, optical = data.load("mnist"), data.load("optical_digits")
    problem = Problem(mnist.train, mnist.validation, optical.unlabeled, optical.train, optical.test)

    def measure(name: str, seed: int, rate: float, strength: float) -> None:
        key = key_of("tuning", name, seed, rate=rate, strength=strength)
        if table.done(**key):
            return
        run = DISTANCES.get(name, objectives.mmd), strength, seed
        settings = {"rate": rate, "fresh": name == "fresh", "steps": PAGE_STEPS}
        (source, target), minutes = timed(tuned, problem, *run, **settings)
        table.put(key | {"source": source, "target": target, "cpu_minutes": minutes})

    for seed in TUNING_SEEDS:
        for rate in RATES:
            measure("fresh", seed, rate, 0.0)
            measure("probe", seed, rate, 0.0)
    rows = [row for row in table.rows() if row["part"] == "tuning" and row["method"] == "probe"]
    scores = {
        rate: [float(r["source"]) for r in rows if float(r["rate"]) == rate] for rate in RATES
    }
    rate = max(scores, key=lambda rate: np.mean(scores[rate]))
    for seed in TUNING_SEEDS:
        for name in DISTANCES:
            for strength in STRENGTHS:
                measure(name, seed, rate, strength)


def adaptation(table: Table) -> None:
    """Rows of every alignment, both directions; a seed at a time."""
    seeds = [seed for seed in SEEDS if not table.done(part="adaptation", seed=seed)]
    if not seeds:
        return
    mnist, usps = (data.load(name, full=True) for name in ("mnist", "usps"))
    forth, back = (
        chosen(Problem.draw(*pair, SEEDS[0]), SEEDS[0]) for pair in ((mnist, usps), (usps, mnist))
    )
    for seed in seeds:
        there = direction(Problem.draw(mnist, usps, seed), seed, forth)
        home = direction(Problem.draw(usps, mnist, seed), seed, back)
        rows = []
        for method in there:
            row = key_of("adaptation", method, seed)
            row |= {"mnist_usps": there[method][0], "usps_mnist": home[method][0]}
            rows.append(row | {"cpu_minutes": there[method][1] + home[method][1]})
        table.put(*rows)


PARTS = {"few": few, "tuning": tuning, "adaptation": adaptation, "matrix": matrix}
COMMAND = Command(__doc__, TABLE, PARTS, "PART")


if __name__ == "__main__":
    COMMAND.run(in_parts(PARTS))
