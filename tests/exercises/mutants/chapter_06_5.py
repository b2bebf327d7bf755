"""Wrong answers to the exercises of chapter 6.5."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "06-5-a",
        "clip the sum instead of each example",
        "total = np.sum(gradients * np.minimum(1, bound / lengths)[:, None], axis=0)",
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
        "np.log((found - delta) / accused)",
        "np.log(found / accused)",
        "Subtract delta",
    ),
    Mutant(
        "06-5-b",
        "a negative limit is a limit",
        "max(0.0, float(np.log((found - delta) / accused)))",
        "float(np.log((found - delta) / accused))",
        "Never below 0",
    ),
)
