"""Predict what is hidden: pixels (masked autoencoder) or representations (I-JEPA)."""

from __future__ import annotations

from typing import NamedTuple

import keras
from keras import ops

from ssl_course.methods.method import Method
from ssl_course.methods.target import follow, target_copy
from ssl_course.networks import PositionTable
from ssl_course.objectives import squared_error
from ssl_course.views.tensor import Tensor


class TokenMethod(Method):
    """A transformer sees some patches of an image, a smaller one answers for the others.

    ``tokenizer``: images → tokens (n, T, D), positions added.  ``transformer``: tokens → tokens.
    ``answerer``, the smaller one, reads tokens (n, t, d): a linear `bridge` makes d of D numbers,
    `positions` are added, and the `mask_token` stands where nothing was seen.
    """

    def __init__(
        self,
        tokenizer: keras.Model,
        transformer: keras.Model,
        answerer: keras.Model,
        seed: int | None = None,
    ):
        super().__init__()
        self.tokenizer = tokenizer
        self.transformer = transformer
        self.encoder = mean_encoder(tokenizer, transformer)
        width = answerer.input_shape[-1]
        self.bridge = keras.layers.Dense(width, name="bridge")
        self.positions = PositionTable(tokenizer.output_shape[1], width)
        self.mask_token = self.add_weight(shape=(width,), initializer="zeros", name="mask_token")
        self.seeds = keras.random.SeedGenerator(seed)


class Painted(NamedTuple):
    """Pixels (n, T, size²) of all patches, and which were hidden: (n, T, 1), 1 where hidden."""

    pixels: Tensor
    mask: Tensor


class MaskedAutoencoder(TokenMethod):
    """The encoder sees the visible patches only; a small decoder fills in the others (He et al.,
    2022).

    ``tokenizer``: images → tokens (n, T, D), positions added.  ``transformer``: tokens → tokens.
    ``decoder``: tokens (n, T, d) → pixels (n, T, size²).  ``visible`` is how many of the T
    patches the encoder sees.  The loss is the squared error of the pixels of hidden patches.
    """

    def __init__(
        self,
        tokenizer: keras.Model,
        transformer: keras.Model,
        decoder: keras.Model,
        visible: int = 12,
        seed: int | None = None,
    ):
        super().__init__(tokenizer, transformer, decoder, seed)
        self.decoder = decoder
        self.visible = visible

    def compute(self, images: Tensor, training: bool) -> Painted:
        """The pixels of all patches, from a few of them."""
        tokens = self.tokenizer(images)
        count, length = ops.shape(images)[0], tokens.shape[1]
        order = ops.argsort(keras.random.uniform((count, length), seed=self.seeds), axis=1)
        seen = self.transformer(pick(tokens, order[:, : self.visible]), training=training)
        hidden = ops.zeros((count, length - self.visible, 1)) + self.mask_token
        place = ops.argsort(order, axis=1)  # undoes the shuffling
        complete = pick(ops.concatenate([self.bridge(seen), hidden], axis=1), place)
        mask = ops.cast(place >= self.visible, tokens.dtype)[..., None]
        return Painted(self.decoder(self.positions(complete), training=training), mask)

    def compare(self, images: Tensor, outputs: Painted) -> Tensor:
        """`objectives.squared_error` of hidden pixels."""
        size = round(outputs.pixels.shape[-1] ** 0.5)
        return squared_error(patches(images, size), outputs.pixels, where=outputs.mask)


class Imagined(NamedTuple):
    """The predictor's answers for target patches, and the target network's tokens: (n, t, D)."""

    answers: Tensor
    wanted: Tensor


