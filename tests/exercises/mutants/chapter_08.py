"""Wrong answers to the exercises of chapter 8."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "08-a",
        "a high cost is good",
        "saved, gained = cost[:, None] - cost,",
        "saved, gained = cost - cost[:, None],",
        "a low cost is good",
    ),
    Mutant(
        "08-a",
        "a dominating row must be better in both",
        "| (gained > 0)",
        "& (gained > 0)",
        "better in one of the two is enough",
    ),
    Mutant(
        "08-a",
        "equal rows dominate each other",
        "    return ~(no_worse & better).any(axis=1)",
        "    return ~(no_worse & ~np.eye(len(cost), dtype=bool)).any(axis=1)",
        "do not dominate each other",
    ),
    Mutant(
        "08-b",
        "there is no floor",
        "for floor in floors:",
        "for floor in [0.0]:",
        "have a floor of 0.1",
    ),
    Mutant(
        "08-b",
        "the highest possible floor is taken",
        "return min(tried)[1:]",
        "return tried[-1][1:]",
        "have a floor of 0.1",
    ),
    Mutant(
        "08-b",
        "the slope is returned with its sign",
        "tried.append((miss, floor, a, b))",
        "tried.append((miss, floor, a, -b))",
        "b is positive",
    ),
    Mutant(
        "08-b",
        "floors are compared on logarithms",
        "(curve(n, floor, a, b) - error) ** 2",
        "(np.log(curve(n, floor, a, b) - floor) - np.log(error - floor)) ** 2",
        "not of its logarithm",
    ),
)
