"""Measure the broken methods of chapter 3: python benchmarks/collapse.py [--seeds N …] [RUN …]

Short runs on the packaged sample of Fashion-MNIST, each method beside itself with one part taken
out: SimSiam, VICReg and DINO of page 3.6, the masked autoencoder and I-JEPA of page 3.7.  A row is
one look at a run (`pretrain.watch`); what is measured once stands in the row of the last look.
Writes course/results/collapse.csv.  About 5 CPU minutes for three seeds.
"""

import time
from argparse import Namespace
from collections.abc import Callable, Mapping
from functools import partial

import keras
import numpy as np
from command import Command
from keras import ops
from table import Table

from ssl_course import data, diagnose, evaluate, networks
from ssl_course.chapters.collapse import (
    Copier,
    NoPredictor,
    NoStop,
    Shortcut,
    image_share,
    outputs_in_use,
)
from ssl_course.methods import DINO, IJEPA, MaskedAutoencoder, SimSiam, VICReg
from ssl_course.methods.masked import standardized
from ssl_course.methods.method import Method
from ssl_course.pretrain import watch
from ssl_course.pretrain.fashion_mnist import view
from ssl_course.pretrain.training import first_examples
from ssl_course.pretrain.watch import LOOKS

Data = data.Dataset
IMAGES = 1000
"""Validation images that are looked at in the end."""
NOISE = 0.05
"""Length of the noise that a representation of length 1 is probed in."""


def projections(method: Method, clothes: Data) -> dict[str, float]:
    """How the projections spread: their directions, their scale and their rank."""
    z = ops.convert_to_numpy(method.project(clothes.validation.x[:IMAGES]))
    return {
        "z_std": diagnose.feature_std(z),
        "z_scale": float(z.std(axis=0).mean()),
        "z_rank": diagnose.rank_me(z),
    }


def targets(method: DINO, clothes: Data) -> dict[str, float]:
    """How many outputs the targets of one image use, and those of all images together."""
    logits = method.target(clothes.validation.x[:IMAGES])
    p = ops.convert_to_numpy(ops.softmax((logits - method.center) / method.teacher_temperature))
    return {
        "outputs_one": float(outputs_in_use(p).mean()),
        "outputs_all": float(outputs_in_use(p.mean(axis=0))),
    }


def filled_in(method: MaskedAutoencoder, clothes: Data) -> dict[str, float]:
    """The error of hidden pixels, whatever the method was trained for, and k-NN with few labels."""
    images = clothes.validation.x[:IMAGES]
    error = MaskedAutoencoder.compare(method, images, method(images))
    some = [first_examples(split, 500) for split in (clothes.train, clothes.validation)]
    embedded = [evaluate.embed(method.encoder, split) for split in some]
    return {"hidden_error": float(error), "knn": evaluate.nearest_neighbors(*embedded)}


def said(method: IJEPA, clothes: Data) -> dict[str, float]:
    """What the tokens say of the image, and the probe where it has to hear it in noise."""
    tokens = method.transformer(method.tokenizer(clothes.validation.x[:IMAGES]))
    random = np.random.default_rng(0)
    heard = []
    for split in (
        first_examples(clothes.train, IMAGES),
        first_examples(clothes.validation, IMAGES),
    ):
        h = evaluate.embed(method.encoder, split).x
        h = h / np.linalg.norm(h, axis=1, keepdims=True)
        h = h + NOISE * random.normal(size=h.shape) / np.sqrt(h.shape[1])
        heard.append(data.Split(h, split.y))
    share = image_share(ops.convert_to_numpy(standardized(tokens)))
    return {"image_share": share, "probe_in_noise": evaluate.ridge_probe(*heard)}


def two_views(kind: type[Method], *rest: Callable[[], keras.Model], **settings: float) -> Method:
    """A method with the small encoder and the plain projector of page 3.6."""
    made = [build() for build in rest]
    return kind(networks.patch_encoder(), networks.projector(), *made, view(), **settings)


