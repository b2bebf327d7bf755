"""Measure the tables of the page on privacy: python benchmarks/privacy.py [PART …]

Parts: ``curve`` (accuracy against ε), ``membership`` (attacks), ``federated`` (averaging).
Needs the full Fashion-MNIST (download, cache or mirror) for the half of the curve that trains on
60,000 images, and dp-accounting.  Writes course/results/privacy.csv.  About five CPU minutes.
"""

import functools
import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from command import Command, in_parts
from sklearn.metrics import roc_auc_score
from table import Table

from ssl_course import data, evaluate, networks
from ssl_course.chapters import privacy
from ssl_course.methods import Autoencoder

Represent = Callable[[data.Split], data.Split]
"""From a split to its features."""

SEEDS = range(3)
CODE, HIDDEN = 32, 128
BATCH, STEPS, BOUND, DELTA = 500, 100, 1.0, 1e-5
EPSILONS = (1, 2, 4, 8)
RATES = (3e-3, 1e-2, 3e-2)
"""Learning rates to choose from, on the validation part, for private and plain training alike."""

MODELS, POOL, MEMBERS, OTHERS = 16, 400, 200, 9600
ATTACK_STEPS, ATTACK_RATE, ATTACK_EPSILON, ATTACK_DELTA = 300, 3e-3, 1.0, 1e-4


def build(seed: int) -> Autoencoder:
    """A fresh dense autoencoder."""
    keras.utils.set_random_seed(seed)
    return Autoencoder(networks.dense_encoder(CODE, HIDDEN), networks.dense_decoder(CODE, HIDDEN))


def flat(images: np.ndarray) -> np.ndarray:
    """Images as rows."""
    return images.reshape(len(images), -1)


def embedding(method: Autoencoder) -> Represent:
    """A map from a split to its features."""
    return lambda split: evaluate.embed(method.encoder, split)


def losses(method: Autoencoder, images: np.ndarray) -> np.ndarray:
    """The loss of every image."""
    return privacy.example_losses(privacy.read(method), flat(images))


noise_for = functools.cache(privacy.noise_for)
"""The same few settings come again with every seed, and the accountant takes its time."""


# --- accuracy against epsilon -----------------------------------------------------------------


def few_labels(train: data.Split, test: data.Split) -> float:
    """Accuracy with ten labels per class: the mean over the draws that all pages use."""
    draws = (data.few_labels(train, 10, draw) for draw in range(evaluate.DRAWS))
    return float(np.mean([evaluate.Probe(few).accuracy(test) for few in draws]))


def worth(clothes: data.Dataset, represent: Represent) -> dict[str, float]:
    """What a representation is good for."""
    train, validation, test = map(represent, (clothes.train, clothes.validation, clothes.test))
    probe = evaluate.linear_probe(train, validation, test, choose_with=1000, iterations=200)
    return {
        "linear": probe["accuracy"],
        "validation_linear": probe["validation_accuracy"],
        "few_10": few_labels(train, test),
    }


def trained(
    clothes: data.Dataset,
    images: np.ndarray,
    epsilon: float,
    learning_rate: float,
    seed: int,
    clip: bool,
) -> dict[str, float]:
    """One run of the curve; ``epsilon`` infinite means no noise, ``clip`` False no clipping."""
    rate = BATCH / len(images)
    noise = 0.0 if np.isinf(epsilon) else noise_for(epsilon, rate, STEPS, DELTA)
    start = time.process_time()
    bound = BOUND if clip else np.inf
    method = build(seed)
    settings = {"rate": rate, "steps": STEPS, "bound": bound, "noise": noise, "seed": seed}
    privacy.train(method, images, learning_rate=learning_rate, **settings)
    spent = (time.process_time() - start) / 60
    row = worth(clothes, embedding(method))
    loss = float(losses(method, clothes.test.x).mean())
    row |= {"epsilon": epsilon, "delta": DELTA, "noise": noise, "images": len(images)}
    return row | {"loss": loss, "learning_rate": learning_rate, "cpu_minutes": spent}


