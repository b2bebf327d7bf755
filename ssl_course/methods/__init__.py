"""Self-supervised methods, one file a family; a method is a `keras.Model`."""

from ssl_course.methods.autoencoder import Autoencoder
from ssl_course.methods.clustering import SwAV
from ssl_course.methods.colorization import Colorization
from ssl_course.methods.contrastive import NNCLR, MoCo, SimCLR
from ssl_course.methods.distillation import BYOL, DINO, SimSiam
from ssl_course.methods.gan import GAN
from ssl_course.methods.language import CausalLanguageModel, MaskedLanguageModel
from ssl_course.methods.linear import LinearAutoencoder
from ssl_course.methods.masked import IJEPA, MaskedAutoencoder
from ssl_course.methods.method import Method
from ssl_course.methods.pretext import Inpainting, Puzzle
from ssl_course.methods.redundancy import BarlowTwins, VICReg
from ssl_course.methods.sparse import KSparseAutoencoder, SparseAutoencoder
from ssl_course.methods.speech import CPC, SpeechGAN
from ssl_course.methods.two_view import TwoViewMethod
from ssl_course.methods.variational import VAE, AdversarialAutoencoder, MatchedAutoencoder

__all__ = [
    "BYOL",
    "CPC",
    "DINO",
    "GAN",
    "IJEPA",
    "NNCLR",
    "VAE",
    "AdversarialAutoencoder",
    "Autoencoder",
    "BarlowTwins",
    "CausalLanguageModel",
    "Colorization",
    "Inpainting",
    "KSparseAutoencoder",
    "LinearAutoencoder",
    "MaskedAutoencoder",
    "MaskedLanguageModel",
    "MatchedAutoencoder",
    "Method",
    "MoCo",
    "Puzzle",
    "SimCLR",
    "SimSiam",
    "SparseAutoencoder",
    "SpeechGAN",
    "SwAV",
    "TwoViewMethod",
    "VICReg",
]
