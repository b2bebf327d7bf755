"""Contrastive objectives: pick the partner out of a crowd."""

import keras
from keras import ops


def normalize(vectors):
    """Scale each row to length 1."""
    return ops.normalize(vectors, axis=-1, epsilon=1e-12)


def nt_xent(first, second, temperature=0.5):
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
    itself = ops.eye(2 * count, dtype=similarity.dtype)
    similarity = similarity - 1e9 * itself  # no view may choose itself
    partner = ops.concatenate([ops.arange(count) + count, ops.arange(count)])
    return ops.mean(
        keras.losses.sparse_categorical_crossentropy(partner, similarity, from_logits=True)
    )


def info_nce(queries, keys, negatives=None, temperature=0.1):
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
