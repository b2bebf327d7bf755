"""Wrong answers to the exercises of chapter 8.4."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "08-4-a",
        "only one of the two means scatters",
        "math.ceil(2 * (quantiles",
        "math.ceil((quantiles",
        "Both methods scatter",
    ),
    Mutant(
        "08-4-a",
        "a significant mean is enough",
        " + stats.norm.ppf(power)",
        "",
        "missed half of the time",
    ),
    Mutant(
        "08-4-a",
        "the test has one side",
        "1 - level / 2",
        "1 - level",
        "two-sided",
    ),
    Mutant(
        "08-4-a",
        "spread and number of runs are proportional",
        "(quantiles * std / difference) ** 2",
        "quantiles**2 * std / difference",
        "enters squared",
    ),
    Mutant(
        "08-4-a",
        "the nearest whole number will do",
        "math.ceil(",
        "math.floor(",
        "round up",
    ),
    Mutant(
        "08-4-b",
        "the best of k is the best of all",
        "math.comb(position, k - 1)",
        "math.comb(len(ordered), k) * (position == len(ordered) - 1)",
        "The best of one run is that run",
    ),
    Mutant(
        "08-4-b",
        "a seed may be drawn twice",
        "return sum(way * score for way, score in zip(ways, ordered)) / math.comb(len(ordered), k)",
        "n = len(ordered)\n"
        "    return sum(((i + 1) ** k - i**k) * s for i, s in enumerate(ordered)) / n**k",
        "each run is in the set once",
    ),
    Mutant(
        "08-4-b",
        "the list is sorted already",
        "sorted(scores)",
        "list(scores)",
        "order in which the runs are listed",
    ),
)
