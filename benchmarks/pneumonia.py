"""Measure chapter 6.1's X-ray tables: python benchmarks/pneumonia.py [--seeds N …] [ROW …]

Needs PneumoniaMNIST in the mirror (SSL_COURSE_DATA).  Seed 0 of simclr is the shipped
checkpoint; the other runs are trained here and not stored.  simclr_long takes as many steps as
the encoder from clothes took.  Writes course/results/pneumonia.csv, and pneumonia_draws.csv with
every draw of few labels.  About half an hour of CPU time.
"""

import math
import time
from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace

import keras
import numpy as np
from command import Command
from runs import forget, seeded
from sklearn.metrics import average_precision_score, balanced_accuracy_score
from table import Table

from ssl_course import data, evaluate, networks
from ssl_course.chapters import clinic
from ssl_course.methods import SimCLR
from ssl_course.pretrain import RECIPES, pretrain
from ssl_course.pretrain.fashion_mnist import view
from ssl_course.pretrain.medical import xray_view

Represent = Callable[[np.ndarray], np.ndarray]
"""Images (n, 28, 28, 1) to features (n, D)."""

RECIPE = RECIPES["pneumoniamnist-simclr"]
STEPS = 2350
"""Of the encoder from clothes; `simclr_long` takes as many, in whole epochs."""
ROWS = (
    *("dark_share", "raw_pixels", "pca", "random", "fashion"),
    *("simclr", "simclr_long", "simclr_ordinary", "supervised"),
)
ONCE = ("dark_share", "raw_pixels", "pca", "fashion")
"""Rows that no seed changes."""
TABLE = Table(
    "pneumonia",
    ("method", "seed"),
    (
        *("method", "seed", "auc_all", "low", "high", "average_precision", "accuracy"),
        *("balanced_accuracy", "validation_auc", "auc_10", "auc_10_draws", "auc_50"),
        *("auc_50_draws", "outlier_fashion", "outlier_tissue", "outlier_retina"),
        *("outlier_upside_down", "outlier_mirrored", "copies", "copies_found", "sides"),
        *("repeated", "repeated_groups_across_splits", "cpu_minutes", "date"),
        *("agreement_last", "agreement_all", "covered_salient", "covered_any", "covered_none"),
        *("inner_share", "sides_projection"),
        *("over_pixels", "over_pixels_low", "over_pixels_high"),
        *("over_fashion", "over_fashion_low", "over_fashion_high"),
    ),
    digits=4,
    order=lambda row: (ROWS.index(row["method"]), int(row["seed"])),
)
DRAW_TABLE = Table(
    "pneumonia_draws",
    ("method", "seed", "draw"),
    ("method", "seed", "draw", "auc_10", "auc_50", "date"),
    whole=("seed", "draw"),
    digits=4,
    order=lambda row: (ROWS.index(row["method"]), int(row["seed"]), int(row["draw"])),
)
COMMAND = Command(__doc__, TABLE, ROWS, seeds=(0, 1, 2))
BUDGETS = (10, 50)
DRAWS = 5
PLANTED = 200
DARK = (0.02, 0.1, 0.2, 0.3, 0.4)
"""What may count as dark; validation images choose."""
EXPLAINED = 6
"""Every sixth test image: one pass for each of 49 blocks takes its time."""


def ordinary() -> keras.Model:
    """The same method on the views of chapter 3: mirror images, small crops, strong light."""
    return SimCLR(networks.patch_encoder(), networks.projector(), view())


def encoder_of(
    name: str, seed: int, xrays: data.Dataset
) -> tuple[keras.Model, keras.Model | None, float]:
    """The frozen encoder of a row, its projector and the CPU minutes of its training."""
    if name == "fashion":
        method = pretrain("fashion_mnist-simclr")
        return method.encoder, None, method.card["cpu_seconds"] / 60
    if name == "random":
        encoder = evaluate.measure_statistics(networks.patch_encoder(), xrays.unlabeled[:2000])
        return encoder, None, 0.0
    steps = math.ceil(len(xrays.unlabeled) / RECIPE.batch_size)
    recipe = {
        "simclr": RECIPE,
        "simclr_long": replace(
            RECIPE, name="pneumoniamnist-simclr_long", epochs=math.ceil(STEPS / steps)
        ),
        "simclr_ordinary": replace(RECIPE, name="pneumoniamnist-simclr_ordinary", build=ordinary),
    }[name]
    method, minutes = seeded(recipe, seed, xrays)
    return method.encoder, method.projector, minutes


