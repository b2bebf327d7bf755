"""A small Transformer for text: tokens look at each other, or only backward.

Token 0 is padding throughout; nobody looks at it.
"""

import keras
import numpy as np
from keras import layers, ops


class SelfAttention(layers.Layer):
    r"""Each token gathers from the tokens it may see (Vaswani et al., 2017).

    .. math:: \operatorname{softmax}\!\left(\frac{QK^\top}{\sqrt{d}} + M\right) V

    Tokens (n, T, D) and ``real`` (n, T), True where a token is no padding → (n, T, D).  The
    mask M hides padding and, with ``causal``, all that comes later.
    """

    def __init__(self, width: int, heads: int, causal: bool = False, **options):
        super().__init__(**options)
        self.width, self.heads, self.causal = width, heads, causal
        self.ask = layers.Dense(3 * width, name="ask")  # queries, keys and values
        self.join = layers.Dense(width, name="join")

    def build(self, tokens_shape, real_shape=None):
        self.ask.build(tokens_shape)
        self.join.build(tokens_shape)

    def call(self, tokens, real):
        length, size = tokens.shape[1], self.width // self.heads
        asked = ops.reshape(self.ask(tokens), (-1, length, 3, self.heads, size))
        queries, keys, values = ops.unstack(ops.transpose(asked, (2, 0, 3, 1, 4)), axis=0)
        scores = ops.matmul(queries, ops.swapaxes(keys, -1, -2)) / size**0.5
        visible = real[:, None, None, :]
        if self.causal:
            visible = ops.logical_and(visible, np.tri(length, dtype=bool))
        weights = ops.softmax(ops.where(visible, scores, -1e9), axis=-1)
        gathered = ops.transpose(ops.matmul(weights, values), (0, 2, 1, 3))
        return self.join(ops.reshape(gathered, (-1, length, self.width)))

    def get_config(self):
        own = {"width": self.width, "heads": self.heads, "causal": self.causal}
        return super().get_config() | own


class Places(layers.Layer):
    """Add to each of T tokens (n, T, D) a learned vector of its place."""

    def build(self, shape):
        self.table = self.add_weight(shape=shape[1:], initializer=_small(), name="table")

    def call(self, tokens):
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


def text_encoder(transformer: keras.Model) -> keras.Model:
    """The transformer with its vectors averaged over all tokens but padding: (n, width)."""
    numbers = transformer.input
    real = ops.cast(ops.not_equal(numbers, 0), "float32")[..., None]
    total = ops.sum(transformer.output * real, axis=1)
    return keras.Model(numbers, total / ops.maximum(ops.sum(real, axis=1), 1.0), name="encoder")


def _small():
    return keras.initializers.RandomNormal(stddev=0.02)
