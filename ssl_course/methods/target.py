"""Target networks: copies that follow by a moving average and learn from no loss."""

from __future__ import annotations

import keras
from keras import ops

from ssl_course.methods.two_view import TwoViewMethod
from ssl_course.views.tensor import Tensor


def target_copy(model: keras.Model) -> keras.Model:
    """A frozen copy: same weights, layers named ``target_…``, batch statistics not its own."""

    def rename(layer: keras.Layer) -> keras.Layer:
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
    """Two views, also seen by a target network, whose batch statistics are averages too.

    At the start of each training step the target follows the encoder and the projector:
    ``momentum``, from 0 to 1, is the share of itself that it keeps.
    """

    def __init__(
        self, encoder: keras.Model, projector: keras.Model, views: keras.Layer, momentum: float
    ):
        super().__init__(encoder, projector, views)
        self.momentum = momentum
        self.target_encoder = target_copy(encoder)
        self.target_projector = target_copy(projector)

    def before_step(self) -> None:
        """The target follows."""
        follow(self.target_encoder, self.encoder, self.momentum)
        follow(self.target_projector, self.projector, self.momentum)

    def target(self, images: Tensor) -> Tensor:
        """The target's projections (n, d) of views; no gradient."""
        return ops.stop_gradient(self.target_projector(self.target_encoder(images)))
