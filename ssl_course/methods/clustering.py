"""Clustering: the target is a soft cluster assignment that is balanced over the batch."""

from keras import ops

from ssl_course.methods.two_view import TwoViewMethod
from ssl_course.objectives import swapped_prediction


class SwAV(TwoViewMethod):
    """Predict the cluster of one view from the other (Caron et al., 2020), without multi-crop."""

    def __init__(self, encoder, projector, views, prototypes=128, temperature=0.1, sharpness=0.05):
        super().__init__(encoder, projector, views)
        self.temperature = temperature
        self.sharpness = sharpness
        self.prototypes = self.add_weight(
            shape=(projector.output_shape[-1], prototypes),
            initializer="random_normal",
            name="prototypes",
        )

    def objective(self, first, second):
        prototypes = ops.normalize(self.prototypes, axis=0)
        scores = (ops.matmul(ops.normalize(z, axis=1), prototypes) for z in (first, second))
        return swapped_prediction(*scores, self.temperature, self.sharpness)
