"""Numbers of half precision have too few digits for a loss."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import keras
from keras import ops

HALF = ("float16", "bfloat16")


def in_float32(objective: Callable) -> Callable:
    """Let a function of tensors compute in float32 what comes in float16 or bfloat16.

    Sums over a batch, exponentials and logarithms overflow or vanish in half precision.  All else
    passes as it is, float64 too.
    """

    @wraps(objective)
    def computed(*arguments: Any, **options: Any) -> Any:
        options = {name: _widened(value) for name, value in options.items()}
        return objective(*map(_widened, arguments), **options)

    return computed


def _widened(value: Any) -> Any:
    kind = getattr(value, "dtype", None)
    half = kind is not None and keras.backend.standardize_dtype(kind) in HALF
    return ops.cast(value, "float32") if half else value
