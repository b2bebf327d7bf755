"""Wrong answers to the exercises of section 6.2."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "06-2-a",
        "padding and start may be asked for like any token",
        "(tokens >= 5) & (rng.random(tokens.shape) < rate)",
        "rng.random(tokens.shape) < rate",
        "Special tokens were asked for",
    ),
    Mutant(
        "06-2-a",
        "every token that is asked for is hidden",
        "fate < 0.8",
        "fate < 2.0",
        "80 of 100 asked tokens become hidden",
    ),
    Mutant(
        "06-2-a",
        "only what was changed is asked for",
        "return np.where(asked, changed, tokens), asked",
        "changed = np.where(asked, changed, tokens)\n    return changed, changed != tokens",
        "The tokens that stay as they are have to be asked for too",
    ),
    Mutant(
        "06-2-a",
        "a random token may be padding or the hidden token",
        "rng.integers(5, 2000, tokens.shape)",
        "rng.integers(0, 5, tokens.shape)",
        "A random token has to be an ordinary one",
    ),
    Mutant(
        "06-2-b",
        "a high temperature makes logits larger",
        "scaled = logits / temperature",
        "scaled = logits * temperature",
        "divide the logits by it",
    ),
    Mutant(
        "06-2-b",
        "the best token is always taken",
        "return (scaled + noise).argmax(axis=1)",
        "return scaled.argmax(axis=1)",
        "sampling is not taking the most likely token",
    ),
    Mutant(
        "06-2-b",
        "the number of tokens to keep can be left out",
        "np.sort(scaled, axis=1)[:, -keep]",
        "np.sort(scaled, axis=1)[:, 0]",
        "outside of the `keep` most likely",
    ),
    Mutant(
        "06-2-b",
        "one draw serves all rows",
        "size=scaled.shape",
        "size=scaled.shape[1:]",
        "one draw for each row",
    ),
)
