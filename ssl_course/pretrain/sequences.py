"""The run of chapter 9.2: a small Transformer that guesses the next letter of a molecule."""

import keras

from ssl_course import networks
from ssl_course.methods import CausalLanguageModel
from ssl_course.pretrain.recipe import Recipe

LETTERS, LENGTH, DEPTH = 30, 57, 3
"""Of the vocabulary, special tokens included; of a molecule with start and end; in blocks."""


def causal() -> keras.Model:
    """Guess the next letter."""
    return CausalLanguageModel(networks.text_transformer(LETTERS, LENGTH, depth=DEPTH, causal=True))


RECIPES = (
    Recipe(
        "molecules-causal",
        "molecules",
        causal,
        epochs=20,
        batch_size=64,
        learning_rate=3e-3,
        decay=True,
    ),
)
