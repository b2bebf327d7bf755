"""Wrong answers to the exercises of chapter 6.1."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "06-1-a",
        "ties count nothing",
        " + 0.5 * (difference == 0)",
        "",
        "A tie counts one half",
    ),
    Mutant(
        "06-1-a",
        "ties count as right",
        "(difference > 0) + 0.5 * (difference == 0)",
        "difference >= 0",
        "A tie counts one half",
    ),
    Mutant(
        "06-1-a",
        "the negative case should be higher",
        "difference > 0",
        "difference < 0",
        "count pairs where the positive case is higher",
    ),
    Mutant(
        "06-1-a",
        "the direction does not matter",
        "return float(np.mean((difference > 0) + 0.5 * (difference == 0)))",
        "auc = float(np.mean((difference > 0) + 0.5 * (difference == 0)))\n"
        "    return max(auc, 1 - auc)",
        "the direction counts",
    ),
    Mutant(
        "06-1-b",
        "images are drawn, not patients",
        "return np.isin(patients, shuffled[: round(share * len(people))])",
        "return np.random.default_rng(seed).random(len(patients)) < share",
        "draw patients, not images",
    ),
    Mutant(
        "06-1-b",
        "the share is the training's",
        "shuffled[: round(share * len(people))]",
        "shuffled[round(share * len(people)) :]",
        "not the rest",
    ),
    Mutant(
        "06-1-b",
        "the first patients will do",
        "np.random.default_rng(seed).permutation(people)",
        "people",
        "choose other patients",
    ),
    Mutant(
        "06-1-b",
        "the seed can be left out",
        "np.random.default_rng(seed)",
        "np.random.default_rng()",
        "same seed has to give the same split",
    ),
)
