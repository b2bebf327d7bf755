"""Wrong answers to the exercises of chapter 3.7."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "03-7-a",
        "the mask is true where a patch is visible",
        "return rank >= visible",
        "return rank < visible",
        "your mask marks the visible ones",
    ),
    Mutant(
        "03-7-a",
        "hiding each patch with a probability keeps the number",
        "return rank >= visible",
        "return numbers >= visible / length",
        "not 12 on average",
    ),
    Mutant(
        "03-7-a",
        "one mask serves the whole batch",
        "return rank >= visible",
        "return np.repeat(rank[:1] >= visible, count, axis=0)",
        "draw for each image anew",
    ),
    Mutant(
        "03-7-a",
        "the loss is taken over the visible patches",
        "(true - predicted)[hidden]",
        "(true - predicted)[~hidden]",
        "The loss looks at the hidden patches",
    ),
    Mutant(
        "03-7-a",
        "the error is divided by all pixels",
        "np.mean((true - predicted)[hidden] ** 2)",
        "np.sum((true - predicted)[hidden] ** 2) / true.size",
        "not by that of all pixels",
    ),
    Mutant(
        "03-7-a",
        "the seed of the mask can be left out",
        "default_rng(seed)",
        "default_rng()",
        "same seed has to give the same mask",
    ),
    Mutant(
        "03-7-b",
        "rows of a block follow each other in the count",
        "rows[:, None] * side + columns",
        "rows[:, None] * block + columns",
        "not after `block`",
    ),
    Mutant(
        "03-7-b",
        "row and column of the block are exchanged",
        "row + np.arange(block), column + np.arange(block)",
        "column + np.arange(block), row + np.arange(block)",
        "Row and column are exchanged",
    ),
    Mutant(
        "03-7-b",
        "momentum is the share of the new weights",
        "momentum * t + (1 - momentum) * o",
        "(1 - momentum) * t + momentum * o",
        "not of the new weights",
    ),
    Mutant(
        "03-7-b",
        "the target may be moved in place",
        "return [momentum * t + (1 - momentum) * o for t, o in zip(target, online, strict=True)]",
        "for t, o in zip(target, online, strict=True):\n"
        "        t += (1 - momentum) * (o - t)\n"
        "    return target",
        "weights of the caller were changed",
    ),
)
