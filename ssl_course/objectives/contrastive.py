"""Contrastive objectives: pick the partner out of a crowd."""

from __future__ import annotations

import keras
from keras import ops

from ssl_course.objectives.precision import in_float32
from ssl_course.objectives.vectors import normalize
from ssl_course.views.tensor import Tensor


@in_float32
def nt_xent(first: Tensor, second: Tensor, temperature: float = 0.5) -> Tensor:
    r"""Normalized temperature-scaled cross-entropy (Chen et al., 2020, SimCLR).

    .. math:: \ell_{i} = -\log
              \frac{e^{\mathrm{sim}(z_i, z_{i'}) / \tau}}{\sum_{k \ne i} e^{\mathrm{sim}(z_i, z_k) / \tau}}

    ``first`` and ``second`` are the projections (N, d) of two views of the same N images.
    Each of the 2N views has to find its partner i' among the 2N − 1 others; the loss is the
    mean over them.  log(2N − 1) if all projections are equal; never below
    log(1 + (2N − 2) exp(−(1 + 1 / (N − 1)) / τ)), the value of a simplex.
    """  # noqa: E501 - one equation
    views = normalize(ops.concatenate([first, second]))
    similarity = ops.matmul(views, ops.transpose(views)) / temperature
    count = ops.shape(first)[0]
    itself = ops.eye(2 * count, dtype="bool")
    similarity = ops.where(itself, -1e9, similarity)  # no view may choose itself
    partner = ops.concatenate([ops.arange(count) + count, ops.arange(count)])
    return ops.mean(
        keras.losses.sparse_categorical_crossentropy(partner, similarity, from_logits=True)
    )


@in_float32
def info_nce(
    queries: Tensor, keys: Tensor, negatives: Tensor | None = None, temperature: float = 0.1
) -> Tensor:
    r"""InfoNCE (van den Oord et al., 2018): each query has to find its own key.

    .. math:: -\frac1N \sum_i \log
              \frac{e^{\mathrm{sim}(q_i, k_i) / \tau}}
              {e^{\mathrm{sim}(q_i, k_i) / \tau} + \sum_j e^{\mathrm{sim}(q_i, k^-_j) / \tau}}

    ``queries`` and ``keys`` are (N, d).  ``negatives`` (M, d) is a queue of other keys, as in
    MoCo; without it, the other N − 1 keys of the batch serve.  The log of the number of
    candidates if all vectors are equal.
    """
    queries, keys = normalize(queries), normalize(keys)
    if negatives is None:
        logits = ops.matmul(queries, ops.transpose(keys)) / temperature
        own = ops.arange(ops.shape(queries)[0])
    else:
        positive = ops.sum(queries * keys, axis=1, keepdims=True)
        negative = ops.matmul(queries, ops.transpose(normalize(negatives)))
        logits = ops.concatenate([positive, negative], axis=1) / temperature
        own = ops.zeros(ops.shape(queries)[:1], dtype="int32")
    return ops.mean(keras.losses.sparse_categorical_crossentropy(own, logits, from_logits=True))
