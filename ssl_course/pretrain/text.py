"""The runs of section 6.2: one small Transformer, two ways to guess characters."""

from typing import Any

import keras

from ssl_course import networks
from ssl_course.methods import CausalLanguageModel, MaskedLanguageModel
from ssl_course.pretrain.recipe import Recipe

CHARACTERS = 2000
"""Size of the vocabulary, special tokens included."""


def masked() -> keras.Model:
    """Guess hidden characters from both sides."""
    return MaskedLanguageModel(networks.text_transformer(CHARACTERS), rate=0.25)


def causal() -> keras.Model:
    """Guess the next character."""
    return CausalLanguageModel(networks.text_transformer(CHARACTERS, causal=True))


SETTINGS: dict[str, Any] = {"batch_size": 64, "learning_rate": 3e-3, "decay": True}

RECIPES = (
    Recipe("reviews-masked", "reviews", masked, epochs=10, **SETTINGS),
    Recipe("reviews-causal", "reviews", causal, epochs=5, **SETTINGS),
)