def distilled(**settings: float) -> DINO:
    """DINO with the head of its recipe; the target follows within these few steps."""
    parts = networks.patch_encoder(), networks.prototype_projector()
    return DINO(*parts, view(), momentum=0.9, **settings)


def tokens(kind: type[Method], role: str, outputs: int) -> Method:
    """A method on tokens, each of its two transformers one block deep."""
    small = networks.transformer(64, depth=1, outputs=outputs, name=role)
    return kind(networks.tokenizer(), networks.transformer(depth=1), small)


QUICK = {"steps": 40, "every": 10, "batch_size": 32, "learning_rate": 0.01}
LONGER = {"steps": 100, "every": 25, "batch_size": 32, "learning_rate": 0.003}
PLAIN = {"steps": 40, "every": 10, "batch_size": 48}
RUNS: Mapping[str, tuple[Callable[[], Method], dict, Callable[..., dict]]] = {
    "simsiam": (partial(two_views, SimSiam, networks.predictor), QUICK, projections),
    "no_stop": (partial(two_views, NoStop, networks.predictor), QUICK, projections),
    "no_predictor": (partial(two_views, NoPredictor, networks.predictor), QUICK, projections),
    "vicreg": (partial(two_views, VICReg), QUICK, projections),
    "no_variance": (partial(two_views, VICReg, variance=0.0), QUICK, projections),
    "no_covariance": (partial(two_views, VICReg, covariance=0.0), QUICK, projections),
    "dino": (distilled, LONGER, targets),
    "no_centering": (partial(distilled, center_momentum=1.0), LONGER, targets),
    "no_sharpening": (partial(distilled, teacher_temperature=0.1), LONGER, targets),
    "masked": (partial(tokens, MaskedAutoencoder, "decoder", 16), PLAIN, filled_in),
    "copier": (partial(tokens, Copier, "decoder", 16), PLAIN, filled_in),
    "ijepa": (partial(tokens, IJEPA, "predictor", 96), PLAIN, said),
    "shortcut": (partial(tokens, Shortcut, "predictor", 96), PLAIN, said),
}
"""How to build a method, how to train it, and what to measure in the end."""
ONCE = ("z_std", "z_scale", "z_rank", "outputs_one", "outputs_all", "hidden_error", "knn")
ONCE += ("image_share", "probe_in_noise")
TABLE = Table(
    "collapse",
    ("method", "seed", "step"),
    ("method", "seed", *LOOKS, *ONCE, "cpu_minutes", "date"),
    whole=("seed", "step"),
    order=lambda row: (list(RUNS).index(row["method"]), int(row["seed"]), int(row["step"])),
)
COMMAND = Command(__doc__, TABLE, RUNS, "RUN", seeds=(0, 1, 2))


def looks(name: str, seed: int, clothes: Data) -> list[dict]:
    """One run as rows of the table."""
    build, settings, measure = RUNS[name]
    start = time.process_time()
    keras.utils.set_random_seed(seed)
    method = build()
    history = watch(method, clothes, **settings, seed=seed)
    values = zip(*history.values(), strict=True)
    rows = [{"method": name, "seed": seed} | dict(zip(LOOKS, look, strict=True)) for look in values]
    for row in rows:
        row["step"] = int(row["step"])  # it was measured as a float
    rows[-1] |= measure(method, clothes)
    rows[-1]["cpu_minutes"] = (time.process_time() - start) / 60
    return rows


def main(asked: Namespace, table: Table) -> None:
    """Measure the runs that are asked for."""
    clothes = data.load("fashion_mnist")
    for seed in asked.seeds:
        for name in asked.names:
            if not table.done(method=name, seed=seed):
                table.put(*looks(name, seed, clothes))
                keras.backend.clear_session()


if __name__ == "__main__":
    COMMAND.run(main)
