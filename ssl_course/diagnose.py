"""Collapse and geometry of representations."""

import numpy as np


def feature_std(representation: np.ndarray) -> float:
    """Spread of L2-normalized features: 0 if all are equal, 1 if uniform on the sphere.

    ``representation`` is (n, d).  The standard deviation of each feature over the n examples,
    averaged over features and multiplied by √d (Chen & He, 2021, plot it without the √d).

    >>> feature_std(np.ones((5, 3)))
    0.0
    """
    norm = np.linalg.norm(representation, axis=1, keepdims=True)
    normalized = representation / np.maximum(norm, 1e-12)
    return float(normalized.std(axis=0).mean() * np.sqrt(representation.shape[1]))
