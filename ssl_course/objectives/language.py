"""Language modeling: how surprising is a token?"""

import keras
from keras import ops

from ssl_course.objectives.precision import in_float32
from ssl_course.views.tensor import Tensor


@in_float32
def token_cross_entropy(tokens: Tensor, logits: Tensor, where: Tensor) -> Tensor:
    r"""Mean surprise, in nats, of the tokens that ``where`` marks.

    .. math:: -\frac{\sum_i w_i \log p_i(x_i)}{\sum_i w_i}, \qquad p = \operatorname{softmax}(s)

    ``tokens`` and ``where`` (n, t), ``logits`` s (n, t, vocabulary).  Its exponential is the
    perplexity: the number of equally likely tokens that would be as hard to guess from.
    Guessing blindly costs the logarithm of the vocabulary's size.
    """
    surprise = keras.losses.sparse_categorical_crossentropy(tokens, logits, from_logits=True)
    weight = ops.cast(where, surprise.dtype)
    return ops.sum(weight * surprise) / ops.maximum(ops.sum(weight), 1.0)
