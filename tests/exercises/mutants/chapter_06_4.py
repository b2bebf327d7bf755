"""Wrong answers to the exercises of chapter 6.4."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "06-4-a",
        "a point may be its own neighbor",
        "np.fill_diagonal(apart, np.inf)",
        "pass",
        "a mixture of it with itself is a copy",
    ),
    Mutant(
        "06-4-a",
        "any two points of the class can be mixed",
        "end = nearest[start, rng.integers(neighbors, size=count)]",
        "end = rng.permutation(start)",
        "mix with the nearest ones",
    ),
    Mutant(
        "06-4-a",
        "each coordinate has a step of its own",
        "rng.random((count, 1))",
        "rng.random((count, points.shape[1]))",
        "one step for the whole point",
    ),
    Mutant(
        "06-4-a",
        "the seed can be left out",
        "np.random.default_rng(seed)",
        "np.random.default_rng()",
        "same seed has to give the same points",
    ),
    Mutant(
        "06-4-b",
        "the nearest point of a point is the point itself",
        "axis=1)[:, k]",
        "axis=1)[:, k - 1]",
        "a point is not its own neighbor",
    ),
    Mutant(
        "06-4-b",
        "coverage is precision",
        "np.mean(across.min(axis=1) <= radius)",
        "np.mean((across <= radius[:, None]).any(axis=0))",
        "Average over the real points",
    ),
    Mutant(
        "06-4-b",
        "the first neighbor is enough",
        "axis=1)[:, k]",
        "axis=1)[:, 1]",
        "for any k",
    ),
    Mutant(
        "06-4-b",
        "a count is as good as a share",
        "np.mean(across",
        "np.sum(across",
        "the share has to be 1",
    ),
)
