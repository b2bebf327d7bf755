"""The random view of two-view methods: crop, flip, brightness, contrast, erasing."""

from __future__ import annotations

import math

import keras
from keras import ops

from ssl_course.views.tensor import Tensor


class RandomView(keras.layers.Layer):
    """A random view of each image.

    Input and output (n, height, width, channels), pixels in [0, 1].  Draws anew at every call,
    training or not: a method on views means nothing without them.

    ``area``: the share of the image that a crop keeps, smallest and largest; a crop that its
    aspect would make longer than the image is cut off there and keeps less.
    ``aspect``: a crop's width over its height lies between the inverse of this and this.
    ``flip``: mirror each image, left to right, with probability one half.
    ``brightness``, ``contrast``: multiply the pixels by a factor from 1 − b to 1 + b, and their
    distance from the image's mean by a factor from 1 − c to 1 + c.
    ``erase``: the largest share of the image that a black square hides.
    """

    def __init__(
        self,
        area: tuple[float, float] = (0.3, 1.0),
        aspect: float = 4 / 3,
        flip: bool = True,
        brightness: float = 0.4,
        contrast: float = 0.4,
        erase: float = 0.0,
        seed: int | None = None,
    ):
        super().__init__()
        self.area, self.aspect, self.flip = area, aspect, flip
        self.brightness, self.contrast, self.erase = brightness, contrast, erase
        self.seeds = keras.random.SeedGenerator(seed)

    def call(self, images: Tensor) -> Tensor:
        """A new view of each image, of the images' shape."""
        draws = keras.random.uniform((10, ops.shape(images)[0]), seed=self.seeds)
        view = self.crop(images, draws[:5])
        view = view * _factor(self.brightness, draws[5])
        mean = ops.mean(view, axis=(1, 2, 3), keepdims=True)
        view = ops.clip(mean + (view - mean) * _factor(self.contrast, draws[6]), 0.0, 1.0)
        return view * self.kept(images.shape[1:3], draws[7:]) if self.erase else view

    def crop(self, images: Tensor, draws: Tensor) -> Tensor:
        """A box of random size, place and sense of each image; ``draws`` (5, n) are uniform."""
        smallest, largest = self.area
        area = smallest + (largest - smallest) * draws[0]
        aspect = ops.exp(math.log(self.aspect) * (2.0 * draws[1] - 1.0))
        height = ops.minimum(ops.sqrt(area / aspect), 1.0)
        width = ops.minimum(ops.sqrt(area * aspect), 1.0)
        top, left = draws[2] * (1.0 - height), draws[3] * (1.0 - width)
        right = left + width
        if self.flip:
            mirrored = draws[4] < 0.5
            left, right = ops.where(mirrored, right, left), ops.where(mirrored, left, right)
        return resample(images, (top, top + height), (left, right))

    def kept(self, size: tuple[int, int], draws: Tensor) -> Tensor:
        """1 where the image stays, 0 in a square of random size and place: (n, h, w, 1).

        ``size`` is (h, w), ``draws`` (3, n) are uniform.
        """
        half = ops.sqrt(self.erase * draws[0]) / 2.0

        def outside(length: int, center: Tensor) -> Tensor:
            pixel = (ops.arange(length, dtype="float32") + 0.5) / length
            return ops.abs(pixel - center[:, None]) >= half[:, None]

        rows, columns = outside(size[0], draws[1]), outside(size[1], draws[2])
        kept = ops.logical_or(rows[:, :, None], columns[:, None, :])
        return ops.cast(kept, "float32")[..., None]


def resample(images: Tensor, rows: tuple[Tensor, Tensor], columns: tuple[Tensor, Tensor]) -> Tensor:
    """Cut a box out of each image and scale it, bilinearly, to the size of the image.

    ``images`` (n, h, w, c).  ``rows`` and ``columns`` are pairs of arrays (n,): where the box
    begins and ends, 0 and 1 being the first and the last pixel.  A box that ends before it
    begins gives a mirror image.  Interpolating along an axis is a product with a sparse
    matrix, here dense: for images this small that is faster than gathering.
    """
    _, height, width, _ = images.shape
    images = ops.einsum("nyh,nhwc->nywc", _interpolation(height, *rows), images)
    return ops.einsum("nxw,nywc->nyxc", _interpolation(width, *columns), images)


def _interpolation(length: int, begin: Tensor, end: Tensor) -> Tensor:
    """Weights (n, length, length) of the old pixels in each new one."""
    pixel = ops.arange(length, dtype="float32")
    position = begin[:, None] * (length - 1) + (end - begin)[:, None] * pixel
    return ops.relu(1.0 - ops.abs(position[:, :, None] - pixel))


def _factor(strength: float, draws: Tensor) -> Tensor:
    return (1.0 + strength * (2.0 * draws - 1.0))[:, None, None, None]
