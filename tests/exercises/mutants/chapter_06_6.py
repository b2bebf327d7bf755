"""Wrong answers to the exercises of chapter 6.6."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "06-6-a",
        "the target is moved to the source",
        "mean, std = target.mean(axis=0), target.std(axis=0)",
        "mean, std = source.mean(axis=0), source.std(axis=0)",
        "needs the means of the target",
    ),
    Mutant(
        "06-6-a",
        "one mean serves all features",
        "source - source.mean(axis=0)",
        "source - source.mean()",
        "needs the means of the target",
    ),
    Mutant(
        "06-6-a",
        "centering is enough",
        "return centered * std / np.maximum(source.std(axis=0), 1e-8) + mean",
        "return centered + mean",
        "needs the standard deviations of the target",
    ),
    Mutant(
        "06-6-a",
        "no feature is constant",
        "np.maximum(source.std(axis=0), 1e-8)",
        "source.std(axis=0)",
        "constant feature",
    ),
    Mutant(
        "06-6-b",
        "the target's accuracy decides",
        'run["source"] >= floor',
        'run["target"] == max(r["target"] for r in runs)',
        "labels of the target",
    ),
    Mutant(
        "06-6-b",
        "the best source accuracy wins",
        'run["source"] >= floor',
        'run["source"] == max(r["source"] for r in runs)',
        "best source accuracy choose no alignment",
    ),
    Mutant(
        "06-6-b",
        "the weakest allowed strength is taken",
        "return max(allowed)",
        "return min(allowed)",
        "largest allowed strength is asked for",
    ),
    Mutant(
        "06-6-b",
        "the tolerance counts from the best run",
        'next(run["source"] for run in runs if run["strength"] == 0)',
        'max(run["source"] for run in runs)',
        "from the run without alignment",
    ),
)
