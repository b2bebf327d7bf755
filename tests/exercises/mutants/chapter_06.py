"""Wrong answers to the exercises of chapter 6."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "06-a",
        "a resample is a shuffle",
        "index = np.random.default_rng(seed).integers(0, count, (draws, count))",
        "index = np.array([np.random.default_rng(seed).permutation(count)] * draws)",
        "draw with replacement",
    ),
    Mutant(
        "06-a",
        "a resample has a fixed number of examples",
        "(draws, count)",
        "(draws, 100)",
        "Every resample has as many examples as the sample",
    ),
    Mutant(
        "06-a",
        "the interval is the range of all resamples",
        "[2.5, 97.5]",
        "[0, 100]",
        "it is not the whole range",
    ),
    Mutant(
        "06-b",
        "shuffling examples is enough",
        "return np.isin(units, names[: round(share * len(names))])",
        "return np.random.default_rng(seed).uniform(size=len(units)) < share",
        "A unit may not be on both sides",
    ),
    Mutant(
        "06-b",
        "every example has a say in which units are drawn",
        "names[: round(share * len(names))]",
        "np.random.default_rng(seed).permutation(units)[: round(share * len(units))]",
        "The share is one of units",
    ),
    Mutant(
        "06-b",
        "a split needs no seed",
        "np.random.default_rng(seed)",
        "np.random.default_rng()",
        "The same seed has to give the same split",
    ),
)
