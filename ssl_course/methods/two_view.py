"""What all methods on two views share."""

from __future__ import annotations

from typing import Any, NamedTuple

import keras

from ssl_course.methods.method import Method
from ssl_course.views.tensor import Tensor


class Pair(NamedTuple):
    """Projections (n, d) of two views."""

    first: Tensor
    second: Tensor


class Predicted(NamedTuple):
    """Projections of two views and the predictions made from the online ones, all (n, d)."""

    first: Tensor
    second: Tensor
    first_prediction: Tensor
    second_prediction: Tensor


class TwoViewMethod(Method):
    """Draw two views of each image, project both, hand the projections to an objective.

    ``encoder``: images (n, height, width, channels) → representations (n, D).
    ``projector``: representations → projections (n, d).
    ``views``: a layer of `ssl_course.views` that draws a new view at every call.

    A method overrides `objective`, and `compute` where it needs more than two projections; the
    objective takes what `compute` returns, by name.
    Train with ``fit(images)``: images in [0, 1], no labels.
    """

    def __init__(self, encoder: keras.Model, projector: keras.Model, views: keras.Layer):
        super().__init__()
        self.encoder = encoder
        self.projector = projector
        self.views = views

    def project(self, images: Tensor, training: bool = False) -> Tensor:
        """Projections (n, d) of images that are views already."""
        return self.projector(self.encoder(images, training=training), training=training)

    def compute(self, images: Tensor, training: bool) -> Any:
        """Projections of two views of each image."""
        first, second = self.views(images), self.views(images)
        return Pair(self.project(first, training), self.project(second, training))

    def objective(self, *args: Any, **projections: Any) -> Tensor:
        """The loss of a batch, one number, from the fields of what `compute` returns."""
        raise NotImplementedError

    def compare(self, images: Tensor, outputs: Any) -> Tensor:
        """`objective` of what `compute` returned; the images themselves have no say."""
        return self.objective(**outputs._asdict())


class PredictingMethod(TwoViewMethod):
    """Two views, and a prediction of the other view's projection from each.

    ``predictor``: projections (n, d) → predictions (n, d).
    """

    def __init__(
        self,
        encoder: keras.Model,
        projector: keras.Model,
        predictor: keras.Model,
        views: keras.Layer,
    ):
        super().__init__(encoder, projector, views)
        self.predictor = predictor

    def compute(self, images: Tensor, training: bool) -> Predicted:
        """Projections of two views, and the prediction that each of them makes."""
        first, second = super().compute(images, training)
        predictions = (self.predictor(z, training=training) for z in (first, second))
        return Predicted(first, second, *predictions)