def represented(name: str, encoder: keras.Model | None, xrays: data.Dataset) -> Represent:
    """The features that a row is about."""
    if name == "raw_pixels":
        return lambda images: images.reshape(len(images), -1)
    if name == "pca":
        components = evaluate.principal_components(xrays.unlabeled, 64)
        return lambda images: components(data.Split(images, np.zeros(len(images)))).x
    return clinic.by_place(encoder)


def judged(labels: np.ndarray, scores: np.ndarray, threshold: float = 0.0) -> dict:
    """All measures of one set of test scores (logits)."""
    auc, low, high = evaluate.auc_interval(labels, scores)
    return {
        "auc_all": auc,
        "low": low,
        "high": high,
        "average_precision": average_precision_score(labels, scores),
        "accuracy": np.mean((scores > threshold) == labels),
        "balanced_accuracy": balanced_accuracy_score(labels, scores > threshold),
    }


def probe(xrays: data.Dataset, represent: Represent) -> tuple[dict, list[dict], evaluate.Probe]:
    """All measures of linear probes, those of every draw of few labels, the probe of all labels."""
    train, validation, test = (
        data.Split(represent(split.x), split.y)
        for split in (xrays.train, xrays.validation, xrays.test)
    )
    fitted = clinic.probe(train, validation)
    row = judged(test.y, fitted(test.x))
    row["validation_auc"] = evaluate.auc(validation.y, fitted(validation.x))
    draws = []
    for draw in range(DRAWS):
        probes = {n: clinic.probe(data.few_labels(train, n, draw)) for n in BUDGETS}
        aucs = {f"auc_{n}": evaluate.auc(test.y, few(test.x)) for n, few in probes.items()}
        draws.append({"draw": draw} | aucs)
    return row | summary(draws), draws, fitted


def summary(draws: list[dict]) -> dict:
    """Mean and standard deviation over the draws of few labels."""
    row = {}
    for budget in BUDGETS:
        aucs = [draw[f"auc_{budget}"] for draw in draws]
        row |= {f"auc_{budget}": np.mean(aucs), f"auc_{budget}_draws": np.std(aucs)}
    return row


def usual(xrays: data.Dataset) -> dict[str, np.ndarray]:
    """Test scores of pixels and of the encoder from clothes, which other rows are compared with."""
    scores = {}
    for column, name in (("pixels", "raw_pixels"), ("fashion", "fashion")):
        encoder = encoder_of(name, 0, xrays)[0] if name == "fashion" else None
        represent = represented(name, encoder, xrays)
        parts = (data.Split(represent(x.x), x.y) for x in (xrays.train, xrays.validation))
        scores[column] = clinic.probe(*parts)(represent(xrays.test.x))
    return scores


def compared(labels: np.ndarray, scores: np.ndarray, others: dict[str, np.ndarray]) -> dict:
    """The gain in AUC over each of ``others``, with its interval over the test cases."""
    row = {}
    for name, other in others.items():
        gain, low, high = clinic.auc_gain(labels, scores, other)
        row |= {f"over_{name}": gain, f"over_{name}_low": low, f"over_{name}_high": high}
    return row


