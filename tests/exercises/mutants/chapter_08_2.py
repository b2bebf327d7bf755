"""Wrong answers to the exercises of chapter 8.2."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "08-2-a",
        "the similarity is the inner product",
        "queries @ weights @ keys.T",
        "queries @ keys.T",
        "without W another loss",
    ),
    Mutant(
        "08-2-a",
        "the similarity is a cosine",
        "queries @ weights @ keys.T",
        "queries / np.linalg.norm(queries, axis=1, keepdims=True) @ weights @ keys.T",
        "Nothing is normalized",
    ),
    Mutant(
        "08-2-a",
        "each key looks for its query",
        "queries @ weights @ keys.T",
        "(queries @ weights @ keys.T).T",
        "not each key for its query",
    ),
    Mutant(
        "08-2-a",
        "exp of a large number is a large number",
        "logits - logits.max(axis=1, keepdims=True)",
        "logits - 0",
        "Large logits overflow",
    ),
    Mutant(
        "08-2-a",
        "the loss is a sum",
        "np.mean(log_sums - np.diag(logits))",
        "np.sum(log_sums - np.diag(logits))",
        "the loss is log n",
    ),
    Mutant(
        "08-2-b",
        "the pictures are averaged away",
        "h.mean(axis=1)",
        "h.mean(axis=0)",
        "nothing but the picture changes h",
    ),
    Mutant(
        "08-2-b",
        "every feature counts alike",
        "means.var(axis=0).sum() / total",
        "np.mean(means.var(axis=0) / h.var(axis=(0, 1)))",
        "before dividing",
    ),
    Mutant(
        "08-2-b",
        "picture and game make up all variance",
        "total = h.var(axis=(0, 1)).sum()",
        "total = h.mean(axis=1).var(axis=0).sum() + h.mean(axis=0).var(axis=0).sum()",
        "picture and game together",
    ),
)
