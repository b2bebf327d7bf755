"""Puzzles: change an image and remember how."""

from __future__ import annotations

from itertools import permutations

import keras
from keras import ops

from ssl_course.views.tensor import Tensor


class Turn(keras.layers.Layer):
    """Turn each square image by 0, 90, 180 or 270 degrees, counterclockwise.

    Images (n, side, side, channels) → (turned images, quarter turns (n,) from 0 to 3).
    """

    answers = 4

    def __init__(self, seed: int | None = None):
        super().__init__()
        self.seeds = keras.random.SeedGenerator(seed)

    def call(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Turned images, and by how many quarters."""
        turns = keras.random.randint((ops.shape(images)[0],), 0, 4, seed=self.seeds)
        turned = images
        for number in range(1, 4):
            chosen = ops.equal(turns, number)[:, None, None, None]
            turned = ops.where(chosen, ops.rot90(images, number, axes=(1, 2)), turned)
        return turned, turns


class ShuffleTiles(keras.layers.Layer):
    """Cut each image into 2 × 2 tiles and shuffle them; there are 24 orders.

    Images (n, side, side, channels), side even → (shuffled images, number of the order (n,)).
    A border of ``gap`` pixels of each tile is black, so that no line can be followed from tile
    to tile.
    """

    answers = 24

    def __init__(self, gap: int = 1, seed: int | None = None):
        super().__init__()
        self.gap = gap
        self.orders = tuple(permutations(range(4)))
        self.seeds = keras.random.SeedGenerator(seed)

    def call(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Shuffled images, and the number of the order."""
        _, side, _, channels = images.shape
        half = side // 2
        numbers = keras.random.randint((ops.shape(images)[0],), 0, 24, seed=self.seeds)
        orders = ops.take(ops.array(self.orders, dtype="int32"), numbers, axis=0)
        tiles = ops.reshape(images, (-1, 2, half, 2, half, channels))
        tiles = ops.reshape(ops.transpose(tiles, (0, 1, 3, 2, 4, 5)), (-1, 4, half, half, channels))
        inner = tiles[:, :, self.gap : half - self.gap, self.gap : half - self.gap]
        border = ((0, 0), (0, 0), (self.gap, self.gap), (self.gap, self.gap), (0, 0))
        tiles = ops.pad(inner, border)
        chosen = ops.cast(ops.one_hot(orders, 4), tiles.dtype)  # (n, place, tile)
        tiles = ops.einsum("npt,nthwc->nphwc", chosen, tiles)
        tiles = ops.reshape(tiles, (-1, 2, 2, half, half, channels))
        shuffled = ops.reshape(ops.transpose(tiles, (0, 1, 3, 2, 4, 5)), (-1, side, side, channels))
        return shuffled, numbers


class CutHole(keras.layers.Layer):
    """Blacken a square of ``size × size`` pixels at a random place of each image.

    Images (n, height, width, channels) → (damaged images, mask (n, height, width, 1), 1 in the
    hole).
    """

    def __init__(self, size: int = 12, seed: int | None = None):
        super().__init__()
        self.size = size
        self.seeds = keras.random.SeedGenerator(seed)

    def call(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Damaged images, and the mask of the hole."""
        _, height, width, _ = images.shape
        count = ops.shape(images)[0]

        def inside(length: int) -> Tensor:
            start = keras.random.randint((count, 1), 0, length - self.size + 1, seed=self.seeds)
            pixel = ops.arange(length)
            return ops.logical_and(pixel >= start, pixel < start + self.size)

        mask = ops.logical_and(inside(height)[:, :, None], inside(width)[:, None, :])
        mask = ops.cast(mask, images.dtype)[..., None]
        return images * (1.0 - mask), mask
