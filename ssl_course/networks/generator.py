"""Small image generators, and the critic that judges images: minutes of training, not days."""

import keras
from keras import layers


def image_generator(inputs: int, width: int = 256) -> keras.Model:
    """Codes (n, inputs), labels included → grey images (n, 28, 28, 1) in (0, 1); dense."""
    code = x = keras.Input((inputs,))
    for number in (1, 2):
        x = layers.Dense(width * number, name=f"make_{number}")(x)
        x = layers.BatchNormalization(momentum=0.9, name=f"make_{number}_norm")(x)
        x = layers.LeakyReLU(negative_slope=0.2)(x)
    pixels = layers.Dense(28 * 28, activation="sigmoid", name="make_3")(x)
    return keras.Model(code, layers.Reshape((28, 28, 1))(pixels), name="generator")


def conv_generator(inputs: int, channels: int = 16) -> keras.Model:
    """The same with two transposed convolutions whose kernels overlap (Radford et al., 2016)."""
    code = keras.Input((inputs,))
    x = layers.Dense(7 * 7 * 2 * channels, use_bias=False, name="make_1")(code)
    x = layers.BatchNormalization(momentum=0.9, name="make_1_norm")(x)
    x = layers.Reshape((7, 7, 2 * channels))(layers.ReLU()(x))
    up = {"strides": 2, "padding": "same"}
    x = layers.Conv2DTranspose(channels, 4, use_bias=False, name="make_2", **up)(x)
    x = layers.ReLU()(layers.BatchNormalization(momentum=0.9, name="make_2_norm")(x))
    image = layers.Conv2DTranspose(1, 4, activation="sigmoid", name="make_3", **up)(x)
    return keras.Model(code, image, name="generator")


def conv_critic(channels: int = 16, dropout: float = 0.3) -> keras.Model:
    """Grey images (n, 28, 28, 1) → features (n, 98 · channels), from which verdicts are read.

    Dropout keeps the critic from knowing few images by heart.
    """
    images = x = keras.Input((28, 28, 1))
    for number in (1, 2):
        convolve = layers.Conv2D(number * channels, 4, 2, padding="same", name=f"judge_{number}")
        x = layers.LeakyReLU(negative_slope=0.2)(convolve(x))
        x = layers.Dropout(dropout)(x)
    return keras.Model(images, layers.Flatten()(x), name="critic")
