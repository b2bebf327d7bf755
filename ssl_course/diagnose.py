"""Collapse and geometry of representations."""

import numpy as np

from ssl_course.objectives import EPSILON


def feature_std(representation: np.ndarray) -> float:
    """Spread of L2-normalized features: 0 if all are equal, 1 if uniform on the sphere.

    ``representation`` is (n, d).  The standard deviation of each feature over the n examples,
    averaged over features and multiplied by √d (Chen & He, 2021, plot it without the √d).
    It does not see the scale: features that shrink toward 0 keep their spread here.

    >>> feature_std(np.ones((5, 3)))
    0.0
    """
    normalized = _normalized(representation)
    return float(normalized.std(axis=0).mean() * np.sqrt(representation.shape[1]))


def rank_me(representation: np.ndarray) -> float:
    """Effective rank of representations, from 1 to min(n, d) (RankMe, Garrido et al., 2023).

    ``representation`` is (n, d), not centered.  The exponential of the entropy of the singular
    values, scaled to sum to 1.  Compare at the same n and d only.

    >>> round(rank_me(np.eye(4)), 6)
    4.0
    """
    wide = representation.shape[1] > representation.shape[0]
    z = np.asarray(representation.T if wide else representation, dtype=np.float64)
    singular = np.sqrt(np.maximum(np.linalg.eigvalsh(z.T @ z), 0.0))
    share = singular / max(singular.sum(), 1e-12)
    return float(np.exp(-np.sum(share * np.log(share + 1e-12))))


def alignment(first: np.ndarray, second: np.ndarray) -> float:
    """Mean squared distance between normalized views of one image (Wang & Isola, 2020).

    ``first`` and ``second`` are (n, d), row by row two views of the same image.
    From 0 (equal) to 4 (opposite).
    """
    return float(np.mean(np.sum((_normalized(first) - _normalized(second)) ** 2, axis=1)))


def uniformity(representation: np.ndarray) -> float:
    """How evenly normalized representations cover the sphere (Wang & Isola, 2020).

    ``representation`` is (n, d).  log of the mean of exp(−2 · squared distance) over pairs of
    different rows: 0 if all are equal, lower if they are spread; never below −8.
    """
    points = _normalized(representation).astype(np.float64)
    distances = 2.0 - 2.0 * (points @ points.T)
    pairs = distances[np.triu_indices(len(points), k=1)]
    return float(np.log(np.mean(np.exp(-2.0 * pairs))))


def _normalized(representation: np.ndarray) -> np.ndarray:
    norm = np.linalg.norm(representation, axis=1, keepdims=True)
    return representation / np.maximum(norm, EPSILON)
