"""What a training run is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import keras


@dataclass(frozen=True)
class Recipe:
    """One training run.

    ``build`` returns the fresh, untrained method.  The optimizer is Adam; ``beta_1`` is its
    momentum.  With ``decay`` the learning rate falls to 0 along half a cosine.
    """

    name: str
    dataset: str
    build: Callable[[], keras.Model]
    epochs: int
    batch_size: int = 256
    learning_rate: float = 1e-3
    decay: bool = False
    beta_1: float = 0.9
    seed: int = 0
