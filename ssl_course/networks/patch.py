"""The encoder that all methods of chapter 3 share, and a decoder for it."""

from __future__ import annotations

import keras
from keras import layers

from ssl_course.views.tensor import Tensor

GRID, CHANNELS = 4, 128
"""Side and depth of the encoder's last map."""


def patch_encoder(side: int = 28, prefix: str = "encode", channels: int = 1) -> keras.Model:
    """Images (n, side, side, channels), side 28 or 32 → representations (n, 2048).

    A convolution over overlapping 7 × 7 patches, one every 4 pixels (64 channels), then a
    3 × 3 convolution of stride 2 (128 channels), each with batch normalization and ReLU.
    The last map, 4 × 4 × 128, is flattened: it keeps where things are.
    """
    images = keras.Input((side, side, channels))
    x = _block(images, 64, 7, 4, f"{prefix}_1")
    x = _block(x, CHANNELS, 3, 2, f"{prefix}_2")
    return keras.Model(images, layers.Flatten()(x), name="encoder")


def patch_decoder(
    code_size: int | None = None,
    side: int = 28,
    channels: int = 1,
    activation: str | None = "sigmoid",
) -> keras.Model:
    """From representations (n, 2048) back to images (n, side, side, channels), side 28 or 32.

    With ``code_size``, from codes (n, code_size): a linear layer comes first.
    """
    code = keras.Input((code_size or GRID * GRID * CHANNELS,))
    x = code
    if code_size is not None:
        x = layers.Dense(GRID * GRID * CHANNELS, activation="relu", name="decode_0")(x)
    x = layers.Reshape((GRID, GRID, CHANNELS))(x)
    x = layers.Conv2DTranspose(64, 4, 2, padding="same", activation="relu", name="decode_1")(x)
    if side == 28:
        x = layers.Cropping2D(((0, 1), (0, 1)))(x)  # 8 × 8 to 7 × 7
    last = layers.Conv2DTranspose(
        channels, 8, 4, padding="same", activation=activation, name="decode_2"
    )
    return keras.Model(code, last(x), name="decoder")


def _block(x: Tensor, channels: int, size: int, stride: int, name: str) -> Tensor:
    convolve = layers.Conv2D(channels, size, stride, padding="same", use_bias=False, name=name)
    x = layers.BatchNormalization(momentum=0.95, name=f"{name}_norm")(convolve(x))
    return layers.ReLU()(x)
