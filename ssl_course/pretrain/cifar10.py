"""The run on color photographs: colorization."""

import keras

from ssl_course import networks
from ssl_course.methods import Colorization
from ssl_course.pretrain.recipe import Recipe


def colorization() -> keras.Model:
    """Grey image in, color out."""
    decoder = networks.patch_decoder(side=32, channels=2, activation=None)
    return Colorization(networks.patch_encoder(side=32), decoder)


RECIPES = (Recipe("cifar10-colorization", "cifar10", colorization, epochs=10, decay=True),)
