"""Filling up a starved class, and judging what was made: distance, coverage, memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np
from keras import ops

from ssl_course import networks
from ssl_course.data import Split
from ssl_course.evaluate import squared_distances
from ssl_course.methods import VAE, Method
from ssl_course.methods.frozen import frozen
from ssl_course.methods.variational import Variational
from ssl_course.objectives import discriminator_loss, generator_loss
from ssl_course.views.tensor import Tensor

COPY_QUANTILE = 0.05
"""A sample counts as a copy if it is nearer to training than all but this share of real ones."""


BATCH = 64
VAE_CODE, GAN_CODE = 8, 32


class ConditionalVAE(VAE):
    """A VAE whose code and decoder know the class (Kingma et al., 2014, model M2).

    ``encoder``: images → representations (n, D).  ``decoder``: codes followed by one-hot labels
    (n, code_size + classes) → images.  Called with ``(images, labels)``, labels one-hot
    (n, classes).  The class is given, so the code need not carry it.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        classes: int,
        beta: float = 1.0,
        seed: int | None = None,
    ):
        code_size = decoder.input_shape[-1] - classes
        super().__init__(encoder, decoder, beta, seed, code_size)

    def compute(self, inputs: tuple[Tensor, Tensor], training: bool) -> Variational:
        """The images rebuilt, and their Gaussians."""
        images, labels = inputs
        known = ops.concatenate([self.encoder(images, training=training), labels], axis=1)
        code, mean, log_variance = self.draw(known, training)
        rebuilt = self.decoder(ops.concatenate([code, labels], axis=1), training=training)
        return Variational(rebuilt, mean, log_variance)

    def compare(self, inputs: tuple[Tensor, Tensor], outputs: Variational) -> Tensor:
        """The loss of a `VAE`."""
        images, _ = inputs
        return super().compare(images, outputs)

    def generate(self, labels, seed):
        """One image (n, height, width, channels) for each row of ``labels`` (n, classes)."""
        return _made(self.decoder, self.code_size, labels, seed)


class Verdicts(NamedTuple):
    """One for each class, (n, classes): on real images, on made ones, and on made ones by a
    critic that does not learn.
    """

    real: Tensor
    fake: Tensor
    fools: Tensor


class ConditionalGAN(Method):
    """A generator told what to make, a critic with one verdict for each class (Mirza & Osindero,
    2014; the verdict is read as by Miyato & Koyama, 2018, without the term all classes share).

    ``generator``: codes followed by one-hot labels (n, code_size + classes) → images;
    ``critic``: images → features (n, D).  Called with ``(images, labels)``.
    """

    def __init__(
        self, critic: keras.Model, generator: keras.Model, classes: int, seed: int | None = None
    ):
        super().__init__()
        self.critic = critic
        self.generator = generator
        self.code_size = generator.input_shape[-1] - classes
        self.verdicts = keras.layers.Dense(classes, name="verdicts")
        self.seeds = keras.random.SeedGenerator(seed)

    def compute(self, inputs: tuple[Tensor, Tensor], training: bool) -> Verdicts:
        """One image made for each real one, and the verdicts on both."""
        images, labels = inputs
        code = keras.random.normal((ops.shape(images)[0], self.code_size), seed=self.seeds)
        made = self.generator(ops.concatenate([code, labels], axis=1), training=training)
        real = self.verdicts(self.critic(images, training=training))
        fake = self.verdicts(self.critic(ops.stop_gradient(made), training=training))
        return Verdicts(real, fake, frozen(self.verdicts, frozen(self.critic, made, training)))

    def compare(self, inputs: tuple[Tensor, Tensor], outputs: Verdicts) -> Tensor:
        """The losses of both players; of each image's verdicts, that on its class counts."""
        _, labels = inputs
        real, fake, fools = (ops.sum(verdicts * labels, axis=1) for verdicts in outputs)
        return discriminator_loss(real, fake) + generator_loss(fools)

    def generate(self, labels, seed):
        """One image (n, height, width, channels) for each row of ``labels`` (n, classes)."""
        return _made(self.generator, self.code_size, labels, seed)


def _made(network, code_size, labels, seed):
    code = keras.random.normal((len(labels), code_size), seed=seed)
    inputs = ops.concatenate([code, ops.convert_to_tensor(labels, "float32")], axis=1)
    return ops.convert_to_numpy(network(inputs, training=False))


