"""Wrong answers to the exercises of chapter 3."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "03-a",
        "a product is a similarity whatever the lengths",
        "train_x @ query / lengths",
        "train_x @ query",
        "Cosine similarity ignores length",
    ),
    Mutant(
        "03-a",
        "every neighbor has one vote",
        "weights = np.exp(similarity[nearest] / temperature)",
        "weights = np.ones(len(nearest))",
        "A near neighbor counts more",
    ),
    Mutant(
        "03-a",
        "the largest numbers come first in argsort",
        "np.argsort(-similarity)",
        "np.argsort(similarity)",
        "The nearest neighbor alone decides",
    ),
    Mutant(
        "03-b",
        "a random draw is a fair draw",
        "np.sort(np.concatenate([order[labels[order] == kind][:per_class] for kind in kinds]))",
        "np.sort(order[: per_class * len(kinds)])",
        "Each class has to be drawn equally often",
    ),
    Mutant(
        "03-b",
        "a draw needs no seed",
        "np.random.default_rng(seed)",
        "np.random.default_rng()",
        "The same seed has to give the same draw",
    ),
)
