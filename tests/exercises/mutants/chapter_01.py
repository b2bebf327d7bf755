"""Wrong answers to the exercises of chapter 1."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "01-a",
        "only one of two measurements scatters",
        "(first * (1 - first) + second * (1 - second)) / images",
        "first * (1 - first) / images",
        "Both accuracies scatter",
    ),
    Mutant(
        "01-a",
        "a variance is a standard error",
        "np.sqrt(variance)",
        "variance",
        "the error falls with the root of n",
    ),
    Mutant(
        "01-a",
        "the order of two methods does not matter for a difference",
        "abs(first - second)",
        "(first - second)",
        "A distance has no sign",
    ),
    Mutant(
        "01-b",
        "a curve is straight in the number of labels",
        "np.exp(np.interp(target, accuracies, np.log(labels)))",
        "np.interp(target, accuracies, labels)",
        "on a logarithmic axis",
    ),
    Mutant(
        "01-b",
        "np.interp says when it leaves the curve",
        "    if target > accuracies[-1]:\n        return None\n",
        "",
        "Beyond the last point nothing is known",
    ),
)
