"""Vectors of length 1, for everything that compares directions."""

from keras import ops

from ssl_course.objectives.precision import in_float32
from ssl_course.views.tensor import Tensor

EPSILON = 1e-6
"""Vectors shorter than this are scaled as if they had this length: 0 stays 0, and its gradient is
bounded.  Not 0 in float16 either."""


@in_float32
def normalize(vectors: Tensor, axis: int = -1) -> Tensor:
    """Scale vectors, by default the rows of (…, d), to length 1; those of length 0 stay."""
    return ops.normalize(vectors, axis=axis, epsilon=EPSILON)
