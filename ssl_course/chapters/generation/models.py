"""Models that make images of a class, and what trains them again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from ssl_course import networks
from ssl_course.methods import VAE, Method
from ssl_course.methods.frozen import frozen
from ssl_course.methods.variational import Variational
from ssl_course.objectives import discriminator_loss, generator_loss
from ssl_course.views.tensor import Tensor

Inputs = np.ndarray | tuple[np.ndarray, np.ndarray]
"""Images, or images and labels."""

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

    def generate(self, labels: np.ndarray, seed: int) -> np.ndarray:
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

    def generate(self, labels: np.ndarray, seed: int) -> np.ndarray:
        """One image (n, height, width, channels) for each row of ``labels`` (n, classes)."""
        return _made(self.generator, self.code_size, labels, seed)


def _made(network: keras.Model, code_size: int, labels: np.ndarray, seed: int) -> np.ndarray:
    code = keras.random.normal((len(labels), code_size), seed=seed)
    inputs = ops.concatenate([code, ops.convert_to_tensor(labels, "float32")], axis=1)
    return ops.convert_to_numpy(network(inputs, training=False))


class Trainer:
    """Trains one kind of model again and again without compiling it again.

    ``build`` makes a fresh model, ``inputs`` are two examples to call it on, ``rate`` is the
    learning rate of Adam, ``settings`` go to ``compile``.
    """

    def __init__(
        self,
        build: Callable[[], keras.Model],
        inputs: Inputs,
        rate: float = 1e-3,
        beta_1: float = 0.9,
        **settings: Any,
    ):
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

    def fit(
        self,
        x: Inputs,
        y: np.ndarray | None = None,
        *,
        seed: int,
        weights: np.ndarray | None = None,
    ) -> keras.Model:
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

    def build() -> keras.Model:
        encoder = networks.patch_encoder()
        head = keras.layers.Dense(classes, "softmax")
        return keras.Model(encoder.input, head(encoder.output))

    return Trainer(build, np.zeros((2, 28, 28, 1)), loss="sparse_categorical_crossentropy")


def vae(classes: int) -> Trainer:
    """A small dense VAE for one class or for all of them, see `ConditionalVAE`."""

    def build() -> keras.Model:
        decoder = networks.image_generator(VAE_CODE + classes)
        return ConditionalVAE(networks.dense_encoder(64, 256), decoder, classes)

    return Trainer(build, _two(classes))


def gan(classes: int) -> Trainer:
    """A small convolutional GAN for one class or for all of them, see `ConditionalGAN`."""

    def build() -> keras.Model:
        generator = networks.conv_generator(GAN_CODE + classes)
        return ConditionalGAN(networks.conv_critic(), generator, classes)

    return Trainer(build, _two(classes), rate=6e-4, beta_1=0.5)


def _two(classes: int) -> Inputs:
    return np.zeros((2, 28, 28, 1)), np.zeros((2, classes))
