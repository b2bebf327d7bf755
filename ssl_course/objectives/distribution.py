"""Distances between two samples, without a discriminator."""

from __future__ import annotations

from keras import ops

from ssl_course.objectives.precision import in_float32
from ssl_course.views.tensor import Tensor

ENOUGH = 500
"""Rows of a sample by which the typical distance of its points is known well enough."""


@in_float32
def squared_distances(first: Tensor, second: Tensor) -> Tensor:
    """Squared Euclidean distances (n, m) of the rows of ``first`` (n, d) to those of ``second``.

    Digits are lost where the rows are long and their distances small: center them first.
    """
    across = ops.matmul(first, ops.transpose(second))
    norms = ops.sum(ops.square(first), axis=1)[:, None] + ops.sum(ops.square(second), axis=1)
    return ops.maximum(norms - 2.0 * across, 0.0)


@in_float32
def median_bandwidth(first: Tensor, second: Tensor) -> Tensor:
    """Median distance between two different points of the pooled sample (Gretton et al., 2012).

    ``first`` is (n, d), ``second`` (m, d); of each, the first 500 rows tell, since sorting the
    distances of many takes longer than all else.  The upper one of two middle values, and at least
    1e-6, so that `mmd` of equal points is defined; no gradient flows through it.
    """
    pooled = ops.concatenate([first[:ENOUGH], second[:ENOUGH]])
    count = pooled.shape[0] or ops.shape(pooled)[0]
    distances = ops.sort(ops.reshape(squared_distances(pooled, pooled), (-1,)))
    # The count zeros of the diagonal come first; every other distance stands there twice.
    middle = count + (count * count - count) // 2
    return ops.stop_gradient(ops.sqrt(ops.maximum(distances[middle], 1e-12)))


@in_float32
def mmd(first: Tensor, second: Tensor, bandwidth: float | None = None) -> Tensor:
    r"""Squared maximum mean discrepancy with a Gaussian kernel, unbiased (Gretton et al., 2012).

    .. math:: \frac{\sum_{i \ne j} k(x_i, x_j)}{n (n-1)}
              + \frac{\sum_{i \ne j} k(y_i, y_j)}{m (m-1)}
              - \frac{2 \sum_{i, j} k(x_i, y_j)}{n m},
              \qquad k(x, y) = e^{-\|x - y\|^2 / 2 \sigma^2}

    ``first`` is (n, d), ``second`` (m, d), with n, m ≥ 2, else ValueError; ``bandwidth`` is σ, by
    default the median distance.  An unbiased estimate of 0 is negative now and then.
    """
    require_two(first, second)
    middle = ops.mean(ops.concatenate([first, second]), axis=0)
    first, second = first - middle, second - middle  # distances stay, and so do their digits
    if bandwidth is None:
        bandwidth = median_bandwidth(first, second)

    def kernel(x: Tensor, y: Tensor) -> Tensor:
        return ops.exp(-squared_distances(x, y) / (2.0 * bandwidth**2))

    def mean_of_pairs(x: Tensor) -> Tensor:
        count = ops.cast(ops.shape(x)[0], x.dtype)
        return (ops.sum(kernel(x, x)) - count) / (count * less_one(count))

    return mean_of_pairs(first) + mean_of_pairs(second) - 2.0 * ops.mean(kernel(first, second))


@in_float32
def coral(first: Tensor, second: Tensor) -> Tensor:
    r"""Distance between covariances (Sun & Saenko, 2016).

    .. math:: \frac{1}{4 d^2} \left\| C_x - C_y \right\|_F^2

    ``first`` is (n, d), ``second`` (m, d), with n, m ≥ 2, else ValueError.  Blind to a difference
    of the means.
    """
    size = first.shape[1]
    difference = covariance_matrix(first) - covariance_matrix(second)
    return ops.sum(ops.square(difference)) / (4.0 * size**2)


@in_float32
def covariance_matrix(features: Tensor) -> Tensor:
    """Covariance matrix (d, d) of features (n, d), with n − 1 in the denominator.

    Raises ValueError for a single row.
    """
    require_two(features)
    centered = features - ops.mean(features, axis=0)
    count = ops.cast(ops.shape(features)[0], features.dtype)
    return ops.matmul(ops.transpose(centered), centered) / less_one(count)


def require_two(*samples: Tensor) -> None:
    """Raise ValueError for a sample (n, d) known to have a single row, which has no spread."""
    if any(sample.shape[0] == 1 for sample in samples):
        raise ValueError(
            "a batch of one has no variance and no pairs: choose another batch_size, or drop the "
            "last batch where the number of examples leaves a remainder of one"
        )


def less_one(count: Tensor) -> Tensor:
    """n − 1; but 1 for the single row of a last batch, whose size a compiled step does not know.

    What it is to divide is 0 there, and 0 / 0 would make NaN of all weights.
    """
    return ops.maximum(count - 1.0, 1.0)
