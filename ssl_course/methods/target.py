"""Target networks: copies that follow by a moving average and learn from no loss."""

import keras
from keras import ops

from ssl_course.methods.two_view import TwoViewMethod


def target_copy(model: keras.Model) -> keras.Model:
    """A frozen copy: same weights, layers named ``target_…``, batch statistics not its own."""

    def rename(layer):
        return type(layer).from_config(layer.get_config() | {"name": f"target_{layer.name}"})

    target = keras.models.clone_model(model, clone_function=rename)
    target.set_weights(model.get_weights())
    target.trainable = False
    return target


def follow(target: keras.Model, online: keras.Model, momentum: float) -> None:
    """Move every weight of the target a little, batch statistics included.

    target ← momentum · target + (1 − momentum) · online.  A frozen BatchNormalization uses
    its averaged statistics, so these have to follow too (Cai et al., 2021).
    """
    for slow, fast in zip(target.weights, online.weights, strict=True):
        slow.assign(momentum * slow + (1.0 - momentum) * fast)


class TargetMethod(TwoViewMethod):
    """Two views, the second of them also seen by a target network.

    At the start of each training step the target follows the encoder and the projector.
    """

    def __init__(self, encoder, projector, views, momentum):
        super().__init__(encoder, projector, views)
        self.momentum = momentum
        self.target_encoder = target_copy(encoder)
        self.target_projector = target_copy(projector)

    def follow(self):
        follow(self.target_encoder, self.encoder, self.momentum)
        follow(self.target_projector, self.projector, self.momentum)

    def target(self, images):
        return ops.stop_gradient(self.target_projector(self.target_encoder(images)))
