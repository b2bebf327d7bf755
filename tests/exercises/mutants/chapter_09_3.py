"""Wrong answers to the exercises of chapter 9.3."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "09-3-a",
        "the kind does not matter",
        "len(ours & theirs) for",
        "len({n[:2] for n in ours} & {n[:2] for n in theirs}) for",
        "wrong kind",
    ),
    Mutant(
        "09-3-a",
        "the first character is enough",
        "len(ours & theirs) for",
        "len({n[::2] for n in ours} & {n[::2] for n in theirs}) for",
        "whole names count",
    ),
    Mutant(
        "09-3-a",
        "names of all texts in one set",
        "sum(len(ours & theirs) for ours, theirs in zip(found, true))",
        "len(set().union(*found) & set().union(*true))",
        "in the wrong text",
    ),
    Mutant(
        "09-3-a",
        "recall is enough",
        "return 2 * hits / total if total else 0.0",
        "return hits / max(1, sum(map(len, true)))",
        "precision 1, recall 1/3",
    ),
    Mutant(
        "09-3-a",
        "there is always a name",
        "2 * hits / total if total else 0.0",
        "2 * hits / np.float64(total)",
        "not a division by 0",
    ),
    Mutant(
        "09-3-b",
        "the row's choice is enough",
        "back[j] == i and row_lead",
        "row_lead",
        "has to be mutual",
    ),
    Mutant(
        "09-3-b",
        "the margin is for rows",
        " and column_lead[j] > margin",
        "",
        "holds for columns",
    ),
    Mutant(
        "09-3-b",
        "the margin is for columns",
        "row_lead[i] > margin and ",
        "",
        "holds for rows",
    ),
    Mutant(
        "09-3-b",
        "the margin is a similarity",
        "row_lead[i] > margin and column_lead[j] > margin",
        "similarity[i, j] > margin",
        "a lead, not a similarity",
    ),
)
