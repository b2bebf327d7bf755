"""Measure the tables of chapter 6.6: python benchmarks/transfer.py [PART …]

Parts: ``adaptation`` (MNIST ↔ USPS without target labels) and ``matrix`` (pretraining domain ×
target task); without a part, both.  Needs the full MNIST, Fashion-MNIST and USPS (mirror).
Writes course/results/transfer.csv after every row, with the date; the rows of the other
part stay.  About eight minutes on one free core.
"""

import time
from pathlib import Path

import keras
import numpy as np
from rows import measure_parts, put
from sklearn.decomposition import PCA

from ssl_course import data, evaluate, networks, objectives
from ssl_course.chapters.adaptation import Aligned, recolor, reestimate
from ssl_course.methods import SimCLR
from ssl_course.pretrain import pretrain
from ssl_course.pretrain.digits import digit_view

TABLE = Path(__file__).parents[1] / "ssl_course/course/results" / "transfer.csv"
COLUMNS = ["part", "method", "seed", "fashion_mnist", "mnist", "usps", "optical_digits"]
COLUMNS += ["mnist_usps", "usps_mnist", "cpu_minutes", "date"]
SEEDS = (0, 1, 2)

DOMAINS = ("fashion_mnist", "mnist", "usps", "optical_digits")
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


def classifier(x: np.ndarray, y: np.ndarray) -> evaluate.Probe:
    return evaluate.Probe(data.Split(x, y), iterations=100)


def features(encoder, images) -> np.ndarray:
    if encoder is None:
        return images.reshape(len(images), -1)
    return encoder.predict(images, batch_size=500, verbose=0).reshape(len(images), -1)


def few_label_accuracy(encoder, train: data.Split, test: data.Split) -> float:
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


def matrix() -> None:
    domains = {name: data.load(name, full=True) for name in DOMAINS}
    unlabeled = {name: domain.unlabeled for name, domain in domains.items()}
    domains["fashion_mnist"] = data.load("fashion_mnist")  # whose test images are fewer

    def measure(name, seed, encoder_for, minutes=None):
        row = {
            task: few_label_accuracy(encoder_for(domain), domain.train, domain.test)
            for task, domain in domains.items()
        }
        store({"part": "matrix", "method": name, "seed": seed, "cpu_minutes": minutes} | row)

    measure("raw_pixels", 0, lambda domain: None)
    for name in ("fashion_mnist-simclr", "mnist-simclr", "mnist-denoising"):
        method = pretrain(name)
        measure(name, 0, lambda domain, m=method: m.encoder, method.card["cpu_seconds"] / 60)
    for seed in SEEDS:
        measure("random", seed, lambda domain, seed=seed: untrained(domain.train.x, seed))
        for name in (*DOMAINS, "mnist_mirrored"):
            start = time.process_time()
            source = name.removesuffix("_mirrored")
            # Clothes are mirrored as in chapter 3; digits are not, but for one row.
            flip = name in ("fashion_mnist", "mnist_mirrored")
            encoder = short_run(unlabeled[source], flip, seed)
            minutes = (time.process_time() - start) / 60
            measure(name, seed, lambda domain, encoder=encoder: encoder, minutes)
            keras.backend.clear_session()


# MNIST ↔ USPS without target labels.


def frozen(encoder, source: data.Split, target: np.ndarray, test: data.Split, adapt: bool) -> dict:
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


def tuned(source, held_out, target, test, distance, weight, seed, fresh=False) -> tuple:
    """(source validation accuracy, target test accuracy) of the encoder trained further.

    It starts at the MNIST checkpoint, its classifier at the linear probe, or ``fresh``.
    """
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
        for split in (held_out, test)
    )


def timed(measure, *arguments, **settings) -> tuple:
    """What ``measure`` returns, and its CPU minutes."""
    start = time.process_time()
    result = measure(*arguments, **settings)
    return result, (time.process_time() - start) / 60


def direction(source_set, target_set, seed: int, strengths: dict) -> dict:
    """{method: (accuracy on the target's test set, CPU minutes)}; ``strengths`` is filled."""
    source = data.few_labels(source_set.train, LABELED, seed)
    images = target_set.unlabeled
    target = images[np.random.default_rng(seed).choice(len(images), UNLABELED, replace=False)]
    problem = source, source_set.validation, target, target_set.test
    encoders = {
        "raw_pixels": None,
        "random": untrained(source.x, seed),
        "fashion_simclr": pretrain("fashion_mnist-simclr").encoder,
        "mnist_simclr": pretrain("mnist-simclr").encoder,
    }
    found = {}
    for name, encoder in encoders.items():
        for adapt in (False, True) if name.endswith("simclr") else (False,):
            row, minutes = timed(frozen, encoder, source, target, target_set.test, adapt)
            for how, score in row.items():
                found[f"{name}{'+adabn' if adapt else ''}+{how}"] = score, minutes / len(row)

    def note(method, distance, weight, **settings):
        scores, minutes = timed(tuned, *problem, distance, weight, seed, **settings)
        found[method] = scores[1], minutes
        return scores

    note("tuned_fresh", objectives.mmd, 0.0, fresh=True)
    validation, _ = note("tuned", objectives.mmd, 0.0)
    for name, distance in {"coral": objectives.coral, "mmd": objectives.mmd}.items():
        if name not in strengths:
            runs = {w: tuned(*problem, distance, w, seed) for w in STRENGTHS}
            allowed = [w for w in STRENGTHS if runs[w][0] >= validation - TOLERANCE]
            strengths[name] = max(allowed, default=0.0)
            print(name, found["tuned"], runs, "chosen", strengths[name], flush=True)
        note(f"tuned+{name}", distance, strengths[name])
    if seed == SEEDS[0]:  # its draws are those of the target, the same for every seed
        ten = few_label_accuracy, encoders["mnist_simclr"], target_set.train, target_set.test
        found["target_10"] = timed(*ten)
    return found


def adaptation() -> None:
    mnist, usps = (data.load(name, full=True) for name in ("mnist", "usps"))
    forth, back = {}, {}
    for seed in SEEDS:
        there = direction(mnist, usps, seed, forth)
        home = direction(usps, mnist, seed, back)
        for method in there:
            row = {"part": "adaptation", "method": method, "seed": seed}
            row |= {"mnist_usps": there[method][0], "usps_mnist": home[method][0]}
            store(row | {"cpu_minutes": there[method][1] + home[method][1]})


PARTS = {"adaptation": adaptation, "matrix": matrix}


def store(row: dict) -> None:
    """Put a row into the table in place of the one that it repeats."""
    print(row, flush=True)
    put(row, TABLE, COLUMNS, ["part", "method", "seed"])


if __name__ == "__main__":
    measure_parts(__doc__, PARTS)
