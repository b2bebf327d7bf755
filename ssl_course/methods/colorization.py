"""Predict the color of a grey image (Zhang et al., 2016)."""

import keras
from keras import ops

from ssl_course.methods.method import Method
from ssl_course.objectives import squared_error
from ssl_course.views.tensor import Tensor

LUMA = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in the brightness that the eye sees (ITU-R BT.601)."""


def luma(images: Tensor) -> Tensor:
    """Brightness (n, h, w, 1) of RGB images (n, h, w, 3) in [0, 1]."""
    return ops.sum(images * ops.array(LUMA, dtype=images.dtype), axis=-1, keepdims=True)


def chroma(images: Tensor) -> Tensor:
    """What is left of RGB images without their brightness: blue and red minus brightness,
    (n, h, w, 2), each in [−0.5, 0.5].
    """
    brightness = luma(images)
    blue = (images[..., 2:] - brightness) / (2.0 * (1.0 - LUMA[2]))
    red = (images[..., :1] - brightness) / (2.0 * (1.0 - LUMA[0]))
    return ops.concatenate([blue, red], axis=-1)


def colored(brightness: Tensor, color: Tensor) -> Tensor:
    """The RGB image of a brightness (n, h, w, 1) and a chroma (n, h, w, 2), clipped to [0, 1]."""
    blue = brightness + color[..., :1] * 2.0 * (1.0 - LUMA[2])
    red = brightness + color[..., 1:] * 2.0 * (1.0 - LUMA[0])
    green = (brightness - LUMA[0] * red - LUMA[2] * blue) / LUMA[1]
    return ops.clip(ops.concatenate([red, green, blue], axis=-1), 0.0, 1.0)


class Brightness(keras.layers.Layer):
    """`luma` as a layer, which a network can begin with."""

    def call(self, images: Tensor) -> Tensor:
        """RGB images (n, h, w, 3) → brightness (n, h, w, 1)."""
        return luma(images)


class Colorization(Method):
    """The encoder sees the brightness of RGB images (n, h, w, 3), the decoder predicts their
    chroma (n, h, w, 2).

    ``encoder`` maps grey images to representations; the method's own ``encoder`` begins with
    `luma`, so that it takes RGB images.  The loss is the squared error, which is simpler than
    the classes of color of the paper, and paler.
    """

    def __init__(self, encoder: keras.Model, decoder: keras.Model):
        super().__init__()
        _, height, width, _ = encoder.input_shape
        images = keras.Input((height, width, 3))
        self.encoder = keras.Model(images, encoder(Brightness()(images)), name="encoder")
        self.decoder = decoder

    def compute(self, images: Tensor, training: bool) -> Tensor:
        """The chroma that the decoder predicts."""
        return self.decoder(self.encoder(images, training=training), training=training)

    def compare(self, images: Tensor, predicted: Tensor) -> Tensor:
        """`objectives.squared_error` of the chroma."""
        return squared_error(chroma(images), predicted)
