"""Filling up a starved class, and judging what was made (chapter 6.4)."""

from ssl_course.chapters.generation.judge import (
    COPY_QUANTILE,
    frechet_distance,
    memorization,
    precision_recall,
)
from ssl_course.chapters.generation.models import (
    BATCH,
    ConditionalGAN,
    ConditionalVAE,
    Trainer,
    classifier,
    gan,
    vae,
)
from ssl_course.chapters.generation.rows import (
    balanced,
    fill,
    one_hot,
    shift_and_flip,
    shuffled,
    smote,
    starve,
)

__all__ = [
    "BATCH",
    "COPY_QUANTILE",
    "ConditionalGAN",
    "ConditionalVAE",
    "Trainer",
    "balanced",
    "classifier",
    "fill",
    "frechet_distance",
    "gan",
    "memorization",
    "one_hot",
    "precision_recall",
    "shift_and_flip",
    "shuffled",
    "smote",
    "starve",
    "vae",
]
