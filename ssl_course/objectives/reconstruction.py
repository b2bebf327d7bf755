"""Reconstruction: how far is a copy from its original?"""

from __future__ import annotations

import keras
from keras import ops

from ssl_course.objectives.precision import in_float32
from ssl_course.views.tensor import Tensor


@in_float32
def binary_cross_entropy(target: Tensor, prediction: Tensor) -> Tensor:
    r"""Mean binary cross-entropy between images in [0, 1] and predictions in (0, 1).

    .. math:: -\frac{1}{nD} \sum_{i=1}^{n} \sum_{j=1}^{D}
              \bigl[ x_{ij} \log \hat x_{ij} + (1 - x_{ij}) \log (1 - \hat x_{ij}) \bigr]

    ``target`` and ``prediction`` have one shape, (n, …).  The minimum is the entropy of the
    target's own pixels: 0 only if every pixel is 0 or 1.
    """
    return ops.mean(keras.losses.binary_crossentropy(target, prediction))


@in_float32
def squared_error(target: Tensor, prediction: Tensor, where: Tensor | None = None) -> Tensor:
    r"""Mean squared error per number, or per number that ``where`` marks with 1.

    .. math:: \frac{\sum_i w_i (x_i - \hat x_i)^2}{\sum_i w_i}

    ``target`` and ``prediction`` have one shape; ``where``, numbers or booleans, broadcasts to
    it and marks at least one.  The minimum is 0.
    """
    error = ops.square(target - prediction)
    if where is None:
        return ops.mean(error)
    weight = ops.broadcast_to(ops.cast(where, error.dtype), ops.shape(error))
    return ops.sum(weight * error) / ops.sum(weight)