def chosen_rate(clothes: data.Dataset, epsilon: float, clip: bool) -> float:
    """The learning rate with the best validation accuracy, on a seed that is not reported."""
    images = clothes.unlabeled
    scores = [
        trained(clothes, images, epsilon, rate, 100, clip)["validation_linear"] for rate in RATES
    ]
    best = RATES[int(np.argmax(scores))]
    print(f"learning rate {'with' if clip else 'without'} clipping: {best}", flush=True)
    return best


def untrained(clothes: data.Dataset, seed: int) -> dict[str, float]:
    """Control: random weights."""
    return worth(clothes, embedding(build(seed)))


def curve(table: Table) -> None:
    """Rows of accuracy against ε."""
    clothes = data.load("fashion_mnist")
    pools = {"10k": clothes.unlabeled, "60k": data.load("fashion_mnist", full=True).unlabeled}

    @functools.cache
    def rate(clip: bool) -> float:
        return chosen_rate(clothes, 2 if clip else np.inf, clip)

    def run(size: str, epsilon: float, seed: int, clip: bool) -> dict[str, float]:
        return trained(clothes, pools[size], epsilon, rate(clip), seed, clip)

    def measure(name: str, seed: int, row: Callable[..., dict], *settings: Any) -> None:
        key = {"part": "curve", "method": name, "seed": seed}
        if not table.done(**key):
            table.put(key | row(*settings))

    measure("pixels", 0, worth, clothes, evaluate.pixels)
    reduce = evaluate.principal_components(clothes.unlabeled, CODE)
    measure("pca", 0, worth, clothes, reduce)
    for seed in SEEDS:
        measure("random", seed, untrained, clothes, seed)
        for size in pools:
            measure(f"plain_{size}", seed, run, size, np.inf, seed, False)
            for epsilon in (*EPSILONS, np.inf) if size == "10k" else EPSILONS:
                measure(f"private_{size}_{epsilon:g}", seed, run, size, epsilon, seed, True)


# --- membership inference ---------------------------------------------------------------------


def attack_figures(members: np.ndarray, others: np.ndarray) -> dict:
    """AUC, and the share of members found when one other image in a hundred is accused."""
    truth = np.r_[np.ones(len(members)), np.zeros(len(others))]
    return {
        "auc": roc_auc_score(truth, np.r_[members, others]),
        "tpr": float(np.mean(members > np.quantile(others, 0.99))),
    }


def likelihood_ratio(values: np.ndarray, inside: np.ndarray, target: int) -> np.ndarray:
    """LiRA (Carlini et al., 2022) with the loss: log ratio of two Gaussians, image by image.

    ``values`` (models, images) are losses, ``inside`` says who was trained on what; the shadow
    models are all but ``target``.  Both Gaussians of an image share one variance, the mean
    variance over the images: eight losses are too few for one of their own.
    """
    shadow, known = np.delete(values, target, 0), np.delete(inside, target, 0)
    groups = [np.ma.masked_array(shadow, ~known), np.ma.masked_array(shadow, known)]
    (mean_in, spread_in), (mean_out, spread_out) = [(g.mean(0), g.var(0).mean()) for g in groups]
    seen = values[target]
    fit_in = -((seen - mean_in) ** 2) / (2 * spread_in) - np.log(spread_in) / 2
    fit_out = -((seen - mean_out) ** 2) / (2 * spread_out) - np.log(spread_out) / 2
    return np.asarray(fit_in - fit_out)


