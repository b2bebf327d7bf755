"""Language models: guess hidden tokens from both sides, or the next one from the left."""

from __future__ import annotations

import math
from typing import NamedTuple

import keras
from keras import ops

from ssl_course.methods.masked import pick
from ssl_course.methods.method import Method
from ssl_course.networks import text_encoder
from ssl_course.objectives import token_cross_entropy
from ssl_course.views.tensor import Tensor

PADDING, UNKNOWN, HIDDEN, START, END = range(5)
"""Tokens with a meaning of their own; those of the text begin at 5."""

SPECIAL = 5


class Guessed(NamedTuple):
    """Right tokens (n, t), logits for them (n, t, vocabulary), and where they are asked for."""

    tokens: Tensor
    logits: Tensor
    where: Tensor


class LanguageModel(Method):
    """A transformer and, on top, a score for each token of the vocabulary.

    ``transformer``: token numbers (n, T) → vectors (n, T, D), with an embedding named
    ``tokens``.  Its table also scores the answers (Press & Wolf, 2017).
    """

    def __init__(self, transformer: keras.Model):
        super().__init__()
        self.transformer = transformer
        self.encoder = text_encoder(transformer)
        self.table = transformer.get_layer("tokens")
        self.vocabulary = self.table.input_dim
        self.bias = self.add_weight(shape=(self.vocabulary,), initializer="zeros", name="bias")

    def score(self, vectors: Tensor) -> Tensor:
        """Logits (n, t, vocabulary) of vectors (n, t, D)."""
        return ops.matmul(vectors, ops.transpose(self.table.embeddings)) + self.bias

    def logits(self, tokens: Tensor) -> Tensor:
        """Logits (n, T, vocabulary) at every place of the tokens (n, T)."""
        return self.score(self.transformer(tokens))

    def compare(self, tokens: Tensor, outputs: Guessed) -> Tensor:
        """`objectives.token_cross_entropy` where tokens are asked for."""
        return token_cross_entropy(outputs.tokens, outputs.logits, outputs.where)


class CausalLanguageModel(LanguageModel):
    """At every place, guess the next token (Radford et al., 2018).

    The transformer has to be causal: a place that sees its successor has nothing to guess.
    """

    def compute(self, tokens: Tensor, training: bool) -> Guessed:
        """A guess of each token of (n, T) but the first."""
        following = tokens[:, 1:]
        logits = self.score(self.transformer(tokens, training=training)[:, :-1])
        return Guessed(following, logits, ops.not_equal(following, PADDING))


class MaskedLanguageModel(LanguageModel):
    """Hide some tokens and guess them from both sides (BERT; Devlin et al., 2019).

    ``rate`` of the tokens of each text are asked for, at least one.
    """

    def __init__(self, transformer: keras.Model, rate: float = 0.15, seed: int | None = None):
        super().__init__(transformer)
        self.rate = rate
        self.seeds = keras.random.SeedGenerator(seed)

    def compute(self, tokens: Tensor, training: bool) -> Guessed:
        """A guess of some tokens of (n, T), most of which are hidden."""
        places, asked = choose(tokens, self.rate, self.seeds)
        seen = hide(tokens, places, asked, self.vocabulary, self.seeds)
        vectors = pick(self.transformer(seen, training=training), places)
        right = ops.take_along_axis(tokens, places, axis=1)
        return Guessed(right, self.score(vectors), asked)


def choose(tokens: Tensor, rate: float, seeds: keras.random.SeedGenerator) -> tuple[Tensor, Tensor]:
    """Random places (n, K) in tokens (n, T), and which of them are asked for, (n, K) booleans.

    Of L ordinary tokens, ``rate`` · L are asked for, rounded, and at least one.
    K = ``rate`` · T, rounded up, so that every text gives equally many places.
    """
    ordinary = ops.cast(tokens >= SPECIAL, "float32")
    most = math.ceil(rate * tokens.shape[1])
    order = keras.random.uniform(ops.shape(tokens), seed=seeds) + ordinary  # ordinary ones first
    _, places = ops.top_k(order, most)
    count = ops.sum(ordinary, axis=1, keepdims=True)
    wanted = ops.minimum(ops.maximum(ops.round(rate * count), 1.0), count)
    return places, ops.arange(most, dtype="float32") < wanted


def hide(
    tokens: Tensor,
    places: Tensor,
    asked: Tensor,
    vocabulary: int,
    seeds: keras.random.SeedGenerator,
) -> Tensor:
    """The tokens (n, T) with the asked places changed: 80 % hidden, 10 % random, 10 % as they are.

    The tenth that stays and the tenth that lies force the network to have an opinion of every
    token, not of hidden ones only: in use, nothing is hidden.
    """
    at = ops.one_hot(places, tokens.shape[1], dtype="int32") * ops.cast(asked, "int32")[..., None]
    at = ops.sum(at, axis=1) > 0
    shape = ops.shape(tokens)
    fate = keras.random.uniform(shape, seed=seeds)
    lie = keras.random.randint(shape, SPECIAL, vocabulary, seed=seeds)
    changed = ops.where(fate < 0.8, HIDDEN, ops.where(fate < 0.9, lie, tokens))
    return ops.where(at, changed, tokens)
