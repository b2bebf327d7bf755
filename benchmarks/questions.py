"""Measure the tables of chapter 9: python benchmarks/questions.py [--seeds N …] [ROW …]

Short, equal runs on the packaged sample of Fashion-MNIST: `STEPS` steps that look at 256 views
each.  Parts: ``labels`` (what an encoder keeps when it is trained with fine, coarse, noisy or no
labels), ``views`` (leave one operation out, or bring another), ``rates`` (schedules) and ``decay``
(L1 and L2, on 8,000 images and on 500).  All train on the labeled part, so that validation images
are new to them.  ``readout`` reads six stored encoders in several ways, and trains nothing.
Writes course/results/questions.csv.  About 20 CPU minutes for three seeds.
"""

import itertools
import time
from argparse import Namespace
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from command import Command
from keras import ops
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler
from table import Row, Table

from ssl_course import data, evaluate, networks, views
from ssl_course.methods import SimCLR
from ssl_course.pretrain import pretrain

STEPS, BATCH = 300, 128
RATE, HIGH_RATE, WARMUP = 1e-3, 1e-2, 30
VIEW = {"area": (0.25, 1.0), "erase": 0.25}
"""That of chapter 3."""
SMALL = 500
"""Images of the pool on which a run repeats itself: 77 epochs in the same number of steps."""
PER_CLASS, DRAWS = 100, 3

COARSE = np.array([0, 1, 0, 0, 0, 2, 0, 2, 1, 2])
"""Coarse class of each of the ten: 0 tops and dresses, 1 trousers and bags, 2 shoes."""
TOPS = np.flatnonzero(COARSE == 0)
NOISE = 0.6
"""Share of the labels that are replaced by a random one."""


class OtherView(views.RandomView):
    """The view, turned about its center by up to ``turn`` degrees, with black in the corners.

    ``centered``: the crop keeps the middle of the image, so the garment changes its size alone.
    """

    def __init__(self, turn: float = 0.0, centered: bool = False, **settings: Any):
        super().__init__(**settings)
        self.turn, self.centered = turn, centered

    def crop(self, images: Any, draws: Any) -> Any:
        """The crop, about the middle where that is asked for, and then turned."""
        if self.centered:
            middle = ops.full_like(draws[2:4], 0.5)
            draws = ops.concatenate([draws[:2], middle, draws[4:]])
        view = super().crop(images, draws)
        return self.turned(view) if self.turn else view

    def turned(self, images: Any) -> Any:
        """Each image turned by an angle of its own."""
        share = keras.random.uniform((ops.shape(images)[0],), -1.0, 1.0, seed=self.seeds)
        angle, center = share * np.pi * self.turn / 180, (images.shape[1] - 1) / 2
        cosine, sine, none = ops.cos(angle), ops.sin(angle), ops.zeros_like(angle)
        right, down = center * (1 - cosine + sine), center * (1 - cosine - sine)
        rows = (cosine, -sine, right, sine, cosine, down, none, none)
        return ops.image.affine_transform(images, ops.stack(rows, axis=1))


class Penalized(SimCLR):
    """SimCLR with ``l1`` · Σ|w| + ``l2`` · Σw² over all kernels added to the loss."""

    def __init__(self, *parts: keras.layers.Layer, l1: float = 0.0, l2: float = 0.0):
        super().__init__(*parts)
        self.l1, self.l2 = l1, l2

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        loss = super().compute_loss(x, y, y_pred, sample_weight, training)
        if training:
            loss += sum(
                self.l1 * ops.sum(ops.abs(w)) + self.l2 * ops.sum(w**2) for w in kernels(self)
            )
        return loss


def kernels(method: keras.Model) -> list:
    """The kernels: what is decayed.  Biases and batch normalizations are left alone."""
    return [w for w in method.trainable_variables if w.path.endswith("kernel")]


