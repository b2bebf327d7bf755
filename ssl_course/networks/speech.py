"""Networks for log-mel pictures of speech (n, 80, 32, 1): time, band, one channel."""

import keras
from keras import layers, ops

from ssl_course.views.tensor import Tensor

STRIDE = 2
"""Pictures have a frame every 10 ms, latents one every 20 ms."""


def speech_encoder(width: int = 128, frames: int = 80, bands: int = 32) -> keras.Model:
    """Pictures (n, frames, bands, 1) → representations (n, 2 · width), in three steps.

    Layer ``latents``: convolutions over 4 frames, one every 2: (n, frames / 2, width), each
    latent local.  Layer ``contexts``: a GRU that reads latents from left to right, of the same
    shape; each knows what came before and nothing of what comes.  The output is their mean and
    standard deviation over the sounding part of the clip (CPC, van den Oord et al., 2018).
    """
    pictures = keras.Input((frames, bands, 1))
    x = layers.Reshape((frames, bands))(pictures)
    x = layers.Conv1D(width, 4, STRIDE, padding="same", activation="relu", name="encode_1")(x)
    x = layers.Conv1D(width, 1, activation="relu", name="encode_2")(x)
    latents = layers.LayerNormalization(name="latents")(x)
    contexts = layers.GRU(width, return_sequences=True, name="contexts")(latents)
    pooled = mean_and_std(contexts, sounding(pictures))
    return keras.Model(pictures, pooled, name="encoder")


def sounding(pictures: Tensor, stride: int = STRIDE) -> Tensor:
    """1 for each of the steps (n, frames / stride) that begins before the clip's end, else 0."""
    heard = ops.any(pictures > 0, axis=(2, 3))
    last = ops.max(ops.where(heard, ops.arange(pictures.shape[1]), -1), axis=1, keepdims=True)
    return ops.cast(last >= ops.arange(0, pictures.shape[1], stride), "float32")


def mean_and_std(sequence: Tensor, where: Tensor) -> Tensor:
    """Mean and standard deviation over time: sequence (n, T, d), where (n, T) → (n, 2 d)."""
    where = where[..., None]
    count = ops.maximum(ops.sum(where, axis=1), 1.0)
    mean = ops.sum(sequence * where, axis=1) / count
    variance = ops.sum(ops.square(sequence - mean[:, None]) * where, axis=1) / count
    return ops.concatenate([mean, ops.sqrt(variance + 1e-6)], axis=1)


def speech_discriminator(prefix: str = "judge") -> keras.Model:
    """The body of a discriminator for pictures of any length: (n, frames, 32, 1) → (n, 256).

    Two strided convolutions; layer ``contexts`` (n, frames / 8, 256) holds their maps, one row
    every 80 ms, and the output is the mean over time.
    """
    pictures = keras.Input((None, 32, 1))
    x = layers.Conv2D(64, 7, 4, padding="same", use_bias=False, name=f"{prefix}_1")(pictures)
    x = layers.LeakyReLU(0.2)(layers.BatchNormalization(name=f"{prefix}_1_norm")(x))
    x = layers.Conv2D(64, 3, 2, padding="same", use_bias=False, name=f"{prefix}_2")(x)
    x = layers.LeakyReLU(0.2)(layers.BatchNormalization(name=f"{prefix}_2_norm")(x))
    contexts = layers.Reshape((-1, 4 * 64), name="contexts")(x)
    return keras.Model(pictures, ops.mean(contexts, axis=1), name="encoder")


def speech_generator(code_size: int) -> keras.Model:
    """Codes (n, code_size) → pictures of 0.32 s, (n, 32, 32, 1) in (0, 1)."""
    codes = keras.Input((code_size,))
    x = layers.Dense(4 * 4 * 128, activation="relu", name="generate_1")(codes)
    x = layers.Reshape((4, 4, 128))(x)
    x = layers.Conv2DTranspose(64, 4, 2, padding="same", use_bias=False, name="generate_2")(x)
    x = layers.ReLU()(layers.BatchNormalization(name="generate_2_norm")(x))
    last = layers.Conv2DTranspose(1, 8, 4, padding="same", activation="sigmoid", name="generate_3")
    return keras.Model(codes, last(x), name="generator")
