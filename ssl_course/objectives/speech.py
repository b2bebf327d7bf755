"""InfoNCE along time: find the frame that comes next among frames that do not."""

from keras import ops

from ssl_course.objectives.precision import in_float32
from ssl_course.objectives.vectors import normalize
from ssl_course.views.tensor import Tensor


@in_float32
def frame_nce(
    predictions: Tensor,
    frames: Tensor,
    negatives: Tensor,
    allowed: Tensor,
    where: Tensor,
    temperature: float = 0.1,
) -> Tensor:
    r"""InfoNCE of contrastive predictive coding (van den Oord et al., 2018).

    .. math:: -\log \frac{e^{\mathrm{sim}(p_t, z_t) / \tau}}
              {e^{\mathrm{sim}(p_t, z_t) / \tau} + \sum_j e^{\mathrm{sim}(p_t, z^-_j) / \tau}}

    ``predictions`` and ``frames`` are (n, T, d), ``negatives`` (n, C, d) the candidates of all
    queries of a clip.  ``allowed`` (n, T, C) is False where a candidate is no negative of that
    query, ``where`` (n, T) is 0 where there is nothing to predict.  Cosine similarities, as in
    wav2vec 2.0; the mean over all queries of the batch.  log of the number of candidates if all
    vectors are equal.
    """
    predictions, frames, negatives = map(normalize, (predictions, frames, negatives))
    positive = ops.sum(predictions * frames, axis=-1) / temperature
    negative = ops.matmul(predictions, ops.transpose(negatives, (0, 2, 1))) / temperature
    negative = ops.where(allowed, negative, -1e9)
    candidates = ops.concatenate([positive[..., None], negative], axis=-1)
    loss = ops.logsumexp(candidates, axis=-1) - positive
    return ops.sum(loss * where) / ops.maximum(ops.sum(where), 1.0)
