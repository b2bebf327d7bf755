"""Measure the tables of chapter 6.4: python benchmarks/generation.py [METHOD …] [--label 6]

Starves one class of Fashion-MNIST, fills it up in many ways, trains the same classifier each
time and scores it on the official test set.  Needs the full Fashion-MNIST (download, cache or
mirror).  Writes course/results/generation.csv, one row a method and draw.  A minute or two of one
core for each draw.
"""

import time
from argparse import Namespace
from collections.abc import Callable

import numpy as np
from command import Command
from sklearn.covariance import LedoitWolf
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from table import Table

from ssl_course import data, evaluate
from ssl_course.chapters import generation
from ssl_course.pretrain import pretrain

METHODS = (
    "nothing",
    "prior_correction",
    "class_weights",
    "oversampling",
    "shift_flip",
    "pixel_smote",
    "class_vae",
    "class_gan",
    "conditional_vae",
    "conditional_gan",
    "code_gaussian",
    "code_smote",
    "real",
    "augment_all",
    "features",
)
KEYS = ("method", "label", "draw")
TABLE = Table(
    "generation",
    KEYS,
    (
        *(*KEYS, "balanced", "recall", "precision", "auc", "skewed", "cpu_minutes", "date"),
        *("frechet", "frechet_train", "sample_precision", "sample_recall"),
        *("memory_ratio", "copies"),
    ),
    whole=("label", "draw"),
    order=lambda row: (-int(row["label"]), int(row["draw"]), METHODS.index(row["method"])),
)
COMMAND = Command(__doc__, TABLE, METHODS, "METHOD")
COMMAND.add_argument("--draws", type=int, default=5, help="how many draws of the rare images")
COMMAND.add_argument("--label", type=int, default=6, help="the class that is starved")
COMMAND.add_argument("--without", nargs="*", default=[], choices=METHODS, metavar="METHOD")
FEW, MANY, MADE = 20, 200, 500
STEPS = {
    "classifier": 200,
    "class_vae": 200,
    "class_gan": 400,
    "conditional_vae": 400,
    "conditional_gan": 1200,
}


