"""Every training run of the course, described in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import keras

from ssl_course import networks, views
from ssl_course.methods import Autoencoder


@dataclass(frozen=True)
class Recipe:
    """One training run.  ``build`` returns the fresh, untrained method; the optimizer is Adam."""

    name: str
    dataset: str
    build: Callable[[], keras.Model]
    epochs: int
    batch_size: int = 256
    learning_rate: float = 1e-3
    seed: int = 0


def autoencoder() -> keras.Model:
    return Autoencoder(networks.conv_encoder(), networks.conv_decoder())


def bottleneck() -> keras.Model:
    return Autoencoder(networks.conv_encoder(32), networks.conv_decoder(32))


def denoising() -> keras.Model:
    return Autoencoder(networks.conv_encoder(), networks.conv_decoder(), views.AddNoise(std=0.5))


def masking() -> keras.Model:
    hide = views.MaskPatches(size=4, fraction=0.5)
    return Autoencoder(networks.conv_encoder(), networks.conv_decoder(), hide)


RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe("mnist-autoencoder", "mnist", autoencoder, epochs=40),
        Recipe("mnist-bottleneck", "mnist", bottleneck, epochs=40),
        Recipe("mnist-denoising", "mnist", denoising, epochs=40),
        Recipe("mnist-masking", "mnist", masking, epochs=40),
    )
}
