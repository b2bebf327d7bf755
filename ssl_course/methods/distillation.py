"""Self-distillation: agree with a target that does not learn from the loss; no negatives."""

from __future__ import annotations

from typing import NamedTuple

import keras
from keras import ops

from ssl_course.methods.target import TargetMethod
from ssl_course.methods.two_view import Predicted, PredictingMethod
from ssl_course.objectives import negative_cosine, self_distillation
from ssl_course.views.tensor import Tensor


class SimSiam(PredictingMethod):
    """The target is the other view's own projection, without gradient (Chen & He, 2021).

    With the course's networks the projector has two layers and not three, and the predictor no
    narrow middle.
    """

    def objective(
        self,
        first: Tensor,
        second: Tensor,
        first_prediction: Tensor,
        second_prediction: Tensor,
    ) -> Tensor:
        """`objectives.negative_cosine`, crosswise."""
        forward = negative_cosine(first_prediction, second)
        return 0.5 * (forward + negative_cosine(second_prediction, first))


class BYOL(TargetMethod):
    """The target is the projection by a target network (Grill et al., 2020).

    Its batch statistics are averages too, where the paper's target takes those of the batch, and
    its ``momentum`` is constant, where the paper's rises from 0.996 to 1.
    """

    def __init__(
        self,
        encoder: keras.Model,
        projector: keras.Model,
        predictor: keras.Model,
        views: keras.Layer,
        momentum: float = 0.99,
    ):
        super().__init__(encoder, projector, views, momentum)
        self.predictor = predictor

    def compute(self, images: Tensor, training: bool) -> Predicted:
        """The target's projections of two views, and the predictions made from the online ones."""
        first, second = self.views(images), self.views(images)
        predictions = [
            self.predictor(self.project(view, training), training=training)
            for view in (first, second)
        ]
        return Predicted(self.target(first), self.target(second), *predictions)

    def objective(
        self,
        first: Tensor,
        second: Tensor,
        first_prediction: Tensor,
        second_prediction: Tensor,
    ) -> Tensor:
        """`objectives.negative_cosine`, crosswise."""
        forward = negative_cosine(first_prediction, second)
        return 0.5 * (forward + negative_cosine(second_prediction, first))


class Taught(NamedTuple):
    """Logits (n, K) of two views, by the network that learns and by the target."""

    first: Tensor
    second: Tensor
    first_target: Tensor
    second_target: Tensor


class DINO(TargetMethod):
    """The target is a sharpened and centered distribution (Caron et al., 2021), no multi-crop.

    ``momentum`` and the teacher's temperature are constant, the last layer learns from the first
    step on, and the target's batch statistics are averages: simpler than in the paper.  Its head,
    `networks.prototype_projector`, is smaller, too.
    """

    def __init__(
        self,
        encoder: keras.Model,
        projector: keras.Model,
        views: keras.Layer,
        momentum: float = 0.99,
        student_temperature: float = 0.1,
        teacher_temperature: float = 0.04,
        center_momentum: float = 0.9,
    ):
        super().__init__(encoder, projector, views, momentum)
        self.student_temperature = student_temperature
        self.teacher_temperature = teacher_temperature
        self.center_momentum = center_momentum
        self.center = self.add_weight(
            shape=projector.output_shape[-1:],
            initializer="zeros",
            trainable=False,
            name="center",
        )

    def compute(self, images: Tensor, training: bool) -> Taught:
        """Student's and teacher's logits of two views."""
        first, second = self.views(images), self.views(images)
        students = self.project(first, training), self.project(second, training)
        return Taught(*students, self.target(first), self.target(second))

    def objective(
        self, first: Tensor, second: Tensor, first_target: Tensor, second_target: Tensor
    ) -> Tensor:
        """`objectives.self_distillation`, crosswise."""
        rest = self.center, self.student_temperature, self.teacher_temperature
        forward = self_distillation(first, second_target, *rest)
        return 0.5 * (forward + self_distillation(second, first_target, *rest))

    def after_step(self, outputs: Taught) -> None:
        """The center moves toward the mean of the teacher's logits."""
        teacher = ops.concatenate([outputs.first_target, outputs.second_target])
        keep = self.center_momentum
        self.center.assign(keep * self.center + (1.0 - keep) * ops.mean(teacher, axis=0))
