"""Classification: how surprising is the right answer?"""

import keras
from keras import ops

from ssl_course.objectives.precision import in_float32
from ssl_course.views.tensor import Tensor


@in_float32
def classification(answers: Tensor, logits: Tensor) -> Tensor:
    r"""Mean surprise, in nats, of the right answers.

    .. math:: -\frac1N \sum_i \log p_i(a_i), \qquad p = \operatorname{softmax}(s)

    ``answers`` a (N,) are numbers of classes, ``logits`` s (N, classes).  Guessing blindly costs
    the logarithm of the number of classes.
    """
    losses = keras.losses.sparse_categorical_crossentropy(answers, logits, from_logits=True)
    return ops.mean(losses)
