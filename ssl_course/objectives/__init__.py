"""Loss functions, pure: arrays in, one scalar out; the equation and the code side by side."""

from ssl_course.objectives.adversarial import discriminator_loss, feature_matching, generator_loss
from ssl_course.objectives.classification import classification
from ssl_course.objectives.clustering import sinkhorn, swapped_prediction
from ssl_course.objectives.contrastive import info_nce, nt_xent
from ssl_course.objectives.distillation import negative_cosine, self_distillation
from ssl_course.objectives.distribution import coral, median_bandwidth, mmd
from ssl_course.objectives.language import token_cross_entropy
from ssl_course.objectives.reconstruction import binary_cross_entropy, squared_error
from ssl_course.objectives.redundancy import barlow_twins, vicreg
from ssl_course.objectives.speech import frame_nce
from ssl_course.objectives.variational import evidence_loss, gaussian_kl
from ssl_course.objectives.vectors import EPSILON, normalize

__all__ = [
    "EPSILON",
    "barlow_twins",
    "binary_cross_entropy",
    "classification",
    "coral",
    "discriminator_loss",
    "evidence_loss",
    "feature_matching",
    "frame_nce",
    "gaussian_kl",
    "generator_loss",
    "info_nce",
    "median_bandwidth",
    "mmd",
    "negative_cosine",
    "normalize",
    "nt_xent",
    "self_distillation",
    "sinkhorn",
    "squared_error",
    "swapped_prediction",
    "token_cross_entropy",
    "vicreg",
]
