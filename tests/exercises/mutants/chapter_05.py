"""Wrong answers to the exercises of chapter 5."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "05-a",
        "noise may leave the range of pixels",
        "np.clip(images + noise, 0, 1)",
        "(images + noise)",
        "clip after adding",
    ),
    Mutant(
        "05-a",
        "one noise picture serves all images",
        "size=images.shape)",
        "size=images.shape[1:])",
        "one number per pixel of every image",
    ),
    Mutant(
        "05-a",
        "images may be changed in place",
        "return np.clip(images + noise, 0, 1).astype(images.dtype)",
        "images += noise\n    return np.clip(images, 0, 1)",
        "images of the caller were changed",
    ),
    Mutant(
        "05-a",
        "the seed can be left out",
        "np.random.default_rng(seed)",
        "np.random.default_rng()",
        "same seed has to give the same noise",
    ),
    Mutant(
        "05-b",
        "one error for the whole batch",
        ", axis=(1, 2, 3)",
        "",
        "average over all axes but the first",
    ),
    Mutant(
        "05-b",
        "the sum is as good as the mean",
        "np.mean((images",
        "np.sum((images",
        "neither the sum nor its root",
    ),
    Mutant(
        "05-b",
        "sorting puts the largest first",
        "np.argsort(errors)[::-1][:count]",
        "np.argsort(errors)[:count]",
        "largest error has to come first",
    ),
)
