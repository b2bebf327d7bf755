"""Contrastive methods: pull views of one image together, push other images away."""

from keras import ops

from ssl_course.methods.queue import Queue
from ssl_course.methods.target import TargetMethod
from ssl_course.methods.two_view import TwoViewMethod
from ssl_course.objectives import info_nce, nt_xent


class SimCLR(TwoViewMethod):
    """The negatives are the other images of the batch (Chen et al., 2020)."""

    def __init__(self, encoder, projector, views, temperature=0.2):
        super().__init__(encoder, projector, views)
        self.temperature = temperature

    def objective(self, first, second):
        return nt_xent(first, second, self.temperature)


class MoCo(TargetMethod):
    """The negatives are a queue of past projections by a target network (He et al., 2020).

    As in version 2, with a projector.  One view asks, the other is looked up, so only one of
    the two passes is backward.
    """

    def __init__(self, encoder, projector, views, temperature=0.2, momentum=0.99, queue_size=2048):
        super().__init__(encoder, projector, views, momentum)
        self.temperature = temperature
        self.queue = Queue(queue_size, projector.output_shape[-1])

    def call(self, images, training=False):
        if training:
            self.follow()
        return self.project(self.views(images), training), self.target(self.views(images))

    def objective(self, queries, keys):
        return info_nce(queries, keys, self.queue.vectors, self.temperature)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        loss = self.objective(*y_pred)
        if training:
            self.queue.add(y_pred[1])
        return loss


class NNCLR(TwoViewMethod):
    """The partner is the nearest neighbor of the other view in a queue (Dwibedi et al., 2021)."""

    def __init__(self, encoder, projector, predictor, views, temperature=0.1, queue_size=2048):
        super().__init__(encoder, projector, views)
        self.predictor = predictor
        self.temperature = temperature
        self.queue = Queue(queue_size, projector.output_shape[-1])

    def call(self, images, training=False):
        first, second = super().call(images, training)
        predictions = (self.predictor(z, training=training) for z in (first, second))
        return (first, second, *predictions)

    def objective(self, first, second, first_prediction, second_prediction):
        forward = info_nce(self.neighbor(first), second_prediction, temperature=self.temperature)
        backward = info_nce(self.neighbor(second), first_prediction, temperature=self.temperature)
        return 0.5 * (forward + backward)

    def neighbor(self, projections):
        """The vector of the queue that is most similar to each projection; no gradient."""
        similarity = ops.matmul(
            ops.normalize(projections, axis=1), ops.transpose(self.queue.vectors)
        )
        return ops.stop_gradient(ops.take(self.queue.vectors, ops.argmax(similarity, 1), axis=0))

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        loss = self.objective(*y_pred)
        if training:
            self.queue.add(y_pred[0])
        return loss
