"""Judging what was made: distance, coverage, memory."""

from __future__ import annotations

import numpy as np

from ssl_course.evaluate import squared_distances

COPY_QUANTILE = 0.05
"""A sample counts as a copy if it is nearer to training than all but this share of real ones."""


def frechet_distance(first: np.ndarray, second: np.ndarray) -> float:
    r"""Squared Fréchet distance of the Gaussians fitted to features (n, d) and (m, d).

    .. math:: \|\mu_x - \mu_y\|^2 + \operatorname{tr}(C_x) + \operatorname{tr}(C_y)
              - 2 \operatorname{tr} \big( (C_x^{1/2} C_y C_x^{1/2})^{1/2} \big)

    (Dowson & Landau, 1982).  "FID" is this number on the features of one certain Inception
    network (Heusel et al., 2017) and on no others.  Biased upwards, the more the smaller n is.
    """
    shift = np.sum((first.mean(axis=0) - second.mean(axis=0)) ** 2)
    cov_x, cov_y = (np.cov(part, rowvar=False, dtype=np.float64) for part in (first, second))
    root = _root(np.atleast_2d(cov_x))
    overlap = _root(root @ np.atleast_2d(cov_y) @ root)
    spread = np.trace(np.atleast_2d(cov_x + cov_y)) - 2 * np.trace(overlap)
    return max(float(shift + spread), 0.0)  # of two equal samples, rounding leaves -1e-16


def precision_recall(real: np.ndarray, made: np.ndarray, k: int = 3) -> tuple[float, float]:
    """Improved precision and recall (Kynkäänniemi et al., 2019), features (n, d) and (m, d).

    Around each point of a set lies a ball that reaches to its ``k``-th nearest other point;
    the balls together are the set's manifold.  Precision: share of made points on the real
    manifold.  Recall: share of real points on the made manifold.
    """
    across = distances(real, made)
    precision = (across <= _radii(real, k)[:, None]).any(axis=0).mean()
    recall = (across <= _radii(made, k)[None, :]).any(axis=1).mean()
    return float(precision), float(recall)


def memorization(made: np.ndarray, train: np.ndarray, held_out: np.ndarray) -> dict[str, float]:
    """Are made points nearer to the training points than unseen real ones are?

    All are features (·, d).  ``ratio``: median distance to the nearest training point, made
    over held out; 1 for a perfect generator, 0 for one that copies.  ``copies``: share of made
    points that are nearer than all but the nearest `COPY_QUANTILE` of the held-out ones.
    """
    of_made = distances(made, train).min(axis=1)
    of_real = distances(held_out, train).min(axis=1)
    return {
        "ratio": float(np.median(of_made) / np.median(of_real)),
        "copies": float(np.mean(of_made < np.quantile(of_real, COPY_QUANTILE))),
    }


def distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Euclidean distance of every row of ``first`` (n, d) to every one of ``second`` (m, d)."""
    return np.sqrt(squared_distances(first.astype(np.float64), second.astype(np.float64)))


def _radii(points: np.ndarray, k: int) -> np.ndarray:
    """Distance of each point to its k-th nearest other one."""
    apart = distances(points, points)
    np.fill_diagonal(apart, 0.0)
    return np.sort(apart, axis=1)[:, k]


def _root(matrix: np.ndarray) -> np.ndarray:
    """Square root of a symmetric matrix without negative eigenvalues, up to rounding."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    return (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
