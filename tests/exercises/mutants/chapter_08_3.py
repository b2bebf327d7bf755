"""Wrong answers to the exercises of chapter 8.3."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "08-3-a",
        "the gradient at the end is enough",
        "np.mean([gradient(point) for point in points], axis=0)",
        "gradient(x)",
        "average the gradients on the way",
    ),
    Mutant(
        "08-3-a",
        "the baseline is always zero",
        "return (x - baseline) * mean",
        "return x * mean",
        "multiply by x − baseline",
    ),
    Mutant(
        "08-3-a",
        "all entries share alike",
        "return (x - baseline) * mean",
        "return np.full(np.shape(x), np.mean((x - baseline) * mean))",
        "Each entry gets its own share",
    ),
    Mutant(
        "08-3-a",
        "a part is represented by its end",
        "(np.arange(steps) + 0.5) / steps",
        "(np.arange(steps) + 1) / steps",
        "represented by its middle",
    ),
    Mutant(
        "08-3-b",
        "random directions have a sign",
        "np.abs(np.asarray(random_aucs) - 0.5)",
        "np.asarray(random_aucs) - 0.5",
        "0.125 is as strong as 0.875",
    ),
    Mutant(
        "08-3-b",
        "our direction has a sign",
        "strength >= abs(auc - 0.5)",
        "strength >= auc - 0.5",
        "Our own AUC may lie below 0.5",
    ),
    Mutant(
        "08-3-b",
        "equals do not count",
        "strength >= abs(auc - 0.5)",
        "strength > abs(auc - 0.5)",
        "exactly as good counts against us",
    ),
    Mutant(
        "08-3-b",
        "a p-value may be zero",
        "(as_good + 1) / (len(random_aucs) + 1)",
        "as_good / len(random_aucs)",
        "and ours counts",
    ),
)
