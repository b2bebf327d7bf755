"""Wrong answers to the exercises of chapter 8.1."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "08-1-a",
        "the first channels stay",
        "np.sort(np.argsort(size)[-keep:])",
        "np.arange(keep)",
        "with the largest weights stay",
    ),
    Mutant(
        "08-1-a",
        "sizes have signs",
        "np.abs(kernels[0]).sum(axis=(0, 1, 2))",
        "kernels[0].sum(axis=(0, 1, 2))",
        "use absolute values",
    ),
    Mutant(
        "08-1-a",
        "the outputs of the second kernel are cut",
        "kernels[1][:, :, stay]",
        "kernels[1][..., stay]",
        "third axis of the second kernel",
    ),
    Mutant(
        "08-1-a",
        "the first biases stay",
        "biases[0][stay]",
        "biases[0][:keep]",
        "bias stays with the channel",
    ),
    Mutant(
        "08-1-b",
        "the factor is turned around",
        "np.sqrt(r / t)",
        "np.sqrt(t / r)",
        "get the same range",
    ),
    Mutant(
        "08-1-b",
        "the bias is forgotten",
        "biases[0] / factor",
        "biases[0]",
        "The function may not change",
    ),
    Mutant(
        "08-1-b",
        "outputs are scaled in place of inputs",
        "factor[:, None]",
        "np.resize(factor, kernels[1].shape[-1])",
        "get the same range",
    ),
    Mutant(
        "08-1-b",
        "everything is brought to range 1",
        "[first, kernels[1] * factor[:, None]]",
        "[kernels[0] / r, kernels[1] / t[:, None]]",
        "The function may not change",
    ),
)
