"""Wrong answers to the exercises of chapter 9.2."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "09-2-a",
        "the average neighbor in place of the nearest",
        ".max(axis=1)",
        ".mean(axis=1)",
        "A copy has similarity 1",
    ),
    Mutant(
        "09-2-a",
        "the nearest made row of each row in the library",
        ".max(axis=1)",
        ".max(axis=0)",
        "for each row of made",
    ),
    Mutant(
        "09-2-a",
        "Dice's similarity",
        "return (both / either)",
        "return (2 * both / (either + both))",
        "Dice's similarity",
    ),
    Mutant(
        "09-2-a",
        "over the bits of the library's row",
        "either = made.sum(axis=1)[:, None] + library.sum(axis=1) - both",
        "either = library.sum(axis=1)",
        "every extension of a molecule",
    ),
    Mutant(
        "09-2-a",
        "over the bits of the made row",
        "either = made.sum(axis=1)[:, None] + library.sum(axis=1) - both",
        "either = made.sum(axis=1)[:, None]",
        "every fragment of a molecule",
    ),
    Mutant(
        "09-2-b",
        "rows are drawn",
        "test |= family == one",
        "test[np.argmax(family == one)] = True",
        "families have to be drawn, not rows",
    ),
    Mutant(
        "09-2-b",
        "the share of the families, not of the rows",
        "for one in order:",
        "for one in order[: int(share * len(order))]:",
        "count rows, not families",
    ),
    Mutant(
        "09-2-b",
        "one family too many",
        """        if test.mean() >= share:
            break
        test |= family == one
""",
        """        test |= family == one
        if test.mean() >= share + 15 / len(family):
            break
""",
        "More families were taken",
    ),
    Mutant(
        "09-2-b",
        "families in their order",
        "np.random.default_rng(seed).permutation(np.unique(family))",
        "np.unique(family)",
        "the order is random",
    ),
)