class IJEPA(TokenMethod):
    """Predict the target network's representation of a block from the rest (Assran et al.,
    2023).

    ``tokenizer`` and ``transformer`` as in `MaskedAutoencoder`; ``predictor`` maps tokens
    (n, t, d) to tokens (n, t, D).  Each image has ``blocks`` square target blocks of
    ``block × block`` patches; the context is ``context`` random patches outside of them.
    The target network sees the whole image; its tokens, each normalized, are what is predicted.
    """

    def __init__(
        self,
        tokenizer: keras.Model,
        transformer: keras.Model,
        predictor: keras.Model,
        momentum: float = 0.996,
        blocks: int = 2,
        block: int = 3,
        context: int = 24,
        seed: int | None = None,
    ):
        targets = target_copy(tokenizer), target_copy(transformer)
        super().__init__(tokenizer, transformer, predictor, seed)
        self.target_tokenizer, self.target_transformer = targets
        self.predictor = predictor
        self.momentum = momentum
        self.blocks, self.block, self.context = blocks, block, context

    def before_step(self) -> None:
        """The target network follows."""
        follow(self.target_tokenizer, self.tokenizer, self.momentum)
        follow(self.target_transformer, self.transformer, self.momentum)

    def compute(self, images: Tensor, training: bool) -> Imagined:
        """Answers for the target blocks, from the context; and what was wanted."""
        context, targets = self.draw(ops.shape(images)[0])
        whole = self.target_transformer(self.target_tokenizer(images))
        wanted = pick(ops.stop_gradient(standardized(whole)), targets)
        return Imagined(self.answer(images, context, targets, training), wanted)

    def answer(self, images: Tensor, context: Tensor, targets: Tensor, training: bool) -> Tensor:
        """Predicted tokens (n, t, D) of the target patches, from the context patches alone."""
        seen = self.transformer(pick(self.tokenizer(images), context), training=training)
        known = self.bridge(seen) + ops.take(self.positions.table, context, axis=0)
        asked = self.mask_token + ops.take(self.positions.table, targets, axis=0)
        answers = self.predictor(ops.concatenate([known, asked], axis=1), training=training)
        return answers[:, self.context :]

    def compare(self, images: Tensor, outputs: Imagined) -> Tensor:
        """`objectives.squared_error` of representations."""
        return squared_error(outputs.wanted, outputs.answers)

    def draw(self, count: int) -> tuple[Tensor, Tensor]:
        """Indices of context patches (count, context) and of target patches (count, t)."""
        length = self.tokenizer.output_shape[1]
        side = round(length**0.5)
        corner = keras.random.randint(
            (count, self.blocks, 2, 1), 0, side - self.block + 1, seed=self.seeds
        )
        inside = ops.arange(self.block)
        rows, columns = corner[:, :, 0] + inside, corner[:, :, 1] + inside
        targets = rows[..., :, None] * side + columns[..., None, :]
        targets = ops.reshape(targets, (count, self.blocks * self.block**2))
        taken = ops.max(ops.one_hot(targets, length), axis=1)
        score = keras.random.uniform((count, length), seed=self.seeds) + 2.0 * taken
        return ops.argsort(score, axis=1)[:, : self.context], targets


def mean_encoder(tokenizer: keras.Model, transformer: keras.Model) -> keras.Model:
    """The encoder that is evaluated: mean of the tokens of the whole image, (n, D)."""
    tokens = transformer(tokenizer.output)
    return keras.Model(tokenizer.input, ops.mean(tokens, axis=1), name="encoder")


def pick(tokens: Tensor, index: Tensor) -> Tensor:
    """The tokens (n, T, D) at the positions (n, t), as (n, t, D).

    By a matrix that selects: on a CPU the gradient of gathering is slow.
    """
    return ops.matmul(ops.one_hot(index, tokens.shape[1], dtype=tokens.dtype), tokens)


def patches(images: Tensor, size: int) -> Tensor:
    """Cut images (n, h, w, c) into square patches: (n, T, size² · c), row by row."""
    _, height, width, channels = images.shape
    rows, columns = height // size, width // size
    grid = ops.reshape(images, (-1, rows, size, columns, size, channels))
    grid = ops.transpose(grid, (0, 1, 3, 2, 4, 5))
    return ops.reshape(grid, (-1, rows * columns, size * size * channels))


def standardized(tokens: Tensor) -> Tensor:
    """Each token (n, T, D) with mean 0 and variance 1 over its features."""
    centered = tokens - ops.mean(tokens, axis=-1, keepdims=True)
    return centered / ops.sqrt(ops.mean(ops.square(centered), axis=-1, keepdims=True) + 1e-6)
