"""Wrong answers to the exercises of chapter 9."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "09-a",
        "the product of two vectors is a cosine",
        "first, second = unit(pretraining), unit(test)",
        "first, second = pretraining, unit(test)",
        "lengths of the vectors must not count",
    ),
    Mutant(
        "09-a",
        "the test rows are returned",
        "(first @ second.T).max(axis=1)",
        "(first @ second.T).max(axis=0)",
        "not of the test rows",
    ),
    Mutant(
        "09-a",
        "a leak is near to the test set on average",
        "(first @ second.T).max(axis=1)",
        "(first @ second.T).mean(axis=1)",
        "One near test row is enough",
    ),
    Mutant(
        "09-a",
        "opposite is near too",
        "(first @ second.T).max(axis=1)",
        "np.abs(first @ second.T).max(axis=1)",
        "opposite directions are far",
    ),
    Mutant(
        "09-b",
        "the warmup starts at 0",
        "peak * (step + 1) / warmup",
        "peak * step / warmup",
        "first step must not be wasted",
    ),
    Mutant(
        "09-b",
        "the cosine counts from the first step",
        "(step - warmup) / (steps - warmup)",
        "step / steps",
        "progress counts from the end of the warmup",
    ),
    Mutant(
        "09-b",
        "the rate falls along a whole cosine",
        "np.cos(np.pi * progress)",
        "np.cos(2 * np.pi * progress)",
        "half a cosine, not a whole one",
    ),
    Mutant(
        "09-b",
        "the fall is a line",
        "peak * 0.5 * (1 + np.cos(np.pi * progress))",
        "peak * (1 - progress)",
        "not a line",
    ),
    Mutant(
        "09-b",
        "there is always a warmup",
        "if step < warmup:",
        "if step <= warmup:",
        "nothing is divided by 0",
    ),
)
