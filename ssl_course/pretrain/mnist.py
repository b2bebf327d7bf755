"""The runs of chapter 5: one convolutional autoencoder and three repairs."""

import keras

from ssl_course import networks, views
from ssl_course.methods import Autoencoder
from ssl_course.pretrain.recipe import Recipe


def autoencoder() -> keras.Model:
    """7 · 7 · 64 numbers between the halves."""
    return Autoencoder(networks.conv_encoder(), networks.conv_decoder())


def bottleneck() -> keras.Model:
    """32 numbers between the halves."""
    return Autoencoder(networks.conv_encoder(32), networks.conv_decoder(32))


def denoising() -> keras.Model:
    """From noisy digits."""
    return Autoencoder(
        networks.conv_encoder(), networks.conv_decoder(), views.AddNoise(std=0.5, seed=0)
    )


def masking() -> keras.Model:
    """From digits with half of the patches hidden."""
    hide = views.MaskPatches(size=4, fraction=0.5, seed=0)
    return Autoencoder(networks.conv_encoder(), networks.conv_decoder(), hide)


RECIPES = (
    Recipe("mnist-autoencoder", "mnist", autoencoder, epochs=40),
    Recipe("mnist-bottleneck", "mnist", bottleneck, epochs=40),
    Recipe("mnist-denoising", "mnist", denoising, epochs=40),
    Recipe("mnist-masking", "mnist", masking, epochs=40),
)
