"""Measure the tables of the page on privacy: python benchmarks/privacy.py [PART …]

Parts: curve (accuracy against ε), membership (attacks), federated.  Without one: all of them.
With some: these, and the others' rows stay as they are.
Needs the full Fashion-MNIST (download, cache or mirror) for the half of the curve that trains on
60,000 images.  Writes course/results/privacy.csv.  About five CPU minutes.
"""

import argparse
import datetime
import functools
import time
from pathlib import Path

import keras
import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from ssl_course import data, evaluate, networks
from ssl_course.chapters import privacy
from ssl_course.methods import Autoencoder

TABLE = Path(__file__).parents[1] / "ssl_course/course/results" / "privacy.csv"
SEEDS = range(3)
CODE, HIDDEN = 32, 128
BATCH, STEPS, BOUND, DELTA = 500, 100, 1.0, 1e-5
EPSILONS = (1, 2, 4, 8)
RATES = (3e-3, 1e-2, 3e-2)
"""Learning rates to choose from, on the validation part, for private and plain training alike."""

MODELS, POOL, MEMBERS, OTHERS = 16, 400, 200, 9600
ATTACK_STEPS, ATTACK_RATE, ATTACK_EPSILON, ATTACK_DELTA = 300, 3e-3, 1.0, 1e-4


def build(seed: int) -> Autoencoder:
    keras.utils.set_random_seed(seed)
    return Autoencoder(networks.dense_encoder(CODE, HIDDEN), networks.dense_decoder(CODE, HIDDEN))


def flat(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1)


def losses(method: Autoencoder, images: np.ndarray) -> np.ndarray:
    return privacy.example_losses(privacy.read(method), flat(images))


noise_for = functools.cache(privacy.noise_for)
"""The same few settings come again with every seed, and the accountant takes its time."""


# --- accuracy against epsilon -----------------------------------------------------------------


def few_labels(train: data.Split, test: data.Split) -> float:
    """Accuracy with ten labels per class: the mean over the draws that all pages use."""
    draws = (data.few_labels(train, 10, draw) for draw in range(evaluate.DRAWS))
    return float(np.mean([evaluate.Probe(few).accuracy(test) for few in draws]))


def worth(clothes: data.Dataset, represent) -> dict:
    train, validation, test = map(represent, (clothes.train, clothes.validation, clothes.test))
    probe = evaluate.linear_probe(train, validation, test, choose_with=1000, iterations=200)
    return {
        "linear": probe["accuracy"],
        "validation_linear": probe["validation_accuracy"],
        "few_10": few_labels(train, test),
    }


def trained(clothes, images, epsilon, learning_rate, seed, clip=True) -> dict:
    """One run of the curve; ``epsilon`` infinite means no noise, ``clip`` False no clipping."""
    rate = BATCH / len(images)
    noise = 0.0 if np.isinf(epsilon) else noise_for(epsilon, rate, STEPS, DELTA)
    start = time.process_time()
    bound = BOUND if clip else np.inf
    method = build(seed)
    settings = {"rate": rate, "steps": STEPS, "bound": bound, "noise": noise, "seed": seed}
    privacy.train(method, images, learning_rate=learning_rate, **settings)
    spent = (time.process_time() - start) / 60
    row = worth(clothes, lambda split: evaluate.embed(method.encoder, split))
    loss = float(losses(method, clothes.test.x).mean())
    row |= {"epsilon": epsilon, "delta": DELTA, "noise": noise, "images": len(images)}
    return row | {"loss": loss, "learning_rate": learning_rate, "seed": seed, "cpu_minutes": spent}


def chosen_rate(clothes, images, epsilon, clip) -> float:
    """The learning rate with the best validation accuracy, on a seed that is not reported."""
    scores = [
        trained(clothes, images, epsilon, rate, 100, clip)["validation_linear"] for rate in RATES
    ]
    return RATES[int(np.argmax(scores))]


