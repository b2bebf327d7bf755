"""Wrong answers to the exercises of chapter 3.2."""

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "03-2-a",
        "the divergence is averaged over the dimensions of the code",
        "each.sum(axis=1)",
        "each.mean(axis=1)",
        "Sum over the dimensions of the code",
    ),
    Mutant(
        "03-2-a",
        "the second output of the encoder is the variance itself",
        "spread = np.exp(log_variance)",
        "spread = log_variance",
        "The variance is the exponential of log_variance",
    ),
    Mutant(
        "03-2-a",
        "the two Gaussians of a divergence can be swapped",
        "spread / np.exp(prior_log_variance)",
        "spread / np.exp(log_variance)",
        "KL is not symmetric",
    ),
    Mutant(
        "03-2-a",
        "noise is scaled by the variance",
        "np.exp(0.5 * log_variance) * noise",
        "np.exp(log_variance) * noise",
        "scaled by the standard deviation",
    ),
    Mutant(
        "03-2-a",
        "a draw does not need the mean",
        "return mean + np.exp",
        "return np.exp",
        "centered on the mean",
    ),
    Mutant(
        "03-2-b",
        "the generator minimizes what the discriminator maximizes",
        "fooling = np.logaddexp(0, -fake_logits).mean()",
        "fooling = -np.logaddexp(0, fake_logits).mean()",
        "That is the saturating loss",
    ),
    Mutant(
        "03-2-b",
        "the discriminator learns from made images alone",
        "return on_real + on_made",
        "return on_made",
        "pays for real images too",
    ),
    Mutant(
        "03-2-b",
        "the generator wants low logits",
        "fooling = np.logaddexp(0, -fake_logits)",
        "fooling = np.logaddexp(0, fake_logits)",
        "wants its images to be called real",
    ),
    Mutant(
        "03-2-b",
        "the discriminator wants high logits for all images",
        "on_made = np.logaddexp(0, fake_logits)",
        "on_made = np.logaddexp(0, -fake_logits)",
        "low ones for made images",
    ),
    Mutant(
        "03-2-b",
        "the logarithm of a sigmoid can be taken in two steps",
        "fooling = np.logaddexp(0, -fake_logits).mean()",
        "fooling = -np.log(1 / (1 + np.exp(-fake_logits))).mean()",
        "must not give infinity",
    ),
)
