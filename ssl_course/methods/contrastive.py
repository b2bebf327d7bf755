"""Contrastive methods: pull views of one image together, push other images away."""

from __future__ import annotations

from typing import NamedTuple

import keras
from keras import ops

from ssl_course.methods.queue import Queue
from ssl_course.methods.target import TargetMethod
from ssl_course.methods.two_view import Predicted, PredictingMethod, TwoViewMethod
from ssl_course.objectives import info_nce, normalize, nt_xent
from ssl_course.views.tensor import Tensor


class SimCLR(TwoViewMethod):
    """The negatives are the other images of the batch (Chen et al., 2020)."""

    def __init__(
        self,
        encoder: keras.Model,
        projector: keras.Model,
        views: keras.Layer,
        temperature: float = 0.2,
    ):
        super().__init__(encoder, projector, views)
        self.temperature = temperature

    def objective(self, first: Tensor, second: Tensor) -> Tensor:
        """`objectives.nt_xent`."""
        return nt_xent(first, second, self.temperature)


class Asked(NamedTuple):
    """Projections (n, d) of one view by the network that learns, of the other by the target."""

    queries: Tensor
    keys: Tensor


class MoCo(TargetMethod):
    """The negatives are a queue of past projections by a target network (He et al., 2020).

    As in version 2, with a projector.  One view asks, the other is looked up, so only one of
    the two passes is backward.  The paper has a momentum of 0.999 and a queue of 65,536 for far
    longer runs, and keeps batch statistics from giving the partner away by shuffling images
    between devices; here the target's are averages.
    """

    def __init__(
        self,
        encoder: keras.Model,
        projector: keras.Model,
        views: keras.Layer,
        temperature: float = 0.2,
        momentum: float = 0.99,
        queue_size: int = 2048,
    ):
        super().__init__(encoder, projector, views, momentum)
        self.temperature = temperature
        self.queue = Queue(queue_size, projector.output_shape[-1])

    def compute(self, images: Tensor, training: bool) -> Asked:
        """Queries and keys, each of a view of its own."""
        return Asked(self.project(self.views(images), training), self.target(self.views(images)))

    def objective(self, queries: Tensor, keys: Tensor) -> Tensor:
        """`objectives.info_nce` with the queue for negatives."""
        return info_nce(queries, keys, self.queue.vectors, self.temperature)

    def after_step(self, outputs: Asked) -> None:
        """The keys join the queue."""
        self.queue.add(outputs.keys)


class NNCLR(PredictingMethod):
    """The partner is the nearest neighbor of the other view in a queue (Dwibedi et al., 2021)."""

    def __init__(
        self,
        encoder: keras.Model,
        projector: keras.Model,
        predictor: keras.Model,
        views: keras.Layer,
        temperature: float = 0.1,
        queue_size: int = 2048,
    ):
        super().__init__(encoder, projector, predictor, views)
        self.temperature = temperature
        self.queue = Queue(queue_size, projector.output_shape[-1])

    def objective(
        self,
        first: Tensor,
        second: Tensor,
        first_prediction: Tensor,
        second_prediction: Tensor,
    ) -> Tensor:
        """`objectives.info_nce`, crosswise: one view's neighbor and the other's prediction."""
        forward = info_nce(self.neighbor(first), second_prediction, temperature=self.temperature)
        backward = info_nce(self.neighbor(second), first_prediction, temperature=self.temperature)
        return 0.5 * (forward + backward)

    def neighbor(self, projections: Tensor) -> Tensor:
        """The vector of the queue that is most similar to each projection; no gradient."""
        similarity = ops.matmul(normalize(projections), ops.transpose(self.queue.vectors))
        return ops.stop_gradient(ops.take(self.queue.vectors, ops.argmax(similarity, 1), axis=0))

    def after_step(self, outputs: Predicted) -> None:
        """The projections of the first views join the queue."""
        self.queue.add(outputs.first)
