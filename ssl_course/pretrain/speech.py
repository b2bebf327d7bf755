"""The runs of chapter 6.3: speech, predicted or imitated."""

from collections.abc import Callable
from typing import Any

import keras

from ssl_course import networks
from ssl_course.methods import CPC, SpeechGAN
from ssl_course.pretrain.recipe import Recipe

CODE = 32
"""Length of the codes that the generator turns into patches."""


def cpc() -> keras.Model:
    """Negatives from the same clip."""
    return CPC(networks.speech_encoder(), negatives="same")


def cpc_other() -> keras.Model:
    """Negatives from other clips."""
    return CPC(networks.speech_encoder(), negatives="other")


def gan() -> keras.Model:
    """Tell real sound from made."""
    return SpeechGAN(networks.speech_discriminator(), networks.speech_generator(CODE), reader())


def reader() -> keras.Model:
    """Reads a code back from a picture of sound."""
    body = networks.speech_discriminator("read")
    return keras.Sequential([body, keras.layers.Dense(CODE, name="read_3")], name="inverse")


def _recipe(build: Callable[[], keras.Model], epochs: int, **settings: Any) -> Recipe:
    name = "spoken_digits-" + build.__name__
    return Recipe(name, "spoken_digits", build, epochs=epochs, batch_size=60, **settings)


RECIPES = (
    _recipe(cpc, 10, learning_rate=2e-3, decay=True),
    _recipe(cpc_other, 10, learning_rate=2e-3, decay=True),
    _recipe(gan, 15, learning_rate=2e-4, beta_1=0.5),
)
