"""Wrong answers to the exercises of chapter 3.5."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "03-5-a",
        "the partner is left out with the class",
        "    left_out[view, partner] = False\n",
        "",
        "partner has to stay in the crowd",
    ),
    Mutant(
        "03-5-a",
        "a view is one of its own candidates",
        "left_out = classes[:, None] == classes",
        "left_out = (classes[:, None] == classes) & ~np.eye(len(z), dtype=bool)",
        "the diagonal has to be left out too",
    ),
    Mutant(
        "03-5-a",
        "a logit of zero leaves a candidate out",
        "-np.inf",
        "0.0",
        "minus infinity, not 0",
    ),
    Mutant(
        "03-5-a",
        "the scalar product is the cosine",
        "    z = z / np.linalg.norm(z, axis=1, keepdims=True)\n",
        "",
        "scale each projection to length 1",
    ),
    Mutant(
        "03-5-a",
        "the partner is the next row",
        "(view + len(first)) % len(z)",
        "(view + 1) % len(z)",
        "has to find its partner",
    ),
    Mutant(
        "03-5-b",
        "the queue may grow",
        "[: len(queue)]",
        "",
        "keep its size",
    ),
    Mutant(
        "03-5-b",
        "new keys line up at the tail",
        "np.concatenate([keys, queue])",
        "np.concatenate([queue, keys])",
        "new keys have to come first",
    ),
    Mutant(
        "03-5-b",
        "new keys replace the newest",
        "np.concatenate([keys, queue])[: len(queue)]",
        "np.concatenate([keys, queue[len(keys) :]])",
        "The oldest have to leave",
    ),
)
