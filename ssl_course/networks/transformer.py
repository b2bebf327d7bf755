"""A small Vision Transformer (Dosovitskiy et al., 2021), in two parts.

A method that hides patches needs the tokens before the transformer sees them.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from ssl_course.views.tensor import Tensor

LOUDNESS = 0.1
"""Amplitude of the position codes.  At amplitude 1 they drown the pixels: the numbers that fresh
weights make of a patch are smaller than 0.1."""


class PositionTable(layers.Layer):
    """Add to each of T tokens (n, T, D) a fixed code of its place in a square grid.

    Half of the features hold sines and cosines of the row, half of the column, with the
    amplitude `LOUDNESS`.
    """

    def __init__(self, length: int, width: int, **options: Any):
        super().__init__(**options)
        self.length, self.width = length, width
        side, frequencies = round(length**0.5), width // 4
        speed = 1.0 / 100 ** (np.arange(frequencies) / frequencies)
        angles = np.arange(side)[:, None] * speed
        axis = np.concatenate([np.sin(angles), np.cos(angles)], axis=1)
        rows, columns = np.repeat(axis, side, axis=0), np.tile(axis, (side, 1))
        self.table = LOUDNESS * np.concatenate([rows, columns], axis=1).astype("float32")
        self.build((None, length, width))  # some take the table alone and never call the layer

    def call(self, tokens: Tensor) -> Tensor:
        """Tokens (n, T, D) with their places in them."""
        return ops.add(tokens, self.table)  # PyTorch adds no array of NumPy by itself

    def get_config(self) -> dict[str, Any]:
        """What Keras needs to make the layer again."""
        return super().get_config() | {"length": self.length, "width": self.width}


def tokenizer(width: int = 96, size: int = 4) -> keras.Model:
    """Images (n, 28, 28, 1) → one token a patch of size × size, positions added: (n, T, width)."""
    images = keras.Input((28, 28, 1))
    length = (28 // size) ** 2
    x = layers.Conv2D(width, size, size, name="tokenize")(images)
    x = PositionTable(length, width, name="positions")(layers.Reshape((length, width))(x))
    return keras.Model(images, x, name="tokenizer")


def transformer(
    width: int = 96, depth: int = 3, outputs: int | None = None, name: str = "transformer"
) -> keras.Model:
    """Tokens (n, T, width) → tokens (n, T, width), or (n, T, outputs) after a linear layer.

    ``depth`` blocks of attention (32 features a head) and a two-layer network, normalized before
    each (pre-norm) and at the end.  T may vary.
    """
    tokens = x = keras.Input((None, width))
    for block in range(1, depth + 1):
        attend = layers.MultiHeadAttention(width // 32, 32, name=f"{name}_{block}_attend")
        y = layers.LayerNormalization(epsilon=1e-6, name=f"{name}_{block}_norm_1")(x)
        x = layers.Add()([x, attend(y, y)])
        y = layers.LayerNormalization(epsilon=1e-6, name=f"{name}_{block}_norm_2")(x)
        y = layers.Dense(2 * width, activation="gelu", name=f"{name}_{block}_wide")(y)
        x = layers.Add()([x, layers.Dense(width, name=f"{name}_{block}_narrow")(y)])
    x = layers.LayerNormalization(epsilon=1e-6, name=f"{name}_norm")(x)
    if outputs is not None:
        x = layers.Dense(outputs, name=f"{name}_out")(x)
    return keras.Model(tokens, x, name=name)