def one_number(xrays: data.Dataset) -> tuple[dict, np.ndarray]:
    """The share of dark pixels as a score, with no training: its measures and test scores."""

    def quality(dark: float) -> float:
        return evaluate.auc(xrays.validation.y, clinic.dark_share(xrays.validation.x, dark))

    # An X-ray with pneumonia has *fewer* dark pixels; training labels would say so, too.
    dark = min(DARK, key=quality)
    scores = -clinic.dark_share(xrays.test.x, dark)
    auc, low, high = evaluate.auc_interval(xrays.test.y, scores)
    row = {"auc_all": auc, "low": low, "high": high, "validation_auc": 1 - quality(dark)}
    return row | {f"auc_{n}": auc for n in BUDGETS}, scores


def detected(xrays: data.Dataset, represent: Represent) -> dict:
    """AUROC of finding strange images and changed copies by their distance to training images."""
    bank = represent(xrays.train.x)
    test = xrays.test.x
    strange = {
        "fashion": data.load("fashion_mnist").test.x[:500],
        "tissue": data.load("tissue").unlabeled[::5],
        "retina": data.retina_patches(),
        "upside_down": test[:, ::-1],
        "mirrored": test[:, :, ::-1],
    }
    usual = clinic.nearest(bank, represent(test))[1]
    row = {}
    for name, images in strange.items():
        scores = np.concatenate([usual, clinic.nearest(bank, represent(images))[1]])
        labels = np.repeat([0, 1], [len(usual), len(images)])
        row[f"outlier_{name}"] = evaluate.auc(labels, scores)
    index, distance = clinic.nearest(bank, represent(changed(xrays.train.x[:PLANTED])))
    scores = -np.concatenate([distance, usual[:PLANTED]])
    row["copies"] = evaluate.auc(np.repeat([1, 0], [len(distance), PLANTED]), scores)
    row["copies_found"] = np.mean(index == np.arange(PLANTED))
    return row


def changed(images: np.ndarray) -> np.ndarray:
    """Copies as archives hold them: moved by a pixel, a little darker, with a little noise."""
    noise = np.random.default_rng(0).normal(0, 0.02, images.shape)
    return np.clip(0.9 * np.roll(images, 1, axis=2) + noise, 0, 1).astype("float32")


def repeated(xrays: data.Dataset) -> dict:
    """How many X-rays are the same, pixel by pixel, as another one, and how many across splits."""
    parts = (xrays.train.x, xrays.validation.x, xrays.test.x)
    flat = np.concatenate(parts).reshape(sum(map(len, parts)), -1)
    group, count = np.unique(flat, axis=0, return_inverse=True, return_counts=True)[1:]
    group = group.ravel()
    part = np.repeat([0, 1, 2], [len(x) for x in parts])
    across = sum(len(set(part[group == g])) > 1 for g in np.flatnonzero(count > 1))
    return {"repeated": count[count > 1].sum(), "repeated_groups_across_splits": across}


def sides(xrays: data.Dataset, represent: Represent) -> float:
    """AUC of a probe that tells mirrored X-rays from others: does it know left from right?"""

    def both(images: np.ndarray) -> data.Split:
        x = np.concatenate([represent(images), represent(images[:, :, ::-1])])
        return data.Split(x, np.repeat([0, 1], len(images)))

    fitted = clinic.probe(both(xrays.train.x[:1000]), both(xrays.validation.x))
    test = both(xrays.test.x)
    return evaluate.auc(test.y, fitted(test.x))


def explained(xrays: data.Dataset, encoder: keras.Model, fitted: evaluate.Probe) -> dict:
    """Occlusion maps: do they depend on the weights, and does the score depend on them?"""

    def score(network: keras.Model) -> Represent:
        represent = clinic.by_place(network)
        return lambda images: fitted(represent(images))

    images, labels = xrays.test.x[::EXPLAINED], xrays.test.y[::EXPLAINED]
    maps = clinic.occlusion_map(score(encoder), images)
    row = {}
    for name, layers in (("last", ["encode_2"]), ("all", ["encode_1", "encode_2"])):
        again = clinic.occlusion_map(score(clinic.randomized(encoder, *layers)), images)
        row[f"agreement_{name}"] = clinic.rank_agreement(maps, again)

    # Cover the quarter of the blocks that speak most for the probe's own verdict, or any quarter.
    random = np.random.default_rng(0)
    toward = maps * np.sign(score(encoder)(images))[:, None, None]
    for name, order in (("salient", toward), ("any", random.random(maps.shape))):
        flat = order.reshape(len(order), -1)
        top = flat >= np.sort(flat, axis=1)[:, [-12]]
        mask = np.kron(top.reshape(maps.shape), np.ones((4, 4)))[..., None]
        covered = np.where(mask > 0, images.mean(axis=(1, 2, 3), keepdims=True), images)
        row[f"covered_{name}"] = evaluate.auc(labels, score(encoder)(covered.astype("float32")))
    inner = np.abs(maps)[:, 1:-1, 1:-1].sum() / np.abs(maps).sum()
    row["covered_none"] = evaluate.auc(labels, score(encoder)(images))
    return row | {"inner_share": inner}


