"""Masked pretraining on rows of numbers, of which some were never recorded (chapter 9.1)."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers, ops

SHARES = (0.1, 0.7)
"""Between these lies the share of a row's known values that is hidden, anew for every row."""


def with_gaps(rows: np.ndarray, how: str, seed: int) -> np.ndarray:
    """Rows (n, c) with about 30 % NaN.

    ``how``: ``"at random"``, each value with the same chance, or ``"by size"``, large values
    (of columns with mean 0 and variance 1) more often.
    """
    chance = np.ones_like(rows) if how == "at random" else 1 / (1 + np.exp(-3 * rows))
    chance = np.minimum(0.3 * chance / chance.mean(), 0.95)
    gone = np.random.default_rng(seed).random(rows.shape) < chance
    return np.where(gone, np.nan, rows).astype("float32")


def hide(rows: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Rows (n, c) with more NaN than before, and where the new ones are: (n, c), boolean.

    Only known values are hidden.  What was missing stays missing, and is not marked: nobody
    knows its value, so it cannot be a target.
    """
    share = random.uniform(*SHARES, size=(len(rows), 1))
    hidden = (random.random(rows.shape) < share) & ~np.isnan(rows)
    return np.where(hidden, np.nan, rows), hidden


def as_input(rows: np.ndarray) -> np.ndarray:
    """Rows (n, c) with NaN → (n, 2c): 0 for what is missing, then 1 for what is known."""
    known = ~np.isnan(rows)
    return np.concatenate([np.where(known, rows, 0), known], axis=1).astype("float32")


def hidden_error(target: Any, prediction: Any) -> Any:
    """Mean squared error of the hidden values; ``target`` (n, 2, c) is values and mask."""
    value, hidden = target[:, 0], target[:, 1]
    return ops.sum(hidden * (value - prediction) ** 2) / ops.maximum(ops.sum(hidden), 1)


def row_network(columns: int, width: int = 128) -> keras.Model:
    """Inputs (n, 2 · columns) of `as_input` → predicted values (n, columns)."""
    x = rows = keras.Input((2 * columns,))
    for name in ("encode_1", "encode_2"):
        x = layers.Dense(width, activation="relu", name=name)(x)
    return keras.Model(rows, layers.Dense(columns, name="decode")(x), name="rows")


class MaskedValues:
    """A network that predicts hidden values of a row from the others.

    Used as scikit-learn's imputers are: ``fit`` on rows with NaN, columns of about unit
    variance; ``transform`` fills what is missing.  In the spirit of Du, Melis and Wang (2024),
    with a plain network in place of their transformer.
    """

    def __init__(self, steps: int = 800, batch: int = 128, rate: float = 2e-3, seed: int = 0):
        self.steps, self.batch, self.rate, self.seed = steps, batch, rate, seed

    def fit(self, rows: np.ndarray) -> MaskedValues:
        """Train a fresh network on rows (n, c) with NaN where a value is missing."""
        self.untrained(rows.shape[1])
        random = np.random.default_rng(self.seed)
        seen = rows[random.integers(len(rows), size=self.steps * self.batch)]
        visible, hidden = hide(seen, random)
        target = np.stack([np.nan_to_num(seen), hidden], axis=1).astype("float32")
        rate = keras.optimizers.schedules.CosineDecay(self.rate, self.steps)
        adam = keras.optimizers.Adam(rate)
        # A network this small trains faster without XLA.
        self.network.compile(adam, hidden_error, steps_per_execution=25, jit_compile=False)
        settings = {"batch_size": self.batch, "shuffle": False, "verbose": 0}
        self.network.fit(as_input(visible), target, **settings)
        return self

    def untrained(self, columns: int) -> MaskedValues:
        """Random weights, as they are before `fit`."""
        keras.utils.set_random_seed(self.seed)
        self.network = row_network(columns)
        hidden = self.network.get_layer("encode_2").output
        self.encoder = keras.Model(self.network.input, hidden)
        return self

    def predict(self, rows: np.ndarray) -> np.ndarray:
        """What the network would expect in every column: (n, c)."""
        return np.asarray(self.network(as_input(rows)))

    def transform(self, rows: np.ndarray) -> np.ndarray:
        """The rows, with predictions where a value is missing."""
        return np.where(np.isnan(rows), self.predict(rows), rows)

    def embed(self, rows: np.ndarray) -> np.ndarray:
        """Representation of each row: (n, width)."""
        return np.asarray(self.encoder(as_input(rows)))