def curve() -> list[dict]:
    clothes = data.load("fashion_mnist")
    all_images = data.load("fashion_mnist", full=True).unlabeled
    private_rate = chosen_rate(clothes, clothes.unlabeled, 2, True)
    plain_rate = chosen_rate(clothes, clothes.unlabeled, np.inf, False)
    print(f"learning rates: private {private_rate}, plain {plain_rate}", flush=True)
    rows = [{"method": "pixels", "seed": 0} | worth(clothes, evaluate.pixels)]
    reduce = evaluate.principal_components(clothes.unlabeled, CODE)
    rows.append({"method": "pca", "seed": 0} | worth(clothes, reduce))
    for seed in SEEDS:
        encoder = build(seed).encoder
        row = worth(clothes, lambda split, encoder=encoder: evaluate.embed(encoder, split))
        rows.append({"method": "random", "seed": seed} | row)
        for size, images in (("10k", clothes.unlabeled), ("60k", all_images)):
            row = trained(clothes, images, np.inf, plain_rate, seed, clip=False)
            rows.append({"method": f"plain_{size}"} | row)
            for epsilon in (*EPSILONS, np.inf) if size == "10k" else EPSILONS:
                row = trained(clothes, images, epsilon, private_rate, seed)
                rows.append({"method": f"private_{size}_{epsilon:g}"} | row)
                print(rows[-1], flush=True)
    return rows


# --- membership inference ---------------------------------------------------------------------


def attack_figures(members: np.ndarray, others: np.ndarray) -> dict:
    """AUC, and the share of members found when one other image in a hundred is accused."""
    truth = np.r_[np.ones(len(members)), np.zeros(len(others))]
    return {
        "auc": roc_auc_score(truth, np.r_[members, others]),
        "tpr": float(np.mean(members > np.quantile(others, 0.99))),
    }


def likelihood_ratio(values, inside, target) -> np.ndarray:
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


def membership() -> list[dict]:
    images = data.load("fashion_mnist").unlabeled
    order = np.random.default_rng(0).permutation(len(images))
    pool, others = images[order[:POOL]], images[order[POOL : POOL + OTHERS]]
    noise = noise_for(ATTACK_EPSILON, 1.0, ATTACK_STEPS, ATTACK_DELTA)
    conditions = {"overfitted": (False, 0.0), "regular": (True, 0.0), "dp": (False, noise)}
    rows = []
    for condition, (much, noise) in conditions.items():
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
        values, inside = np.array(values), np.array(inside)
        for target in range(MODELS):
            known = inside[target]
            scores = {
                "threshold": -values[target],
                "ratio": likelihood_ratio(values, inside, target),
            }
            for attack, score in scores.items():
                row = {"method": f"{condition}_{attack}", "seed": target, "noise": noise}
                row |= {"loss": values[target][~known].mean(), "images": len(seen)}
                row |= {"member_loss": values[target][known].mean()}
                row |= attack_figures(score[known], score[~known]) | {"cpu_minutes": spent[target]}
                if noise:
                    row |= {"epsilon": ATTACK_EPSILON, "delta": ATTACK_DELTA}
                rows.append(row)
        print(pd.DataFrame(rows).groupby("method")[["auc", "tpr", "loss"]].mean(), flush=True)
    return rows


# --- federated averaging ----------------------------------------------------------------------


def averaging() -> list[dict]:
    clothes = data.load("fashion_mnist")
    images, labels = clothes.train.x[:2000], clothes.train.y[:2000]
    clients = 10
    rows = []
    for seed in SEEDS:
        everyone = [np.arange(len(images))]
        even = privacy.dirichlet_clients(labels, clients, 1000, seed)
        skewed = privacy.dirichlet_clients(labels, clients, 0.1, seed)
        alone = [max(skewed, key=len)]
        settings = {"central": everyone, "fed_even": even, "fed_skewed": skewed, "alone": alone}
        for name, parts in settings.items():
            start, method = time.process_time(), build(seed)
            privacy.federated_train(method, images, parts, rounds=15, steps=10, seed=seed)
            row = worth(clothes, lambda s, m=method: evaluate.embed(m.encoder, s))
            row |= {"loss": losses(method, clothes.test.x).mean(), "images": sum(map(len, parts))}
            row |= {"cpu_minutes": (time.process_time() - start) / 60}
            rows.append({"method": name, "seed": seed} | row)
            print(rows[-1], flush=True)
    return rows


PARTS = {"curve": curve, "membership": membership, "federated": averaging}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    names = parser.parse_args().parts or list(PARTS)
    if unknown := set(names) - set(PARTS):
        parser.error(f"unknown part {', '.join(sorted(unknown))}")
    stored = pd.read_csv(TABLE) if TABLE.is_file() else pd.DataFrame({"part": []})
    frames = dict(iter(stored.groupby("part")))
    for name in names:
        frame = pd.DataFrame(PARTS[name]())
        frames[name] = frame.assign(part=name, date=datetime.date.today().isoformat())
        table = pd.concat([frames[part] for part in PARTS if part in frames], ignore_index=True)
        table.set_index("method").round(5).to_csv(TABLE)
        print(f"Wrote {name} to {TABLE}", flush=True)


if __name__ == "__main__":
    main()
