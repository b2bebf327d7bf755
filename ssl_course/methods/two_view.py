"""What all methods on two views share."""

import keras


class TwoViewMethod(keras.Model):
    """Draw two views of each image, project both, hand the projections to an objective.

    ``encoder``: images (n, height, width, channels) → representations (n, D).
    ``projector``: representations → projections (n, d).
    ``views``: a layer of `ssl_course.views` that draws a new view at every call.

    A method overrides `objective`, and `call` where it needs more than two projections.
    Train with ``fit(images)``: images in [0, 1], no labels.
    """

    def __init__(self, encoder, projector, views):
        super().__init__()
        self.encoder = encoder
        self.projector = projector
        self.views = views

    def project(self, images, training=False):
        return self.projector(self.encoder(images, training=training), training=training)

    def call(self, images, training=False):
        first, second = self.views(images), self.views(images)
        return self.project(first, training), self.project(second, training)

    def objective(self, first, second):
        raise NotImplementedError

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return self.objective(*y_pred)
