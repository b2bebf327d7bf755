"""Dense networks: heads on a representation, and the plainest autoencoder."""

from __future__ import annotations

import math

import keras
from keras import layers

from ssl_course.networks.patch import CHANNELS, GRID
from ssl_course.views.tensor import Tensor


def projector(outputs: int = 128, hidden: int = 256) -> keras.Model:
    """Representations (n, 2048) of `patch_encoder` → projections (n, outputs).

    The 4 × 4 map is averaged to 2 × 2, then linear, batch normalization, ReLU, linear.
    """
    representations = keras.Input((GRID * GRID * CHANNELS,))
    x = layers.Reshape((GRID, GRID, CHANNELS))(representations)
    x = layers.Flatten()(layers.AveragePooling2D(2)(x))
    return keras.Model(representations, _mlp(x, hidden, outputs, "project"), name="projector")


def prototype_projector(outputs: int = 256, size: int = 128) -> keras.Model:
    """Representations (n, 2048) → cosines (n, outputs) with as many learned directions.

    A `projector`, whose projections (n, size) get length 1, then a linear layer without bias whose
    columns have length 1 (DINO's head, Caron et al., 2021).
    """
    body = projector(size)
    prototypes = layers.Dense(
        outputs,
        use_bias=False,
        kernel_constraint=keras.constraints.UnitNorm(axis=0),
        name="prototypes",
    )
    cosines = prototypes(layers.UnitNormalization()(body.output))
    return keras.Model(body.input, cosines, name="projector")


def predictor(size: int = 128, hidden: int = 128) -> keras.Model:
    """Projections (n, size) → predictions (n, size): linear, batch normalization, ReLU, linear."""
    projections = keras.Input((size,))
    return keras.Model(projections, _mlp(projections, hidden, size, "predict"), name="predictor")


def head(inputs: int, classes: int) -> keras.Model:
    """A linear layer from representations to logits."""
    vectors = keras.Input((inputs,))
    return keras.Model(vectors, layers.Dense(classes, name="head")(vectors), name="head")


def code_critic(code_size: int) -> keras.Model:
    """A discriminator of codes: (n, code_size) → logits (n, 1)."""
    codes = keras.Input((code_size,))
    x = layers.Dense(128, activation="relu", name="critic_1")(codes)
    x = layers.Dense(128, activation="relu", name="critic_2")(x)
    return keras.Model(codes, layers.Dense(1, name="critic_3")(x), name="critic")


def dense_encoder(code_size: int, hidden: int | None = None) -> keras.Model:
    """Images (n, 28, 28, 1) → codes (n, code_size), without convolutions.

    Linear if ``hidden`` is None, else through one layer of that many ReLU units.
    """
    images = keras.Input((28, 28, 1))
    x = layers.Flatten()(images)
    if hidden is not None:
        x = layers.Dense(hidden, activation="relu", name="encode_1")(x)
    return keras.Model(images, layers.Dense(code_size, name="encode_2")(x), name="encoder")


def dense_decoder(code_size: int, hidden: int | None = None) -> keras.Model:
    """Codes (n, code_size) → images (n, 28, 28, 1).

    Linear, with outputs of any size, if ``hidden`` is None; else outputs are in (0, 1).
    """
    codes = x = keras.Input((code_size,))
    if hidden is not None:
        x = layers.Dense(hidden, activation="relu", name="decode_1")(x)
    activation = None if hidden is None else "sigmoid"
    x = layers.Dense(math.prod((28, 28, 1)), activation=activation, name="decode_2")(x)
    return keras.Model(codes, layers.Reshape((28, 28, 1))(x), name="decoder")


def _mlp(x: Tensor, hidden: int, outputs: int, name: str) -> Tensor:
    x = layers.Dense(hidden, use_bias=False, name=f"{name}_1")(x)
    x = layers.BatchNormalization(momentum=0.95, name=f"{name}_1_norm")(x)
    return layers.Dense(outputs, name=f"{name}_2")(layers.ReLU()(x))
