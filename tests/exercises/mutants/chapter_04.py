"""Wrong answers to the exercises of chapter 4."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "04-a",
        "black and white pixels do not count as pixels",
        "entropy.sum() / images.size",
        "entropy.mean()",
        "Average over all pixels",
    ),
    Mutant(
        "04-a",
        "cross-entropy has one term",
        " - (1 - grey) * np.log(1 - grey)",
        "",
        "A pixel of 0.5 costs log 2",
    ),
    Mutant(
        "04-a",
        "zero times the logarithm of zero takes care of itself",
        "images[(images > 0) & (images < 1)]",
        "images.ravel()",
        "0 · log 0 counts as 0",
    ),
    Mutant(
        "04-b", "the error is target minus prediction", "(rebuilt - x)", "(x - rebuilt)", "sign"
    ),
    Mutant(
        "04-b",
        "every loss keeps the factor of the logistic function",
        "return error\n",
        "return error * rebuilt * (1 - rebuilt)\n",
        "With cross-entropy the factor of the logistic function cancels",
    ),
    Mutant(
        "04-b",
        "no loss keeps the factor of the logistic function",
        "2 * error * rebuilt * (1 - rebuilt)",
        "2 * error",
        "With squared error the factor of the logistic function stays",
    ),
    Mutant(
        "04-c",
        "deltas go back through the weights as they are",
        "w_next.T",
        "w_next",
        "transposed weights",
    ),
    Mutant(
        "04-c",
        "the activation itself is its derivative",
        "(a > 0)",
        "np.maximum(a, 0)",
        "not the rectifier itself",
    ),
    Mutant(
        "04-c",
        "the activation does not matter",
        " * (a > 0)",
        "",
        "A unit below 0 passes nothing back",
    ),
    Mutant(
        "04-d",
        "one side is enough",
        "(function(above) - function(below)) / (2 * epsilon)",
        "(function(above) - function(point)) / epsilon",
        "use central differences",
    ),
    Mutant("04-d", "the two sides are one step apart", "(2 * epsilon)", "epsilon", "2 ε apart"),
    Mutant(
        "04-d",
        "moving the point itself does no harm",
        "above, below = point.copy(), point.copy()",
        "above, below = point, point.copy()",
        "work on a copy",
    ),
)
