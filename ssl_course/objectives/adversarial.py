"""Two players: one tells real from made, the other makes (Goodfellow et al., 2014)."""

from keras import ops

from ssl_course.objectives.precision import in_float32
from ssl_course.views.tensor import Tensor


@in_float32
def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    r"""Cross-entropy of telling real from made, in nats.

    .. math:: \mathbb{E}\,[-\log \sigma(D(x))] + \mathbb{E}\,[-\log (1 - \sigma(D(G(u))))]

    Logits of any shape.  2 log 2 for a discriminator that knows nothing (all logits 0).
    """
    return ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))


@in_float32
def generator_loss(fake_logits: Tensor) -> Tensor:
    r"""The generator's non-saturating loss, :math:`\mathbb{E}\,[-\log \sigma(D(G(u)))]`.

    log 2 where the discriminator knows nothing.
    """
    return ops.mean(ops.softplus(-fake_logits))


@in_float32
def feature_matching(real_features: Tensor, fake_features: Tensor) -> Tensor:
    r"""Squared distance between mean features (Salimans et al., 2016).

    .. math:: \frac{1}{d} \left\| \tfrac1n \textstyle\sum_i f(x_i)
              - \tfrac1m \sum_i f(G(u_i)) \right\|^2

    ``real_features`` is (n, d), ``fake_features`` (m, d).  0 if the means agree, whatever else
    differs.
    """
    difference = ops.mean(real_features, axis=0) - ops.mean(fake_features, axis=0)
    return ops.mean(ops.square(difference))
