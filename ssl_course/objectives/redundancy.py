"""Redundancy reduction: views agree, features differ."""

from keras import ops

from ssl_course.objectives.distribution import covariance_matrix
from ssl_course.objectives.precision import in_float32
from ssl_course.views.tensor import Tensor


@in_float32
def barlow_twins(first: Tensor, second: Tensor, off_diagonal: float = 0.005) -> Tensor:
    r"""Make the cross-correlation of two views the identity (Zbontar et al., 2021).

    .. math:: \sum_j (1 - C_{jj})^2 + \lambda \sum_j \sum_{k \ne j} C_{jk}^2

    ``first`` and ``second`` are projections (N, d); C (d, d) is the correlation, over the
    batch, of each feature of one view with each of the other.  λ is ``off_diagonal``.
    0 if C is the identity, up to the 1e-5 that keeps features of no variance from dividing by 0:
    it's added to the variance, as the batch normalization of the authors' code does.
    """
    count = ops.cast(ops.shape(first)[0], first.dtype)
    correlation = ops.matmul(ops.transpose(standardize(first)), standardize(second)) / count
    same = ops.diagonal(correlation)
    other = ops.sum(ops.square(correlation)) - ops.sum(ops.square(same))
    return ops.sum(ops.square(1.0 - same)) + off_diagonal * other


@in_float32
def vicreg(
    first: Tensor,
    second: Tensor,
    invariance: float = 25.0,
    variance: float = 25.0,
    covariance: float = 1.0,
) -> Tensor:
    r"""Variance, invariance, covariance (Bardes et al., 2022).

    .. math:: \lambda \, s(z, z') + \mu \, [v(z) + v(z')] + \nu \, [c(z) + c(z')]

    s: mean squared difference of the views.
    v: mean over features of :math:`\max(0, 1 - \sqrt{\mathrm{Var}(z_j) + 10^{-4}})`.
    c: squared off-diagonal entries of the covariance, summed and divided by d.

    ``first`` and ``second`` are projections (N, d), N ≥ 2, else ValueError; not normalized.  The
    weights λ, μ, ν are ``invariance``, ``variance``, ``covariance``.  The authors' code halves
    the sum of the two variance terms, the paper's formula and this function do not: μ = 25 here
    is what 50 is there.
    """
    agreement = ops.mean(ops.square(first - second))
    spread = too_narrow(first) + too_narrow(second)
    overlap = redundancy(first) + redundancy(second)
    return invariance * agreement + variance * spread + covariance * overlap


def too_narrow(features: Tensor) -> Tensor:
    """VICReg's variance term v: 0 once every feature has a standard deviation of 1."""
    deviation = ops.sqrt(ops.diagonal(covariance_matrix(features)) + 1e-4)
    return ops.mean(ops.relu(1.0 - deviation))


def redundancy(features: Tensor) -> Tensor:
    """VICReg's covariance term c: 0 if no two features are correlated."""
    matrix = covariance_matrix(features)
    squares = ops.sum(ops.square(matrix)) - ops.sum(ops.square(ops.diagonal(matrix)))
    return squares / features.shape[1]


def standardize(features: Tensor) -> Tensor:
    """Each feature of (N, d) with mean 0 and, unless it hardly varies, variance 1."""
    centered = features - ops.mean(features, axis=0)
    return centered / ops.sqrt(ops.mean(ops.square(centered), axis=0) + 1e-5)
