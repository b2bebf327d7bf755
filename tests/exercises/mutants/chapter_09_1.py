"""Wrong answers to the exercises of chapter 9.1."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "09-1-a",
        "only one of the squares reaches out",
        "distance > 2 * radius",
        "distance > radius",
        "both squares reach out, not one",
    ),
    Mutant(
        "09-1-a",
        "touching at the edge is counted as apart",
        "distance > 2 * radius",
        "distance >= 2 * radius",
        "still share a row or column",
    ),
    Mutant(
        "09-1-a",
        "one pixel more than is needed",
        "distance > 2 * radius",
        "distance > 2 * radius + 1",
        "no pixel is shared",
    ),
    Mutant(
        "09-1-a",
        "distances along the streets",
        ".max(axis=-1)",
        ".sum(axis=-1)",
        "do not add up",
    ),
    Mutant(
        "09-1-a",
        "far from one test place is enough",
        ".all(axis=1)",
        ".any(axis=1)",
        "from all test places",
    ),
    Mutant(
        "09-1-b",
        "holes are targets",
        " & ~np.isnan(rows)",
        "",
        "never recorded is a target",
    ),
    Mutant(
        "09-1-b",
        "the answer stays in the input",
        "np.where(hidden, np.nan, rows)",
        "rows.copy()",
        "can still be seen",
    ),
    Mutant(
        "09-1-b",
        "holes are filled by 0",
        "np.where(hidden, np.nan, rows)",
        "np.where(hidden, np.nan, np.nan_to_num(rows))",
        "has to stay missing",
    ),
    Mutant(
        "09-1-b",
        "whole rows are hidden",
        "random.random(rows.shape)",
        "random.random((len(rows), 1))",
        "not whole rows",
    ),
    Mutant(
        "09-1-b",
        "the share is that of what is kept",
        "< share",
        ">= share",
        "counts known values",
    ),
    Mutant(
        "09-1-b",
        "the given rows are written to",
        "visible = np.where(hidden, np.nan, rows)",
        "visible = rows; visible[hidden] = np.nan",
        "were changed",
    ),
)
