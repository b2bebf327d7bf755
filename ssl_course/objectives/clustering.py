"""Clustering: two views of one image belong to one cluster (Caron et al., 2020, SwAV)."""

from keras import ops

from ssl_course.objectives.precision import in_float32
from ssl_course.views.tensor import Tensor


@in_float32
def sinkhorn(scores: Tensor, sharpness: float = 0.05, iterations: int = 3) -> Tensor:
    r"""Soft cluster assignments that use every cluster equally often.

    ``scores`` (N, K) are similarities of examples to prototypes, in [−1, 1].
    Rows and columns of :math:`e^{s / \varepsilon}`, with ε = ``sharpness``, are scaled in turn
    (Cuturi, 2013).  Returns (N, K): each row sums to 1 and, up to what the iterations leave,
    each column to N / K.
    """
    scores = scores - ops.max(scores)  # the result is the same, and nothing overflows
    assignment = ops.exp(scores / sharpness)
    for _ in range(iterations):
        assignment = assignment / (ops.sum(assignment, axis=0, keepdims=True) + 1e-12)
        assignment = assignment / ops.sum(assignment, axis=1, keepdims=True)
    return assignment


@in_float32
def swapped_prediction(
    first: Tensor, second: Tensor, temperature: float = 0.1, sharpness: float = 0.05
) -> Tensor:
    r"""Predict the cluster assignment of one view from the other view.

    .. math:: -\frac{1}{2N} \sum_i \sum_k
              q'_{ik} \log p_{ik} + q_{ik} \log p'_{ik}, \qquad
              p = \mathrm{softmax}(s / \tau), \quad q = \mathrm{sinkhorn}(s)

    ``first`` and ``second`` (N, K) are cosine similarities of the two views to the K
    prototypes.  No gradient flows through the assignments.
    """

    def predict(scores: Tensor, assignment: Tensor) -> Tensor:
        log_prediction = ops.log_softmax(scores / temperature)
        return -ops.mean(ops.sum(ops.stop_gradient(assignment) * log_prediction, axis=1))

    forward = predict(first, sinkhorn(second, sharpness))
    return 0.5 * (forward + predict(second, sinkhorn(first, sharpness)))
