"""The two mistakes of chapter 6.2, in causal language models that train in seconds."""

from __future__ import annotations

import keras

from ssl_course import networks
from ssl_course.data import text
from ssl_course.methods import CausalLanguageModel
from ssl_course.methods.language import PADDING, Guessed
from ssl_course.views.tensor import Tensor

LENGTH, WIDTH, BLOCKS = 16, 32, 1
"""The models read the first 16 tokens of a review."""


class NotMoved(CausalLanguageModel):
    """The answer at every place is the token that stands there."""

    def compute(self, tokens: Tensor, training: bool) -> Guessed:
        """A guess of each token of (n, T) by a network that sees it."""
        logits = self.score(self.transformer(tokens, training=training))
        return Guessed(tokens, logits, tokens > PADDING)


KINDS = {
    "right": (CausalLanguageModel, True),
    "without the mask": (CausalLanguageModel, False),
    "answers not moved": (NotMoved, True),
}
"""The class of a model, and whether its attention has the causal mask."""


def small(kind: str) -> keras.Model:
    """A fresh model of one of `KINDS`, for reviews."""
    method, causal = KINDS[kind]
    size = text.SIZES["reviews"]
    return method(networks.text_transformer(size, LENGTH, WIDTH, BLOCKS, causal))
