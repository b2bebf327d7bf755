"""A small Transformer for text: tokens look at each other, or only backward.

Token 0 is padding throughout; nobody looks at it.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from ssl_course.views.tensor import Tensor


class SelfAttention(layers.Layer):
    r"""Each token gathers from the tokens it may see (Vaswani et al., 2017).

    .. math:: \operatorname{softmax}\!\left(\frac{QK^\top}{\sqrt{d}} + M\right) V

    Tokens (n, T, D) and ``real`` (n, T), True where a token is no padding → (n, T, D).  The
    mask M hides padding and, with ``causal``, all that comes later.
    """

    def __init__(self, width: int, heads: int, causal: bool = False, **options: Any):
        super().__init__(**options)
        self.width, self.heads, self.causal = width, heads, causal
        self.ask = layers.Dense(3 * width, name="ask")  # queries, keys and values
        self.join = layers.Dense(width, name="join")

    def build(self, tokens_shape: tuple, real_shape: tuple | None = None) -> None:
        """Make the weights for tokens (n, T, D)."""
        self.ask.build(tokens_shape)
        self.join.build(tokens_shape)

    def call(self, tokens: Tensor, real: Tensor) -> Tensor:
        """What each of the tokens gathers."""
        queries, keys, values = self._split(tokens)
        visible = real[:, None, None, :]
        if self.causal:
            visible = ops.logical_and(visible, np.tri(tokens.shape[1], dtype=bool))
        return self._gather(queries, keys, values, visible)

    def step(self, token: Tensor, cache: tuple[Tensor, ...] = ()) -> tuple[Tensor, tuple]:
        """What one token (n, 1, D) gathers from itself and from those before it, all real.

        ``cache`` is empty for the first token, then what the step before returned beside its
        result: keys and values (n, heads, t, D / heads) of all tokens so far.
        """
        query, keys, values = self._split(token)
        if not cache:  # whoever is alone gathers from itself
            return self._merge(values), (keys, values)
        keys, values = (
            ops.concatenate(pair, axis=2) for pair in zip(cache, (keys, values), strict=True)
        )
        return self._gather(query, keys, values, True), (keys, values)

    def _split(self, tokens: Tensor) -> list[Tensor]:
        """Queries, keys and values, each (n, heads, T, D / heads)."""
        shape = (-1, tokens.shape[1], 3, self.heads, self.width // self.heads)
        asked = ops.reshape(self.ask(tokens), shape)
        return ops.unstack(ops.transpose(asked, (2, 0, 3, 1, 4)), axis=0)

    def _gather(self, queries: Tensor, keys: Tensor, values: Tensor, visible: Tensor) -> Tensor:
        scores = ops.matmul(queries, ops.swapaxes(keys, -1, -2)) / queries.shape[-1] ** 0.5
        weights = ops.softmax(ops.where(visible, scores, -1e9), axis=-1)
        return self._merge(ops.matmul(weights, values))

    def _merge(self, heads: Tensor) -> Tensor:
        """What all heads (n, heads, T, D / heads) found, as (n, T, D)."""
        gathered = ops.transpose(heads, (0, 2, 1, 3))
        return self.join(ops.reshape(gathered, (-1, heads.shape[2], self.width)))

    def get_config(self) -> dict[str, Any]:
        """What Keras needs to make the layer again."""
        own = {"width": self.width, "heads": self.heads, "causal": self.causal}
        return super().get_config() | own


class Places(layers.Layer):
    """Add to each of T tokens (n, T, D) a learned vector of its place."""

    def build(self, shape: tuple) -> None:
        """Make the table for tokens (n, T, D)."""
        self.table = self.add_weight(shape=shape[1:], initializer=_small(), name="table")

    def call(self, tokens: Tensor) -> Tensor:
        """Tokens (n, T, D) with their places in them."""
        return tokens + self.table


def text_transformer(
    vocabulary: int,
    length: int = 48,
    width: int = 64,
    depth: int = 2,
    causal: bool = False,
    name: str = "text",
) -> keras.Model:
    """Token numbers (n, length), int32 → one vector a token (n, length, width).

    ``depth`` blocks of attention (32 features a head, of which ``width`` is a multiple) and a
    two-layer network, normalized before each (pre-norm) and at the end.
    """
    numbers = keras.Input((length,), dtype="int32")
    real = ops.not_equal(numbers, 0)
    x = layers.Embedding(vocabulary, width, embeddings_initializer=_small(), name="tokens")(numbers)
    x = Places(name="places")(x)
    for block in range(1, depth + 1):
        y = layers.LayerNormalization(epsilon=1e-6, name=f"{name}_{block}_norm_1")(x)
        y = SelfAttention(width, width // 32, causal, name=f"{name}_{block}_attend")(y, real)
        x = layers.Add()([x, y])
        y = layers.LayerNormalization(epsilon=1e-6, name=f"{name}_{block}_norm_2")(x)
        y = layers.Dense(2 * width, activation="gelu", name=f"{name}_{block}_wide")(y)
        x = layers.Add()([x, layers.Dense(width, name=f"{name}_{block}_narrow")(y)])
    x = layers.LayerNormalization(epsilon=1e-6, name=f"{name}_norm")(x)
    return keras.Model(numbers, x, name=name)


def text_step(
    transformer: keras.Model, tokens: Tensor, place: int, cache: dict[int, tuple]
) -> Tensor:
    """Vectors (n, 1, width) of a causal `text_transformer` at one place, for the tokens (n,) there.

    ``cache``, empty at place 0, holds for each block the keys and values of all places before, and
    then those of this one too.
    """
    get, name = transformer.get_layer, transformer.name
    x = get("tokens")(tokens[:, None]) + get("places").table[place]
    block = 1
    while f"{name}_{block}_attend" in {layer.name for layer in transformer.layers}:
        attend, y = get(f"{name}_{block}_attend"), get(f"{name}_{block}_norm_1")(x)
        y, cache[block] = attend.step(y, cache.get(block, ()))
        x = x + y
        y = get(f"{name}_{block}_wide")(get(f"{name}_{block}_norm_2")(x))
        x = x + get(f"{name}_{block}_narrow")(y)
        block += 1
    return get(f"{name}_norm")(x)


def text_encoder(transformer: keras.Model) -> keras.Model:
    """The transformer with its vectors averaged over all tokens but padding: (n, width)."""
    numbers = transformer.input
    real = ops.cast(ops.not_equal(numbers, 0), "float32")[..., None]
    total = ops.sum(transformer.output * real, axis=1)
    return keras.Model(numbers, total / ops.maximum(ops.sum(real, axis=1), 1.0), name="encoder")


def _small() -> keras.Initializer:
    return keras.initializers.RandomNormal(stddev=0.02)
