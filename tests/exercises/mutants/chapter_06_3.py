"""Wrong answers to the exercises of chapter 6.3."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "06-3-a",
        "a prediction is about the frame it is made at",
        "np.arange(step, len(latents))",
        "np.arange(len(latents) - step)",
        "prediction made at time t is about time t + step",
    ),
    Mutant(
        "06-3-a",
        "a long vector is a similar one",
        "unit(latents).T",
        "latents.T",
        "length of a latent must not matter",
    ),
    Mutant(
        "06-3-a",
        "it does not matter who chooses",
        "similarity.argmax(axis=1)",
        "(similarity[:, step:].argmax(axis=0) + step)",
        "Each prediction chooses among all latents of the clip",
    ),
    Mutant(
        "06-3-b",
        "the silence after the word belongs to it",
        "sequence[:length]",
        "sequence",
        "padding after the end",
    ),
    Mutant(
        "06-3-b",
        "every step has its turn in every piece",
        "np.array_split(sequence[:length], pieces)",
        "[sequence[:length][first::pieces] for first in range(pieces)]",
        "a piece is a stretch of time",
    ),
    Mutant(
        "06-3-b",
        "one number sums up a piece",
        "part.mean(axis=0)",
        "part.mean()",
        "keep the features apart",
    ),
)
