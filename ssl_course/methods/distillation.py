"""Self-distillation: agree with a target that does not learn from the loss; no negatives."""

from keras import ops

from ssl_course.methods.target import TargetMethod
from ssl_course.methods.two_view import TwoViewMethod
from ssl_course.objectives import negative_cosine, self_distillation


class SimSiam(TwoViewMethod):
    """The target is the other view's own projection, without gradient (Chen & He, 2021)."""

    def __init__(self, encoder, projector, predictor, views):
        super().__init__(encoder, projector, views)
        self.predictor = predictor

    def call(self, images, training=False):
        first, second = super().call(images, training)
        predictions = (self.predictor(z, training=training) for z in (first, second))
        return (*predictions, first, second)

    def objective(self, first_prediction, second_prediction, first, second):
        forward = negative_cosine(first_prediction, second)
        return 0.5 * (forward + negative_cosine(second_prediction, first))


class BYOL(TargetMethod):
    """The target is the projection by a target network (Grill et al., 2020)."""

    def __init__(self, encoder, projector, predictor, views, momentum=0.99):
        super().__init__(encoder, projector, views, momentum)
        self.predictor = predictor

    def call(self, images, training=False):
        if training:
            self.follow()
        first, second = self.views(images), self.views(images)
        predictions = (
            self.predictor(self.project(view, training), training=training)
            for view in (first, second)
        )
        return (*predictions, self.target(first), self.target(second))

    def objective(self, first_prediction, second_prediction, first, second):
        forward = negative_cosine(first_prediction, second)
        return 0.5 * (forward + negative_cosine(second_prediction, first))


class DINO(TargetMethod):
    """The target is a sharpened and centered distribution (Caron et al., 2021), no multi-crop."""

    def __init__(
        self,
        encoder,
        projector,
        views,
        momentum=0.99,
        student_temperature=0.1,
        teacher_temperature=0.04,
        center_momentum=0.9,
    ):
        super().__init__(encoder, projector, views, momentum)
        self.temperatures = student_temperature, teacher_temperature
        self.center_momentum = center_momentum
        self.center = self.add_weight(
            shape=projector.output_shape[-1:],
            initializer="zeros",
            trainable=False,
            name="center",
        )

    def call(self, images, training=False):
        if training:
            self.follow()
        first, second = self.views(images), self.views(images)
        students = self.project(first, training), self.project(second, training)
        return (*students, self.target(first), self.target(second))

    def objective(self, first, second, first_target, second_target):
        forward = self_distillation(first, second_target, self.center, *self.temperatures)
        backward = self_distillation(second, first_target, self.center, *self.temperatures)
        return 0.5 * (forward + backward)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        loss = self.objective(*y_pred)
        if training:
            outputs = ops.mean(ops.concatenate(y_pred[2:]), axis=0)
            keep = self.center_momentum
            self.center.assign(keep * self.center + (1.0 - keep) * outputs)
        return loss
