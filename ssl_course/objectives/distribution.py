"""Distances between two samples, without a discriminator."""

from keras import ops


def squared_distances(first, second):
    """Squared Euclidean distance of every row of ``first`` (n, d) to every one of ``second``."""
    across = ops.matmul(first, ops.transpose(second))
    norms = ops.sum(ops.square(first), axis=1)[:, None] + ops.sum(ops.square(second), axis=1)
    return ops.maximum(norms - 2.0 * across, 0.0)


def median_bandwidth(first, second):
    """Median distance between two different points of the pooled sample (Gretton et al., 2012).

    ``first`` is (n, d), ``second`` (m, d).  The upper one of two middle values, and at least 1e-6,
    so that `mmd` of equal points is defined; no gradient flows through it.
    """
    pooled = ops.concatenate([first, second])
    count = pooled.shape[0] or ops.shape(pooled)[0]
    distances = ops.sort(ops.reshape(squared_distances(pooled, pooled), (-1,)))
    # The count zeros of the diagonal come first; every other distance stands there twice.
    middle = count + (count * count - count) // 2
    return ops.stop_gradient(ops.sqrt(ops.maximum(distances[middle], 1e-12)))


def mmd(first, second, bandwidth=None):
    r"""Squared maximum mean discrepancy with a Gaussian kernel, unbiased (Gretton et al., 2012).

    .. math:: \frac{\sum_{i \ne j} k(x_i, x_j)}{n (n-1)}
              + \frac{\sum_{i \ne j} k(y_i, y_j)}{m (m-1)}
              - \frac{2 \sum_{i, j} k(x_i, y_j)}{n m},
              \qquad k(x, y) = e^{-\|x - y\|^2 / 2 \sigma^2}

    ``first`` is (n, d), ``second`` (m, d), with n, m ≥ 2; ``bandwidth`` is σ, by default the
    median distance.  An unbiased estimate of 0 is negative now and then.
    """
    if bandwidth is None:
        bandwidth = median_bandwidth(first, second)

    def kernel(x, y):
        return ops.exp(-squared_distances(x, y) / (2.0 * bandwidth**2))

    def mean_of_pairs(x):
        count = ops.cast(ops.shape(x)[0], x.dtype)
        return (ops.sum(kernel(x, x)) - count) / (count * (count - 1.0))

    return mean_of_pairs(first) + mean_of_pairs(second) - 2.0 * ops.mean(kernel(first, second))


def coral(first, second):
    r"""Distance between covariances (Sun & Saenko, 2016).

    .. math:: \frac{1}{4 d^2} \left\| C_x - C_y \right\|_F^2

    ``first`` is (n, d), ``second`` (m, d), with n, m ≥ 2.  Blind to a difference of the means.
    """
    size = first.shape[1]
    difference = covariance_matrix(first) - covariance_matrix(second)
    return ops.sum(ops.square(difference)) / (4.0 * size**2)


def covariance_matrix(features):
    """Covariance matrix (d, d) of features (n, d), with n − 1 in the denominator."""
    centered = features - ops.mean(features, axis=0)
    count = ops.cast(ops.shape(features)[0], features.dtype)
    return ops.matmul(ops.transpose(centered), centered) / (count - 1.0)
