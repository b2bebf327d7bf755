"""Random corruptions, drawn per image and per step, idle outside of training."""

import keras
from keras import ops


class AddNoise(keras.layers.Layer):
    """Add Gaussian noise to images in [0, 1] and clip (denoising: Vincent et al., 2008).

    Input and output (n, height, width, channels).  Random only while training;
    otherwise the images pass unchanged.  ``std`` is in units of the pixel range.
    """

    def __init__(self, std: float, seed: int = 0):
        super().__init__()
        self.std = std
        self.seeds = keras.random.SeedGenerator(seed)

    def call(self, images, training=False):
        if not training:
            return images
        noise = keras.random.normal(ops.shape(images), stddev=self.std, seed=self.seeds)
        return ops.clip(images + noise, 0.0, 1.0)


class MaskPatches(keras.layers.Layer):
    """Set a random share of the square patches of each image to zero.

    Input and output (n, height, width, channels); height and width are multiples of ``size``.
    Each patch is hidden with probability ``fraction``, only while training.
    Raises ValueError when it is built for another height or width.
    """

    def __init__(self, size: int, fraction: float, seed: int = 0):
        super().__init__()
        self.size = size
        self.fraction = fraction
        self.seeds = keras.random.SeedGenerator(seed)

    def build(self, shape):
        if any(side is not None and side % self.size for side in shape[1:3]):
            raise ValueError(
                f"patches of {self.size} pixels do not fill images of {shape[1]} × {shape[2]}; "
                f"take a size that divides both sides"
            )

    def call(self, images, training=False):
        if not training:
            return images
        count, height, width, _ = ops.shape(images)
        grid = (count, height // self.size, width // self.size, 1)
        visible = keras.random.uniform(grid, seed=self.seeds) >= self.fraction
        visible = ops.repeat(ops.repeat(visible, self.size, axis=1), self.size, axis=2)
        return images * ops.cast(visible, images.dtype)