def schedule(
    kind: str = "cosine", peak: float = RATE
) -> float | keras.optimizers.schedules.LearningRateSchedule:
    """The learning rate: constant, falling, or rising over `WARMUP` steps and then falling."""
    if kind == "constant":
        return peak
    if kind == "cosine":
        return keras.optimizers.schedules.CosineDecay(peak, STEPS)
    return keras.optimizers.schedules.CosineDecay(
        0.0, STEPS - WARMUP, warmup_target=peak, warmup_steps=WARMUP
    )


def contrast(
    clothes: data.Dataset,
    seed: int,
    *,
    view: dict | None = None,
    rate: dict | None = None,
    pool: int | None = None,
    **penalty: float,
) -> dict:
    """A SimCLR run on the images that `classify` sees, or the first of them, and its measures."""
    images = clothes.train.x[:pool]
    layer = OtherView(**VIEW | (view or {}))
    method = Penalized(networks.patch_encoder(), networks.projector(), layer, **penalty)
    method.compile(keras.optimizers.Adam(schedule(**rate or {})))
    random = np.random.default_rng(seed)
    rounds = -(-STEPS * BATCH // len(images))
    order = np.concatenate([random.permutation(len(images)) for _ in range(rounds)])
    method.fit(images[order[: STEPS * BATCH]], batch_size=BATCH, shuffle=False, verbose=0)
    row = measures(method.encoder, method.projector, clothes)
    row["loss_seen"] = held_loss(method, images[:SMALL])
    row["loss_held_out"] = held_loss(method, clothes.validation.x[:SMALL])
    row["kernel_norm"] = float(np.sqrt(sum(np.sum(np.square(w)) for w in kernels(method))))
    return row


def held_loss(method: keras.Model, images: np.ndarray) -> float:
    """Loss, without penalty and without training, of three draws of views of ``images``."""
    draws = [method.evaluate(images, batch_size=len(images), verbose=0) for _ in range(3)]
    return float(np.mean(draws))


def classify(clothes: data.Dataset, seed: int, *, labels: Callable) -> dict:
    """The same two networks and a linear classifier; as many views of the same images."""
    x, y = clothes.train.x, labels(clothes.train.y, np.random.default_rng(seed))
    encoder, projector = networks.patch_encoder(), networks.projector()
    images = keras.Input(x.shape[1:])
    projection = projector(encoder(views.RandomView(**VIEW)(images)))
    model = keras.Model(images, networks.head(128, int(y.max()) + 1)(projection))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(schedule()), loss)
    random = np.random.default_rng(seed)
    rounds = -(-STEPS * 2 * BATCH // len(x))
    order = np.concatenate([random.permutation(len(x)) for _ in range(rounds)])
    order = order[: STEPS * 2 * BATCH]
    model.fit(x[order], y[order], batch_size=2 * BATCH, shuffle=False, verbose=0)
    return measures(encoder, projector, clothes)


def untrained(clothes: data.Dataset, seed: int) -> dict:
    """Control: random weights, with measured batch statistics."""
    encoder, projector = networks.patch_encoder(), networks.projector()
    evaluate.measure_statistics(keras.Sequential([encoder, projector]), clothes.unlabeled[:4000])
    return measures(encoder, projector, clothes)


def measures(encoder: keras.Model, projector: keras.Model, clothes: data.Dataset) -> dict:
    """Accuracies on representations, and with ``_z`` on projections."""
    test = evaluate.embed(encoder, clothes.test)
    train = evaluate.embed(encoder, clothes.train)
    bank = data.Split(train.x[:4000], train.y[:4000])
    row = probed(train, test) | {"knn": evaluate.nearest_neighbors(bank, test)}
    row["feature_norm"] = float(np.linalg.norm(test.x, axis=1).mean())
    train, test = (
        data.Split(projector.predict(split.x, batch_size=500, verbose=0), split.y)
        for split in (train, test)
    )
    projected = probed(train, test)
    return row | {f"{name}_z": projected[name] for name in ("fine", "within")}


def probed(train: data.Split, test: data.Split) -> dict[str, float]:
    """Accuracies of linear probes with `PER_CLASS` labels per class, mean over `DRAWS` draws.

    ``fine``: all ten classes.  ``coarse``: the coarse class of the prediction.  ``within``: test
    images of `TOPS`, only whose classes may be predicted.
    """
    scores = []
    for draw in range(DRAWS):
        few = data.few_labels(train, PER_CLASS, draw)
        logits = evaluate.Probe(few, iterations=200)(test.x)
        tops = np.isin(test.y, TOPS)
        named, among = logits.argmax(axis=1), TOPS[logits[tops][:, TOPS].argmax(axis=1)]
        hits = named == test.y, COARSE[named] == COARSE[test.y], among == test.y[tops]
        scores.append([np.mean(hit) for hit in hits])
    return dict(zip(("fine", "coarse", "within"), map(float, np.mean(scores, axis=0)), strict=True))


def noisy(y: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Labels of which a share of `NOISE` is drawn anew."""
    wrong = random.uniform(size=len(y)) < NOISE
    return np.where(wrong, random.integers(10, size=len(y)), y)


WHOLE = {"area": (1.0, 1.0), "aspect": 1.0}
DIM = {"brightness": 0.0, "contrast": 0.0}
HIGH = {"peak": HIGH_RATE}
ROWS = {
    "base": ("labels views rates decay", contrast, {}),
    "random": ("labels", untrained, {}),
    "fine": ("labels", classify, {"labels": lambda y, random: y}),
    "coarse": ("labels", classify, {"labels": lambda y, random: COARSE[y]}),
    "noisy": ("labels", classify, {"labels": noisy}),
    "no_crop": ("views", contrast, {"view": WHOLE}),
    "no_flip": ("views", contrast, {"view": {"flip": False}}),
    "no_light": ("views", contrast, {"view": DIM}),
    "no_erase": ("views", contrast, {"view": {"erase": 0.0}}),
    "no_view": ("views", contrast, {"view": WHOLE | DIM | {"flip": False, "erase": 0.0}}),
    "scale": ("views", contrast, {"view": {"centered": True}}),
    "turn": ("views", contrast, {"view": {"turn": 30.0}}),
    "constant": ("rates", contrast, {"rate": {"kind": "constant"}}),
    "high_constant": ("rates", contrast, {"rate": {"kind": "constant"} | HIGH}),
    "high_cosine": ("rates", contrast, {"rate": HIGH}),
    "high_warmup": ("rates", contrast, {"rate": {"kind": "warmup"} | HIGH}),
    "l2": ("decay", contrast, {"l2": 1e-1}),
    "small": ("decay", contrast, {"pool": SMALL}),
    "small_l2": ("decay", contrast, {"pool": SMALL, "l2": 1e-1}),
    "small_l1": ("decay", contrast, {"pool": SMALL, "l1": 1e-2}),
}


READ = ("autoencoder", "vae", "gan", "masked", "rotation", "simclr")
"""Stored encoders that `readout` reads."""
READ_DRAWS = 5


def readings(clothes: data.Dataset) -> dict[tuple[str, str], Callable[[np.ndarray], np.ndarray]]:
    """Maps from images to features, by encoder and by what is read of it.

    Means, deviations and components are those of 4,000 unlabeled images.
    """
    unlabeled = clothes.unlabeled[:4000]
    trained = {name: pretrain(f"fashion_mnist-{name}") for name in READ}
    encoders = {name: method.encoder for name, method in trained.items()}
    keras.utils.set_random_seed(0)
    encoders["random"] = evaluate.measure_statistics(networks.patch_encoder(), unlabeled)
    last = {name: flat(encoder) for name, encoder in encoders.items()}
    ways: dict = {("pixels", "all"): lambda x: x.reshape(len(x), -1)}
    ways |= {(name, "all"): read for name, read in last.items()}
    for name in (one for one in encoders if one != "masked"):
        ways[name, "mean"] = lambda x, read=last[name]: read(x).reshape(len(x), 16, -1).mean(axis=1)
    fitted = {name: last[name](unlabeled) for name in ("simclr", "autoencoder", "vae")}
    for name, x in fitted.items():
        ways[name, "centered"] = then(last[name], lambda h, x=x: h - x.mean(axis=0))
    for name in ("simclr", "autoencoder"):
        ways[name, "128 components"] = then(last[name], PCA(128).fit(fitted[name]).transform)
    ways["simclr", "standardized"] = then(
        last["simclr"], StandardScaler().fit(fitted["simclr"]).transform
    )
    simclr = encoders["simclr"]
    # The map of the first block: 7 x 7 places with 64 channels.
    ways["simclr", "first layer"] = flat(keras.Model(simclr.input, simclr.layers[3].output))
    ways["simclr", "projection"] = then(last["simclr"], flat(trained["simclr"].projector))
    ways["vae", "code"] = then(last["vae"], lambda h: np.asarray(trained["vae"].mean(h)))
    scale = {name: np.sqrt(x.var(axis=0).sum()) for name, x in fitted.items()}
    ways["simclr", "joined"] = lambda x: np.hstack(
        [last[name](x) / scale[name] for name in ("simclr", "autoencoder")]
    )
    return ways


def flat(network: keras.Model) -> Callable[[np.ndarray], np.ndarray]:
    """What a network makes of its inputs, one row an input."""
    return lambda x: network.predict(x, batch_size=500, verbose=0).reshape(len(x), -1)


def then(first: Callable, second: Callable) -> Callable[[np.ndarray], np.ndarray]:
    """One map after the other."""
    return lambda x: second(first(x))


def readout(clothes: data.Dataset, table: Table) -> None:
    """Rows of every reading: linear probe and k-NN with `PER_CLASS` labels per class."""
    for (name, reading), represent in readings(clothes).items():
        key = {"part": "readout", "method": name, "seed": 0, "reading": reading}
        if table.done(**key):
            continue
        start, rows = time.process_time(), []
        test = data.Split(represent(clothes.test.x), clothes.test.y)
        for draw in range(READ_DRAWS):
            few = data.few_labels(clothes.train, PER_CLASS, draw)
            few = data.Split(represent(few.x), few.y)
            right = evaluate.Probe(few, iterations=200)(test.x).argmax(axis=1) == test.y
            row = {"fine": right.mean(), "knn": evaluate.nearest_neighbors(few, test)}
            rows.append(key | {"draw": draw, "size": test.x.shape[1]} | row)
        minutes = (time.process_time() - start) / 60
        table.put(*(row | {"cpu_minutes": minutes} for row in rows))


def place(row: Row) -> tuple[int, int]:
    """Where a row stands: those of `ROWS` first, in their order."""
    if row["part"] == "readout":
        return len(ROWS), 0
    return list(ROWS).index(row["method"]), int(row["seed"])


KEYS = ("part", "method", "reading", "seed", "draw")
TABLE = Table(
    "questions",
    KEYS,
    (
        *(*KEYS, "size", "fine", "coarse", "within", "knn", "fine_z", "within_z"),
        *("loss_seen", "loss_held_out", "kernel_norm", "feature_norm", "cpu_minutes", "date"),
    ),
    whole=("seed", "draw", "size"),
    order=place,
)
COMMAND = Command(__doc__, TABLE, [*ROWS, "readout"], seeds=(0, 1, 2))


def main(asked: Namespace, table: Table) -> None:
    """Measure the rows that are asked for."""
    clothes = data.load("fashion_mnist")
    for seed, name in itertools.product(asked.seeds, asked.names):
        if name == "readout":
            continue
        part, run, settings = ROWS[name]
        key = {"part": part, "method": name, "reading": "", "seed": seed, "draw": -1}
        if table.done(**key):
            continue
        start = time.process_time()
        keras.utils.set_random_seed(seed)
        row = key | run(clothes, seed, **settings)
        table.put(row | {"cpu_minutes": (time.process_time() - start) / 60})
        keras.backend.clear_session()
    if "readout" in asked.names:
        readout(clothes, table)


if __name__ == "__main__":
    COMMAND.run(main)
