"""The variational autoencoder's bound (Kingma & Welling, 2013)."""

from keras import ops

from ssl_course.objectives.precision import in_float32
from ssl_course.views.tensor import Tensor


@in_float32
def gaussian_kl(mean: Tensor, log_variance: Tensor) -> Tensor:
    r"""Divergence of the code's Gaussians from the standard normal, in nats, mean over the batch.

    .. math:: \frac{1}{n} \sum_{i=1}^{n} \sum_{j=1}^{d}
              \tfrac12 \left( \mu_{ij}^2 + \sigma_{ij}^2 - 1 - \log \sigma_{ij}^2 \right)

    ``mean`` and ``log_variance`` are (n, d).  0 only if each Gaussian is the standard normal.
    """
    each = 0.5 * (ops.square(mean) + ops.exp(log_variance) - 1.0 - log_variance)
    return ops.mean(ops.sum(each, axis=1))


@in_float32
def evidence_loss(
    target: Tensor, prediction: Tensor, mean: Tensor, log_variance: Tensor, beta: float = 1.0
) -> Tensor:
    r"""Negative evidence lower bound of Bernoulli pixels, in nats an image.

    .. math:: \frac{1}{n} \sum_{i=1}^{n} \Big[ -\sum_{j=1}^{D}
              x_{ij} \log \hat x_{ij} + (1 - x_{ij}) \log (1 - \hat x_{ij}) \Big]
              + \beta \, \mathrm{KL}

    Sums over pixels and over code dimensions, mean over the batch.  Averaging the pixels
    instead multiplies the weight of the KL term by their number D.
    With ``beta`` above 1: β-VAE (Higgins et al., 2017).

    ``target`` in [0, 1] and ``prediction`` in (0, 1) are (n, …), ``mean`` and
    ``log_variance`` (n, d).
    """
    prediction = ops.clip(prediction, 1e-7, 1.0 - 1e-7)
    log_likelihood = target * ops.log(prediction) + (1.0 - target) * ops.log(1.0 - prediction)
    pixels = tuple(range(1, len(target.shape)))
    return beta * gaussian_kl(mean, log_variance) - ops.mean(ops.sum(log_likelihood, axis=pixels))
