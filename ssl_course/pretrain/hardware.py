"""What a recipe changes where there is a GPU: mixed precision and larger batches."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import keras

from ssl_course.pretrain.recipe import Recipe

GPU_BATCHES = 4
"""So many batches of a recipe make one on a GPU, which a small batch leaves idle."""

HALF = (
    keras.layers.Conv1D,
    keras.layers.Conv2D,
    keras.layers.Conv2DTranspose,
    keras.layers.Dense,
)
"""Layers that multiply matrices and gain from half precision."""


def has_gpu() -> bool:
    """Whether the backend sees a GPU."""
    if keras.backend.backend() == "torch":  # for which Keras lists no devices
        import torch

        return torch.cuda.is_available()
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

    Attention and recurrent layers, weights, statistics, representation and loss stay float32
    (Micikevicius et al., 2018, arXiv:1710.03740), so no objective has to know; gradients need a
    loss scale.
    """
    *hidden, _ = _leaves(method.encoder)
    for layer in hidden:
        if isinstance(layer, HALF):
            layer.dtype_policy = keras.DTypePolicy("mixed_float16")


def _leaves(model: keras.Model) -> Iterator[keras.Layer]:
    """The layers of a model in order, those of models inside of it included."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _leaves(layer)
        else:
            yield layer