class Trainer:
    """Trains one kind of model again and again without compiling it again.

    ``build`` makes a fresh model, ``inputs`` are two examples to call it on, ``rate`` is the
    learning rate of Adam, ``settings`` go to ``compile``.
    """

    def __init__(self, build: Callable[[], keras.Model], inputs, rate=1e-3, beta_1=0.9, **settings):
        self.build, self.inputs = build, inputs
        self.model = self._fresh()
        adam = keras.optimizers.Adam(rate, beta_1=beta_1)
        self.model.compile(adam, jit_compile=False, **settings)  # XLA takes longer than the run
        self.model.optimizer.build(self.model.trainable_variables)
        self.start = [
            np.copy(keras.ops.convert_to_numpy(v)) for v in self.model.optimizer.variables
        ]

    def _fresh(self) -> keras.Model:
        model = self.build()
        model(self.inputs)
        return model

    def fit(self, x, y=None, *, seed: int, weights=None) -> keras.Model:
        """One pass over the batches, in their order, from fresh weights."""
        keras.utils.set_random_seed(seed)
        for old, new in zip(self.model.variables, self._fresh().variables, strict=False):
            old.assign(new)
        for variable, value in zip(self.model.optimizer.variables, self.start, strict=True):
            variable.assign(value)
        self.model.fit(x, y, sample_weight=weights, batch_size=BATCH, shuffle=False, verbose=0)
        return self.model


def classifier(classes: int = 10) -> Trainer:
    """The convolutional encoder of chapter 3 and a linear layer, trained from scratch."""

    def build():
        encoder = networks.patch_encoder()
        head = keras.layers.Dense(classes, "softmax")
        return keras.Model(encoder.input, head(encoder.output))

    return Trainer(build, np.zeros((2, 28, 28, 1)), loss="sparse_categorical_crossentropy")


def vae(classes: int) -> Trainer:
    """A small dense VAE for one class or for all of them, see `ConditionalVAE`."""

    def build():
        decoder = networks.image_generator(VAE_CODE + classes)
        return ConditionalVAE(networks.dense_encoder(64, 256), decoder, classes)

    return Trainer(build, _two(classes))


def gan(classes: int) -> Trainer:
    """A small convolutional GAN for one class or for all of them, see `ConditionalGAN`."""

    def build():
        generator = networks.conv_generator(GAN_CODE + classes)
        return ConditionalGAN(networks.conv_critic(), generator, classes)

    return Trainer(build, _two(classes), rate=6e-4, beta_1=0.5)


def _two(classes: int):
    return np.zeros((2, 28, 28, 1)), np.zeros((2, classes))


def one_hot(labels: np.ndarray, classes: int) -> np.ndarray:
    """Labels (n,) as rows (n, classes) of zeros and one 1; for one class, ones."""
    return np.eye(classes, dtype="float32")[labels if classes > 1 else np.zeros_like(labels)]


