"""Wrong answers to the exercises of chapter 6.5."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "06-5-a",
        "clip the sum instead of each example",
        "total = np.minimum(1, bound / lengths) @ gradients",
        "total = np.sum(gradients, axis=0)\n"
        "    total = total * min(1, bound / max(np.linalg.norm(total), 1e-12))",
        "Clip each example's gradient",
    ),
    Mutant(
        "06-5-a",
        "short gradients are stretched to the bound",
        "np.minimum(1, bound / lengths)",
        "(bound / lengths)",
        "shorter than the bound stays as it is",
    ),
    Mutant(
        "06-5-a",
        "divide by the size of the batch that was drawn",
        "return total / expected",
        "return total / len(gradients)",
        "not by the number that was drawn",
    ),
    Mutant(
        "06-5-a",
        "the noise does not grow with the bound",
        "rng.normal(0, noise * bound, size=total.shape)",
        "rng.normal(0, noise, size=total.shape)",
        "standard deviation noise * bound",
    ),
    Mutant(
        "06-5-b",
        "the threshold comes from the members",
        "np.quantile(outsiders, 1 - accused)",
        "np.quantile(members, 1 - accused)",
        "threshold from the outsiders",
    ),
    Mutant(
        "06-5-b",
        "delta can be left out",
        "np.log((low - delta) / high)",
        "np.log(low / high)",
        "Subtract delta",
    ),
    Mutant(
        "06-5-b",
        "a negative limit is a limit",
        "max(0.0, float(np.log((low - delta) / high)))",
        "float(np.log((low - delta) / high))",
        "Never below 0",
    ),
    Mutant(
        "06-5-b",
        "the shares themselves, without limits",
        "low = beta.ppf(0.025, found, len(members) - found + 1)\n"
        "    high = beta.ppf(0.975, wrong + 1, len(outsiders) - wrong)",
        "low, high = found / len(members), wrong / len(outsiders)",
        "put the Clopper-Pearson limits",
    ),
    Mutant(
        "06-5-b",
        "the upper limit of both",
        "beta.ppf(0.025, found, len(members) - found + 1)",
        "beta.ppf(0.975, found + 1, len(members) - found)",
        "The lower limit of the share found",
    ),
)
