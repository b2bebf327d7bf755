"""The convolutional autoencoder of chapter 5, in two halves."""

import keras
from keras import layers


def conv_encoder(code_size: int | None = None) -> keras.Model:
    """The encoder of the article's section 5.2 for 28 × 28 grey images.

    Two 3 × 3 convolutions (32, 64 channels), each followed by 2 × 2 max-pooling.
    Output (n, 7, 7, 64), or (n, code_size) after one more linear layer if ``code_size`` is given.
    """
    images = keras.Input((28, 28, 1))
    x = layers.Conv2D(32, 3, activation="relu", padding="same", name="encode_1")(images)
    x = layers.MaxPooling2D(2, padding="same")(x)
    x = layers.Conv2D(64, 3, activation="relu", padding="same", name="encode_2")(x)
    code = layers.MaxPooling2D(2, padding="same")(x)
    if code_size is not None:
        code = layers.Dense(code_size, name="encode_3")(layers.Flatten()(code))
    return keras.Model(images, code, name="encoder")


def conv_decoder(code_size: int | None = None) -> keras.Model:
    """The mirror image of `conv_encoder`: from its code back to (n, 28, 28, 1) in (0, 1)."""
    if code_size is None:
        code = x = keras.Input((7, 7, 64))
    else:
        code = keras.Input((code_size,))
        x = layers.Dense(7 * 7 * 64, activation="relu", name="decode_0")(code)
        x = layers.Reshape((7, 7, 64))(x)
    up = {"strides": 2, "activation": "relu", "padding": "same"}
    x = layers.Conv2DTranspose(64, 3, name="decode_1", **up)(x)
    x = layers.Conv2DTranspose(32, 3, name="decode_2", **up)(x)
    last = layers.Conv2DTranspose(1, 3, activation="sigmoid", padding="same", name="decode_3")
    return keras.Model(code, last(x), name="decoder")
