"""Which passage was this sentence taken from? (Lee, Chang & Toutanova, 2019)"""

from __future__ import annotations

from typing import NamedTuple

import keras

from ssl_course.methods import Method
from ssl_course.objectives import info_nce
from ssl_course.views.tensor import Tensor


class Vectors(NamedTuple):
    """Of queries and of passages, (n, D)."""

    queries: Tensor
    passages: Tensor


class InverseCloze(Method):
    """Tell the passage that a query was cut out of from the other passages of the batch.

    One ``encoder`` reads both: token numbers (n, T) → (n, D).  Trained on [queries, passages];
    the loss is InfoNCE, once for each direction.
    """

    def __init__(self, encoder: keras.Model, temperature: float = 0.1):
        super().__init__()
        self.encoder = encoder
        self.temperature = temperature

    def compute(self, pair: list[Tensor], training: bool) -> Vectors:
        """The vectors of both."""
        return Vectors(*(self.encoder(side, training=training) for side in pair))

    def compare(self, pair: list[Tensor], outputs: Vectors) -> Tensor:
        """`objectives.info_nce`, once for each direction."""
        query, passage = outputs
        there = info_nce(query, passage, temperature=self.temperature)
        return (there + info_nce(passage, query, temperature=self.temperature)) / 2
