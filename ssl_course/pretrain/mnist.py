"""The runs of chapter 5: one convolutional autoencoder and three repairs."""

import keras

from ssl_course import networks, views
from ssl_course.methods import Autoencoder
from ssl_course.pretrain.recipe import Recipe


def autoencoder() -> keras.Model:
    return Autoencoder(networks.conv_encoder(), networks.conv_decoder())


def bottleneck() -> keras.Model:
    return Autoencoder(networks.conv_encoder(32), networks.conv_decoder(32))


def denoising() -> keras.Model:
    return Autoencoder(networks.conv_encoder(), networks.conv_decoder(), views.AddNoise(std=0.5))


def masking() -> keras.Model:
    hide = views.MaskPatches(size=4, fraction=0.5)
    return Autoencoder(networks.conv_encoder(), networks.conv_decoder(), hide)


RECIPES = (
    Recipe("mnist-autoencoder", "mnist", autoencoder, epochs=40),
    Recipe("mnist-bottleneck", "mnist", bottleneck, epochs=40),
    Recipe("mnist-denoising", "mnist", denoising, epochs=40),
    Recipe("mnist-masking", "mnist", masking, epochs=40),
)