def models(much: bool, noise: float) -> tuple[np.ndarray, np.ndarray, list[float], int]:
    """Losses of the pool and who was trained on what (models, images); CPU minutes; images seen.

    With ``much``, every model also sees `OTHERS` images that all have in common.
    """
    images = data.load("fashion_mnist").unlabeled
    order = np.random.default_rng(0).permutation(len(images))
    pool, others = images[order[:POOL]], images[order[POOL : POOL + OTHERS]]
    values, inside, spent = [], [], []
    for model in range(MODELS):
        known = np.zeros(POOL, bool)
        known[np.random.default_rng([7, model]).permutation(POOL)[:MEMBERS]] = True
        seen = np.concatenate([pool[known], others]) if much else pool[known]
        start, method = time.process_time(), build(model)
        settings = {"rate": MEMBERS / len(seen), "steps": ATTACK_STEPS, "noise": noise}
        settings |= {"bound": BOUND if noise else np.inf, "seed": model}
        privacy.train(method, seen, learning_rate=ATTACK_RATE, **settings)
        spent.append((time.process_time() - start) / 60)
        values.append(losses(method, pool))
        inside.append(known)
    return np.array(values), np.array(inside), spent, len(seen)


def attacked(condition: str, much: bool, noise: float) -> list[dict]:
    """The rows of both attacks on all models of a condition."""
    values, inside, spent, count = models(much, noise)
    rows = []
    for target, known in enumerate(inside):
        scores = {
            "threshold": -values[target],
            "ratio": likelihood_ratio(values, inside, target),
        }
        for attack, score in scores.items():
            row = {"part": "membership", "method": f"{condition}_{attack}", "seed": target}
            row |= {"noise": noise, "loss": values[target][~known].mean(), "images": count}
            row |= {"member_loss": values[target][known].mean()}
            row |= attack_figures(score[known], score[~known]) | {"cpu_minutes": spent[target]}
            if noise:
                row |= {"epsilon": ATTACK_EPSILON, "delta": ATTACK_DELTA}
            rows.append(row)
    return rows


def membership(table: Table) -> None:
    """Rows of attacks."""
    for condition in ("overfitted", "regular", "dp"):
        # An attack on one model looks at all others: a condition is measured whole.
        if table.done(part="membership", method=f"{condition}_ratio"):
            continue
        noise = 0.0
        if condition == "dp":
            noise = noise_for(ATTACK_EPSILON, 1.0, ATTACK_STEPS, ATTACK_DELTA)
        table.put(*attacked(condition, condition == "regular", noise))


# --- federated averaging ----------------------------------------------------------------------


def averaging(table: Table) -> None:
    """Rows of federated averaging."""
    clothes = data.load("fashion_mnist")
    images, labels = clothes.train.x[:2000], clothes.train.y[:2000]
    clients = 10
    for seed in SEEDS:
        everyone = [np.arange(len(images))]
        even = privacy.dirichlet_clients(labels, clients, 1000, seed)
        skewed = privacy.dirichlet_clients(labels, clients, 0.1, seed)
        alone = [max(skewed, key=len)]
        settings = {"central": everyone, "fed_even": even, "fed_skewed": skewed, "alone": alone}
        for name, parts in settings.items():
            key = {"part": "federated", "method": name, "seed": seed}
            if table.done(**key):
                continue
            start, method = time.process_time(), build(seed)
            privacy.federated_train(method, images, parts, rounds=15, steps=10, seed=seed)
            row = worth(clothes, embedding(method))
            row |= {"loss": losses(method, clothes.test.x).mean(), "images": sum(map(len, parts))}
            table.put(key | row | {"cpu_minutes": (time.process_time() - start) / 60})


PARTS = {"curve": curve, "membership": membership, "federated": averaging}
TABLE = Table(
    "privacy",
    ("part", "method", "seed"),
    (
        *("method", "seed", "linear", "validation_linear", "few_10", "epsilon", "delta"),
        *("noise", "images", "loss", "learning_rate", "cpu_minutes", "part", "date"),
        *("member_loss", "auc", "tpr"),
    ),
    order=lambda row: list(PARTS).index(row["part"]),
)
COMMAND = Command(__doc__, TABLE, PARTS, "PART")


if __name__ == "__main__":
    COMMAND.run(in_parts(PARTS))
