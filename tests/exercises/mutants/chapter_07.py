"""Wrong answers to the exercises of chapter 7."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "07-a",
        "a high temperature sharpens",
        '"float64") / temperature',
        '"float64") * temperature',
        "divided by the temperature",
    ),
    Mutant(
        "07-a",
        "a small number inside the logarithm is a repair",
        "np.mean(log_sum - logits[np.arange(len(right)), right])",
        "-np.mean(np.log(np.exp(logits[np.arange(len(right)), right] - log_sum) + 1e-7))",
        "A small number inside the logarithm is no repair",
    ),
    Mutant(
        "07-a",
        "the logarithm of a sum of exponentials is safe by itself",
        "logits - logits.max(axis=1, keepdims=True)",
        "logits",
        "Large scores overflow",
    ),
    Mutant(
        "07-a",
        "any maximum will do",
        "logits.max(axis=1, keepdims=True)",
        "logits.max()",
        "largest score of each row",
    ),
    Mutant(
        "07-b",
        "waits of two threads add up",
        "b - max(a, reached)",
        "b - a",
        "do not count their overlap twice",
    ),
    Mutant(
        "07-b",
        "a wait lies inside of one step",
        "(max(a, start), min(b, end))",
        "(a, b)",
        "cut it at both ends",
    ),
    Mutant(
        "07-b",
        "a run is nothing but steps",
        "sum(end - start for start, end in steps)",
        "(steps[-1][1] - steps[0][0])",
        "divide by the sum of their lengths",
    ),
)
