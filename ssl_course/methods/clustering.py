"""Clustering: the target is a soft cluster assignment that is balanced over the batch."""

from __future__ import annotations

import keras
from keras import ops

from ssl_course.methods.two_view import TwoViewMethod
from ssl_course.objectives import normalize, swapped_prediction
from ssl_course.views.tensor import Tensor


class SwAV(TwoViewMethod):
    """Predict the cluster of one view from the other (Caron et al., 2020).

    Without multi-crop, without a queue, and with prototypes that learn from the first step on.
    """

    def __init__(
        self,
        encoder: keras.Model,
        projector: keras.Model,
        views: keras.Layer,
        prototypes: int = 128,
        temperature: float = 0.1,
        sharpness: float = 0.05,
    ):
        super().__init__(encoder, projector, views)
        self.temperature = temperature
        self.sharpness = sharpness
        self.prototypes = self.add_weight(
            shape=(projector.output_shape[-1], prototypes),
            initializer="random_normal",
            name="prototypes",
        )

    def objective(self, first: Tensor, second: Tensor) -> Tensor:
        """`objectives.swapped_prediction` of the views' cosines to the prototypes."""
        prototypes = normalize(self.prototypes, axis=0)
        scores = (ops.matmul(normalize(z), prototypes) for z in (first, second))
        return swapped_prediction(*scores, self.temperature, self.sharpness)