class Bench:
    """What all draws share: data, feature network, cached VAE, compiled models."""

    def __init__(self, label: int):
        self.label = label
        self.clothes = data.load("fashion_mnist", full=True)
        self.features = feature_map()
        shirts = self.clothes.test.x[self.clothes.test.y == label]
        self.held_out = self.features(shirts)
        self.cached = pretrain("fashion_mnist-vae")
        self.test_features = self.representation(self.clothes.test.x)
        self.classifier = generation.classifier()
        self.trainers = {
            "class_vae": generation.vae(1),
            "conditional_vae": generation.vae(10),
            "class_gan": generation.gan(1),
            "conditional_gan": generation.gan(10),
        }

    def representation(self, images: np.ndarray) -> np.ndarray:
        """The features of the cached VAE's encoder."""
        return self.cached.encoder.predict(images, batch_size=500, verbose=0)

    def codes(self, images: np.ndarray) -> np.ndarray:
        """The means of the cached VAE's codes."""
        return np.asarray(self.cached.mean(self.representation(images)))

    def decoded(self, codes: np.ndarray) -> np.ndarray:
        """Images of codes."""
        return self.cached.decoder.predict(codes.astype("float32"), batch_size=500, verbose=0)

    def trained(self, name: str, few: data.Split, seed: int) -> np.ndarray:
        """Samples of the class from one of the four models trained on the draw."""
        alone = name.startswith("class")
        classes = 1 if alone else 10
        split = of_class(few, self.label) if alone else few
        rows = generation.balanced(split.y, STEPS[name], seed)
        inputs = split.x[rows], generation.one_hot(split.y[rows], classes)
        model = self.trainers[name].fit(inputs, seed=seed)
        wanted = generation.one_hot(np.full(MADE, self.label), classes)
        return model.generate(wanted, seed=1000 + seed)

    def made(self, name: str, few: data.Split, seed: int) -> np.ndarray:
        """`MADE` images with which one method fills up the class."""
        own = of_class(few, self.label).x
        rng = np.random.default_rng(seed)
        copies = own[rng.permutation(np.arange(MADE) % len(own))]
        if name == "oversampling":
            return copies
        if name == "shift_flip":
            return generation.shift_and_flip(copies, 2, seed)
        if name == "pixel_smote":
            flat = generation.smote(own.reshape(len(own), -1), MADE, 5, seed)
            return flat.reshape(-1, *own.shape[1:]).astype("float32")
        if name == "code_smote":
            return self.decoded(generation.smote(self.codes(own), MADE, 5, seed))
        if name == "code_gaussian":
            fitted = LedoitWolf().fit(self.codes(own))
            return self.decoded(rng.multivariate_normal(fitted.location_, fitted.covariance_, MADE))
        if name == "real":
            rest = of_class(self.clothes.train, self.label).x
            return rest[rng.permutation(len(rest))[:MADE]]
        return self.trained(name, few, seed)

    def scores(
        self, split: data.Split, seed: int, weights: np.ndarray | None = None, shift: int = 0
    ) -> np.ndarray:
        """Class probabilities of the test images after training on ``split``."""
        rows = generation.shuffled(len(split), STEPS["classifier"], seed)
        weights = None if weights is None else weights[split.y[rows]]
        seen = generation.shift_and_flip(split.x[rows], shift, seed) if shift else split.x[rows]
        model = self.classifier.fit(seen, split.y[rows], seed=seed, weights=weights)
        return model.predict(self.clothes.test.x, batch_size=1000, verbose=0)

    def measured(self, name: str, draw: int) -> dict[str, float]:
        """One row: how one method does on one draw."""
        few = generation.starve(self.clothes.train, self.label, FEW, MANY, draw)
        counts = np.bincount(few.y)
        if name == "nothing":
            return self.judged(self.scores(few, draw))
        if name == "prior_correction":
            return self.judged(self.scores(few, draw) / counts)
        if name == "class_weights":
            weights = (len(few) / 10 / counts).astype("float32")
            return self.judged(self.scores(few, draw, weights))
        if name == "augment_all":
            copies = self.made("oversampling", few, draw)[: MANY - FEW]
            return self.judged(self.scores(generation.fill(few, self.label, copies), draw, shift=2))
        if name == "features":
            return self.judged(self.probed(few))
        made = self.made(name, few, draw)
        filled = generation.fill(few, self.label, made[: MANY - FEW])
        row = self.judged(self.scores(filled, draw))
        return row | self.samples(made, of_class(few, self.label).x)

    def probed(self, few: data.Split) -> np.ndarray:
        """No images made: a linear classifier on the frozen encoder of the cached VAE."""
        x = self.representation(few.x)
        shift, scale = x.mean(axis=0), x.std() * x.shape[1] ** 0.5
        probe = LogisticRegression(C=10.0, max_iter=200, class_weight="balanced")
        probe.fit((x - shift) / scale, few.y)
        return probe.predict_proba((self.test_features - shift) / scale)

    def judged(self, scores: np.ndarray) -> dict[str, float]:
        """How well the starved class is found, and what it costs the others."""
        y, guess = self.clothes.test.y, scores.argmax(axis=1)
        right = np.array([np.mean(guess[y == label] == label) for label in range(10)])
        prior = np.full(10, MANY)
        prior[self.label] = FEW
        share = scores[:, self.label] / scores.sum(axis=1)
        return {
            "balanced": right.mean(),
            "recall": right[self.label],
            "precision": np.mean(y[guess == self.label] == self.label),
            "auc": roc_auc_score(y == self.label, share),
            "skewed": np.average(right, weights=prior),
        }

    def samples(self, made: np.ndarray, own: np.ndarray) -> dict[str, float]:
        """The samples against unseen images of the class, and against those trained on."""
        made, own = self.features(made), self.features(own)
        first, second = self.held_out[:MADE], self.held_out[MADE : 2 * MADE]
        fidelity, coverage = generation.precision_recall(first, made)
        memory = generation.memorization(made, own, second)
        return {
            "frechet": generation.frechet_distance(first, made),
            "frechet_train": generation.frechet_distance(own, made),
            "sample_precision": fidelity,
            "sample_recall": coverage,
            "memory_ratio": memory["ratio"],
            "copies": memory["copies"],
        }


def of_class(split: data.Split, label: int) -> data.Split:
    """The examples of one class."""
    return data.Split(split.x[split.y == label], split.y[split.y == label])


def feature_map(size: int = 32) -> Callable[[np.ndarray], np.ndarray]:
    """Images → the first ``size`` principal components of SimCLR's representation, unit scale."""
    encoder = pretrain("fashion_mnist-simclr").encoder
    known = evaluate.embed(encoder, data.load("fashion_mnist").validation).x
    components = PCA(size, random_state=0).fit(known)
    scale = np.sqrt(components.explained_variance_.sum())

    def features(images: np.ndarray) -> np.ndarray:
        raw = encoder.predict(images, batch_size=500, verbose=0)
        return components.transform(raw) / scale

    return features


def main(asked: Namespace, table: Table) -> None:
    """Measure the rows that are asked for."""
    bench = Bench(asked.label)
    for draw in range(asked.draws):
        for name in asked.names:
            key = {"method": name, "label": asked.label, "draw": draw}
            if name in asked.without or table.done(**key):
                continue
            start = time.process_time()
            row = bench.measured(name, draw)
            table.put(key | row | {"cpu_minutes": (time.process_time() - start) / 60})


if __name__ == "__main__":
    COMMAND.run(main)
