"""Random corruptions, drawn per image and per step, idle outside of training."""

from __future__ import annotations

import keras
from keras import ops

from ssl_course.views.tensor import Tensor


class AddNoise(keras.layers.Layer):
    """Add Gaussian noise to images in [0, 1] and clip (denoising: Vincent et al., 2008).

    Input and output (n, height, width, channels).  Random only while training;
    otherwise the images pass unchanged.  ``std`` is in units of the pixel range.
    """

    def __init__(self, std: float, seed: int | None = None):
        super().__init__()
        self.std = std
        self.seeds = keras.random.SeedGenerator(seed)

    def call(self, images: Tensor, training: bool = False) -> Tensor:
        """Images (n, height, width, channels), noisy while training."""
        if not training:
            return images
        noise = keras.random.normal(ops.shape(images), stddev=self.std, seed=self.seeds)
        return ops.clip(images + noise, 0.0, 1.0)


class MaskPatches(keras.layers.Layer):
    """Set a random share of the square patches of each image to zero.

    Input and output (n, height, width, channels); height and width are multiples of ``size``.
    Each patch is hidden with probability ``fraction``, only while training.
    Raises ValueError when called with images whose sides are no multiples.
    """

    def __init__(self, size: int, fraction: float, seed: int | None = None):
        super().__init__()
        self.size = size
        self.fraction = fraction
        self.seeds = keras.random.SeedGenerator(seed)

    def call(self, images: Tensor, training: bool = False) -> Tensor:
        """Images (n, height, width, channels), masked while training."""
        if not training:
            return images
        count, height, width, _ = ops.shape(images)
        if height % self.size or width % self.size:
            raise ValueError(
                f"images of {height} × {width} pixels cannot be cut into patches of {self.size}; "
                f"choose a size that divides both"
            )
        grid = (count, height // self.size, width // self.size, 1)
        visible = keras.random.uniform(grid, seed=self.seeds) >= self.fraction
        visible = ops.repeat(ops.repeat(visible, self.size, axis=1), self.size, axis=2)
        return images * ops.cast(visible, images.dtype)