def shuffled(count: int, steps: int, seed: int) -> np.ndarray:
    """Rows for ``steps`` batches: as many passes over ``count`` rows, each in random order."""
    rng = np.random.default_rng(seed)
    passes = -(-steps * BATCH // count)
    return np.concatenate([rng.permutation(count) for _ in range(passes)])[: steps * BATCH]


def balanced(labels: np.ndarray, steps: int, seed: int) -> np.ndarray:
    """Rows for ``steps`` batches in which every class is drawn equally often."""
    rng = np.random.default_rng(seed)
    rows = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    each = -(-steps * BATCH // len(rows))
    drawn = np.stack([rng.choice(part, each) for part in rows], axis=1)
    return drawn.ravel()[: steps * BATCH]


def starve(split: Split, label: int, few: int, many: int, draw: int) -> Split:
    """A draw with ``few`` examples of class ``label`` and ``many`` of every other class.

    Raises ValueError if a class has fewer examples than asked for.
    """
    order = np.random.default_rng([label, few, many, draw]).permutation(len(split))
    chosen = []
    for each in np.unique(split.y):
        size = few if each == label else many
        rows = order[split.y[order] == each][:size]
        if len(rows) < size:
            raise ValueError(f"class {each} has only {len(rows)} examples, not {size}")
        chosen.append(rows)
    index = np.sort(np.concatenate(chosen))
    return Split(split.x[index], split.y[index])


def fill(split: Split, label: int, made: np.ndarray) -> Split:
    """The split with the images ``made`` (n, …) added as examples of class ``label``."""
    labels = np.full(len(made), label, split.y.dtype)
    return Split(np.concatenate([split.x, made]), np.concatenate([split.y, labels]))


def shift_and_flip(images: np.ndarray, pixels: int, seed: int) -> np.ndarray:
    """Each image (n, h, w, c) moved by up to ``pixels``, and mirrored with probability one half."""
    rng = np.random.default_rng(seed)
    height, width = images.shape[1:3]
    margin = ((0, 0), (pixels, pixels), (pixels, pixels), (0, 0))
    padded = np.pad(images, margin)
    moved = np.empty_like(images)
    for row, (top, left) in enumerate(rng.integers(0, 2 * pixels + 1, (len(images), 2))):
        moved[row] = padded[row, top : top + height, left : left + width]
    mirrored = rng.random(len(images)) < 0.5
    moved[mirrored] = moved[mirrored, :, ::-1]
    return moved


def smote(points: np.ndarray, count: int, neighbors: int, seed: int) -> np.ndarray:
    """New points (count, d) on the lines between ``points`` (n, d) and near ones of them.

    Each is a random point, moved a random part of the way to one of its ``neighbors`` nearest
    others (Chawla et al., 2002).  Raises ValueError for fewer than two points.
    """
    if len(points) < 2:
        raise ValueError("a single point has no neighbor to move to")
    rng = np.random.default_rng(seed)
    distances = _distances(points, points)
    np.fill_diagonal(distances, np.inf)
    nearest = np.argsort(distances, axis=1)[:, : min(neighbors, len(points) - 1)]
    start = rng.integers(len(points), size=count)
    end = nearest[start, rng.integers(nearest.shape[1], size=count)]
    step = rng.random((count, 1))
    return points[start] + step * (points[end] - points[start])


def frechet_distance(first: np.ndarray, second: np.ndarray) -> float:
    r"""Squared Fréchet distance of the Gaussians fitted to features (n, d) and (m, d).

    .. math:: \|\mu_x - \mu_y\|^2 + \operatorname{tr}(C_x) + \operatorname{tr}(C_y)
              - 2 \operatorname{tr} \big( (C_x^{1/2} C_y C_x^{1/2})^{1/2} \big)

    (Dowson & Landau, 1982).  "FID" is this number on the features of one certain Inception
    network (Heusel et al., 2017) and on no others.  Biased upwards, the more the smaller n is.
    """
    shift = np.sum((first.mean(axis=0) - second.mean(axis=0)) ** 2)
    cov_x, cov_y = (np.cov(part, rowvar=False, dtype=np.float64) for part in (first, second))
    root = _root(np.atleast_2d(cov_x))
    overlap = _root(root @ np.atleast_2d(cov_y) @ root)
    spread = np.trace(np.atleast_2d(cov_x + cov_y)) - 2 * np.trace(overlap)
    return max(float(shift + spread), 0.0)  # of two equal samples, rounding leaves -1e-16


def precision_recall(real: np.ndarray, made: np.ndarray, k: int = 3) -> tuple[float, float]:
    """Improved precision and recall (Kynkäänniemi et al., 2019), features (n, d) and (m, d).

    Around each point of a set lies a ball that reaches to its ``k``-th nearest other point;
    the balls together are the set's manifold.  Precision: share of made points on the real
    manifold.  Recall: share of real points on the made manifold.
    """
    across = _distances(real, made)
    precision = (across <= _radii(real, k)[:, None]).any(axis=0).mean()
    recall = (across <= _radii(made, k)[None, :]).any(axis=1).mean()
    return float(precision), float(recall)


def memorization(made: np.ndarray, train: np.ndarray, held_out: np.ndarray) -> dict[str, float]:
    """Are made points nearer to the training points than unseen real ones are?

    All are features (·, d).  ``ratio``: median distance to the nearest training point, made
    over held out; 1 for a perfect generator, 0 for one that copies.  ``copies``: share of made
    points that are nearer than all but the nearest `COPY_QUANTILE` of the held-out ones.
    """
    of_made = _distances(made, train).min(axis=1)
    of_real = _distances(held_out, train).min(axis=1)
    return {
        "ratio": float(np.median(of_made) / np.median(of_real)),
        "copies": float(np.mean(of_made < np.quantile(of_real, COPY_QUANTILE))),
    }


def _distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Euclidean distance of every row of ``first`` (n, d) to every one of ``second`` (m, d)."""
    return np.sqrt(squared_distances(first.astype(np.float64), second.astype(np.float64)))


def _radii(points: np.ndarray, k: int) -> np.ndarray:
    """Distance of each point to its k-th nearest other one."""
    distances = _distances(points, points)
    np.fill_diagonal(distances, 0.0)
    return np.sort(distances, axis=1)[:, k]


def _root(matrix: np.ndarray) -> np.ndarray:
    """Square root of a symmetric matrix without negative eigenvalues, up to rounding."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    return (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