def supervised(xrays: data.Dataset, seed: int, others: dict) -> tuple[dict, list[dict]]:
    """The same encoder and the same views, trained from scratch on the labels alone.

    It also sees the validation labels, at every stop: an advantage over the probes.
    """

    def scores(labeled: data.Split) -> np.ndarray:
        build = networks.patch_encoder
        model = evaluate.supervised(build, labeled, xrays.validation, seed=seed, view=xray_view())
        chance = model.predict(xrays.test.x, batch_size=500, verbose=0)[:, 1]
        return np.log(chance + 1e-7) - np.log(1 - chance + 1e-7)

    known = scores(xrays.train)
    draws = [
        {"draw": draw}
        | {
            f"auc_{n}": evaluate.auc(xrays.test.y, scores(data.few_labels(xrays.train, n, draw)))
            for n in BUDGETS
        }
        for draw in range(DRAWS)
    ]
    row = judged(xrays.test.y, known) | compared(xrays.test.y, known, others)
    return row | summary(draws), draws


def measured(
    xrays: data.Dataset, name: str, seed: int, others: dict[str, np.ndarray]
) -> tuple[dict, list[dict]]:
    """One row of the table, for one seed, and its draws of few labels."""
    start = time.process_time()
    keras.utils.set_random_seed(seed)
    if name == "supervised":
        row, draws = supervised(xrays, seed, others)
        return row | {"cpu_minutes": (time.process_time() - start) / 60}, draws
    if name == "dark_share":
        row, scores = one_number(xrays)
        return row | compared(xrays.test.y, scores, others) | {"cpu_minutes": 0.0}, []
    encoder, projector, minutes = None, None, 0.0
    if name not in ("raw_pixels", "pca"):
        encoder, projector, minutes = encoder_of(name, seed, xrays)
    represent = represented(name, encoder, xrays)
    row, draws, fitted = probe(xrays, represent)
    row |= compared(xrays.test.y, fitted(represent(xrays.test.x)), others)
    # Copies may be darker: pixels are compared as one would compare them, standardized.
    row |= detected(xrays, clinic.standardized if name == "raw_pixels" else represent)
    row["sides"] = sides(xrays, represent)
    if projector is not None:
        row["sides_projection"] = sides(
            xrays, lambda images: np.asarray(projector(represent(images), training=False))
        )
    if name == "raw_pixels":
        row |= repeated(xrays)
    if encoder is not None:
        row |= explained(xrays, encoder, fitted)
    return row | {"cpu_minutes": minutes}, draws


def main(asked: Namespace, table: Table) -> None:
    """Measure the rows that are asked for."""
    xrays = data.load("pneumoniamnist", full=True)
    drawn = replace(DRAW_TABLE, folder=table.folder)
    others = usual(xrays)
    for name in asked.names:
        for seed in asked.seeds:
            if (name in ONCE and seed > 0) or table.done(method=name, seed=seed):
                continue
            row, draws = measured(xrays, name, seed, others)
            table.put({"method": name, "seed": seed} | row)
            drawn.put(*({"method": name, "seed": seed} | draw for draw in draws))
            keras.backend.clear_session()
    forget()


if __name__ == "__main__":
    COMMAND.run(main)
