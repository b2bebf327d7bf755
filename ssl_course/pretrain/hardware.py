"""What a recipe changes where there is a GPU: mixed precision and larger batches."""

from __future__ import annotations

import math
from dataclasses import replace

import keras

from ssl_course.pretrain.recipe import Recipe

GPU_BATCHES = 4
"""So many batches of a recipe make one on a GPU, which a small batch leaves idle."""

HALF = (keras.layers.Conv2D, keras.layers.Conv2DTranspose, keras.layers.Dense)
"""Layers that multiply matrices; they alone gain from half precision."""


def has_gpu() -> bool:
    """Whether the backend sees a GPU."""
    return bool(keras.distribution.list_devices("gpu"))


def for_gpu(recipe: Recipe) -> Recipe:
    """The recipe with larger batches and a rate that fits them.

    Four times the batch has twice the learning rate, the square-root rule for Adam (Malladi et
    al., 2022, arXiv:2205.10287).  Epochs stay, so there are fewer steps: weights and numbers
    are not those of the CPU.
    """
    return replace(
        recipe,
        batch_size=GPU_BATCHES * recipe.batch_size,
        learning_rate=math.sqrt(GPU_BATCHES) * recipe.learning_rate,
    )


def halve_precision(method: keras.Model) -> None:
    """Let the encoder's hidden matrix products compute in float16, before ``compile``.

    Weights, statistics, representation and loss stay float32 (Micikevicius et al., 2018,
    arXiv:1710.03740), so no objective has to know; gradients need a loss scale.
    """
    last = method.encoder.layers[-1]
    for layer in method.encoder.layers:
        if isinstance(layer, HALF) and layer is not last:
            layer.dtype_policy = keras.DTypePolicy("mixed_float16")
