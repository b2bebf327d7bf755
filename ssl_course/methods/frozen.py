"""Look through a network without teaching it."""

import keras
from keras import ops

from ssl_course.views.tensor import Tensor


def frozen(model: keras.Layer, inputs: Tensor, training: bool = False) -> Tensor:
    """The model's output for ``inputs``, its weights taken as constants.

    Gradients reach the inputs and not the weights, and batch statistics stay as they are.
    So the losses of two players can be added up and followed by one optimizer, each player
    moved by its own loss alone.
    """
    weights = [ops.stop_gradient(weight.value) for weight in model.trainable_variables]
    statistics = [weight.value for weight in model.non_trainable_variables]
    outputs, _ = model.stateless_call(weights, statistics, inputs, training=training)
    return outputs
