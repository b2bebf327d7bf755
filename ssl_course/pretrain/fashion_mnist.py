"""The runs of chapter 3: every method on Fashion-MNIST, one encoder, one budget."""

from collections.abc import Callable
from typing import Any

import keras

from ssl_course import networks, objectives, views
from ssl_course.methods import (
    BYOL,
    DINO,
    GAN,
    IJEPA,
    NNCLR,
    VAE,
    AdversarialAutoencoder,
    Autoencoder,
    BarlowTwins,
    Inpainting,
    KSparseAutoencoder,
    LinearAutoencoder,
    MaskedAutoencoder,
    MatchedAutoencoder,
    MoCo,
    Puzzle,
    SimCLR,
    SimSiam,
    SparseAutoencoder,
    SwAV,
    VICReg,
)
from ssl_course.pretrain.recipe import Recipe

WIDTH = 2048
"""Length D of the shared encoder's representation."""

CODE = 32
"""Length of the codes that follow a prior."""


def view() -> views.RandomView:
    """The views of all two-view methods, chosen on validation data."""
    return views.RandomView(area=(0.25, 1.0), erase=0.25)


def linear() -> keras.Model:
    """No hidden layer on either side."""
    return LinearAutoencoder(networks.dense_encoder(CODE), networks.dense_decoder(CODE))


def dense() -> keras.Model:
    """The plainest autoencoder with a hidden layer."""
    return Autoencoder(networks.dense_encoder(64, 256), networks.dense_decoder(64, 256))


def autoencoder() -> keras.Model:
    """The shared encoder and its mirror image."""
    return Autoencoder(networks.patch_encoder(), networks.patch_decoder())


def denoising() -> keras.Model:
    """The same, from noisy images."""
    noise = views.AddNoise(std=0.5, seed=0)
    return Autoencoder(networks.patch_encoder(), networks.patch_decoder(), noise)


def sparse() -> keras.Model:
    """The same, with a price on active features."""
    return SparseAutoencoder(networks.patch_encoder(), networks.patch_decoder(), weight=0.1)


def k_sparse() -> keras.Model:
    """The same, with 64 features let through."""
    return KSparseAutoencoder(networks.patch_encoder(), networks.patch_decoder(), k=64)


def masked() -> keras.Model:
    """12 of 49 patches are seen."""
    decoder = networks.transformer(64, depth=1, outputs=16, name="decoder")
    return MaskedAutoencoder(networks.tokenizer(), networks.transformer(), decoder)


def vae() -> keras.Model:
    """Codes that follow the standard normal."""
    return VAE(networks.patch_encoder(), networks.patch_decoder(CODE))


def beta_vae() -> keras.Model:
    """The same, four times as strictly."""
    return VAE(networks.patch_encoder(), networks.patch_decoder(CODE), beta=4.0)


def adversarial_autoencoder() -> keras.Model:
    """The same prior, policed by a critic."""
    parts = networks.patch_encoder(), networks.patch_decoder(CODE), networks.code_critic(CODE)
    return AdversarialAutoencoder(*parts)


def gan() -> keras.Model:
    """The encoder tells real from made."""
    return GAN(networks.patch_encoder(), networks.image_generator(CODE), inverse())


def gan_feature_matching() -> keras.Model:
    """The same, with a generator that matches features."""
    parts = networks.patch_encoder(), networks.image_generator(CODE), inverse()
    return GAN(*parts, match_features=True)


def inverse() -> keras.Model:
    """Reads a code back from an image."""
    body = networks.patch_encoder(prefix="inverse")
    return keras.Sequential([body, keras.layers.Dense(CODE, name="inverse_3")], name="inverse")


def mmd() -> keras.Model:
    """Codes compared with the prior by a kernel."""
    parts = networks.patch_encoder(), networks.patch_decoder(CODE)
    return MatchedAutoencoder(*parts, objectives.mmd)


def coral() -> keras.Model:
    """Codes compared with the prior by their covariance."""
    parts = networks.patch_encoder(), networks.patch_decoder(CODE)
    return MatchedAutoencoder(*parts, objectives.coral, weight=10.0)


def rotation() -> keras.Model:
    """Four answers."""
    return Puzzle(networks.patch_encoder(), networks.head(WIDTH, 4), views.Turn())


def jigsaw() -> keras.Model:
    """24 answers."""
    return Puzzle(networks.patch_encoder(), networks.head(WIDTH, 24), views.ShuffleTiles())


def inpainting() -> keras.Model:
    """A square hole."""
    return Inpainting(networks.patch_encoder(), networks.patch_decoder(), views.CutHole())


def simclr() -> keras.Model:
    """Negatives from the batch."""
    return SimCLR(networks.patch_encoder(), networks.projector(), view())


def moco() -> keras.Model:
    """Negatives from a queue."""
    return MoCo(networks.patch_encoder(), networks.projector(), view())


def nnclr() -> keras.Model:
    """Positives from a queue."""
    return NNCLR(networks.patch_encoder(), networks.projector(), networks.predictor(), view())


def swav() -> keras.Model:
    """Clusters as targets."""
    return SwAV(networks.patch_encoder(), networks.projector(), view())


def byol() -> keras.Model:
    """A target network, no negatives."""
    return BYOL(networks.patch_encoder(), networks.projector(), networks.predictor(), view())


def simsiam() -> keras.Model:
    """No target network, no negatives."""
    return SimSiam(networks.patch_encoder(), networks.projector(), networks.predictor(), view())


def dino() -> keras.Model:
    """In so short a run a target that trails far behind stays random; hence the momentum."""
    parts = networks.patch_encoder(), networks.prototype_projector()
    return DINO(*parts, view(), momentum=0.96)


def barlow_twins() -> keras.Model:
    """A wide projection, made of features that do not repeat each other."""
    return BarlowTwins(networks.patch_encoder(), networks.projector(512), view())


def vicreg() -> keras.Model:
    """The same, by variance and covariance."""
    return VICReg(networks.patch_encoder(), networks.projector(512), view())


def ijepa(momentum: float = 0.996) -> keras.Model:
    """The representation of hidden blocks; in a longer run the target may move more slowly."""
    predict = networks.transformer(64, depth=1, outputs=96, name="predictor")
    return IJEPA(networks.tokenizer(), networks.transformer(), predict, momentum=momentum)


def _recipe(build: Callable[[], keras.Model], epochs: int, **settings: Any) -> Recipe:
    name = "fashion_mnist-" + build.__name__
    return Recipe(name, "fashion_mnist", build, epochs=epochs, decay=True, **settings)


RECIPES = (
    _recipe(linear, 10),
    _recipe(dense, 10),
    _recipe(autoencoder, 8),
    _recipe(denoising, 8),
    _recipe(sparse, 8),
    _recipe(k_sparse, 8),
    _recipe(masked, 6),
    _recipe(vae, 8),
    _recipe(beta_vae, 8),
    _recipe(adversarial_autoencoder, 8),
    _recipe(gan, 8, learning_rate=2e-4, beta_1=0.5),
    _recipe(gan_feature_matching, 8, learning_rate=2e-4, beta_1=0.5),
    _recipe(mmd, 8),
    _recipe(coral, 8),
    _recipe(rotation, 16),
    _recipe(jigsaw, 16),
    _recipe(inpainting, 8),
    _recipe(simclr, 10),
    _recipe(moco, 10),
    _recipe(nnclr, 10),
    _recipe(swav, 10),
    _recipe(byol, 10),
    _recipe(simsiam, 10),
    _recipe(dino, 10),
    _recipe(barlow_twins, 10),
    _recipe(vicreg, 10),
    _recipe(ijepa, 2),
)
