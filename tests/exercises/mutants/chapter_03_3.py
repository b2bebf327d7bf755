"""Wrong answers to the exercises of chapter 3.3."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "03-3-a",
        "a covariance is the mean product",
        "np.cov(first, rowvar=False) - np.cov(second, rowvar=False)",
        "first.T @ first / (len(first) - 1) - second.T @ second / (len(second) - 1)",
        "CORAL must not see a shift",
    ),
    Mutant(
        "03-3-a",
        "only variances matter",
        "np.sum(difference**2)",
        "np.sum(np.diag(difference) ** 2)",
        "Off-diagonal entries count",
    ),
    Mutant(
        "03-3-a",
        "the denominator is the number of entries",
        "(4 * first.shape[1] ** 2)",
        "first.shape[1] ** 2",
        "Check the scale",
    ),
    Mutant(
        "03-3-b",
        "all entries of the distance matrix are pairs",
        "distances[np.triu_indices(len(pooled), k=1)]",
        "distances",
        "leave out each point's distance of 0 to itself",
    ),
    Mutant(
        "03-3-b",
        "only distances across the samples count",
        "distances[np.triu_indices(len(pooled), k=1)]",
        "distances[: len(first), len(first) :]",
        "pool the samples",
    ),
    Mutant(
        "03-3-b",
        "squared distances are distances",
        "np.linalg.norm(pooled[:, None] - pooled[None], axis=-1)",
        "((pooled[:, None] - pooled[None]) ** 2).sum(axis=-1)",
        "Euclidean",
    ),
)
