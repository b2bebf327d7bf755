"""Wrong answers to the exercises of chapter 3.1."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "03-1-a",
        "the damaged image is its own target",
        "return damaged, images",
        "return damaged, damaged",
        "target has to be the clean image",
    ),
    Mutant(
        "03-1-a",
        "the noise belongs on the target",
        "return damaged, images",
        "return images, damaged",
        "input is not damaged",
    ),
    Mutant(
        "03-1-a",
        "the damaged input needs no clipping",
        "np.clip(images + noise, 0, 1)",
        "(images + noise)",
        "clip after adding",
    ),
    Mutant(
        "03-1-a",
        "one noise picture damages the whole batch",
        "size=images.shape)",
        "size=images.shape[1:])",
        "one number per pixel of every image",
    ),
    Mutant(
        "03-1-b",
        "the first places of a sort are the largest",
        "[:, -k:]",
        "[:, :k]",
        "not the smallest",
    ),
    Mutant(
        "03-1-b",
        "kept numbers become ones",
        "np.take_along_axis(representation, places, axis=1)",
        "1.0",
        "mask of ones and zeros is not a code",
    ),
    Mutant(
        "03-1-b",
        "a threshold keeps k numbers",
        "return kept",
        "smallest = np.sort(representation, axis=1)[:, -k:][:, :1]\n"
        "    return np.where(representation >= smallest, representation, 0)",
        "slipped through a threshold",
    ),
    Mutant(
        "03-1-b",
        "the largest numbers of the batch are those of each row",
        "return kept",
        "smallest = np.sort(representation, axis=None)[-k * len(representation)]\n"
        "    return np.where(representation >= smallest, representation, 0)",
        "compare within a row",
    ),
    Mutant(
        "03-1-b",
        "codes may be changed in place",
        "return kept",
        "representation[:] = kept\n    return representation",
        "codes of the caller were changed",
    ),
    Mutant(
        "03-1-c",
        "components do not depend on the mean",
        "np.linalg.svd(x - mean, full_matrices=False)",
        "np.linalg.svd(x, full_matrices=False)",
        "center the data before the components are computed",
    ),
    Mutant(
        "03-1-c",
        "the mean is not part of the copy",
        "@ basis + mean",
        "@ basis",
        "add the mean again",
    ),
    Mutant(
        "03-1-c",
        "the last components carry the most",
        "vt[:k]",
        "vt[-k:]",
        "take the first components",
    ),
    Mutant(
        "03-1-c",
        "the code is the copy",
        "@ basis.T @ basis + mean",
        "@ basis.T",
        "decode after you encode",
    ),
    Mutant(
        "03-1-c",
        "a squared distance is a mean over pixels",
        "np.mean(np.sum((x - rebuilt) ** 2, axis=1))",
        "np.mean((x - rebuilt) ** 2)",
        "sums over the columns",
    ),
)
