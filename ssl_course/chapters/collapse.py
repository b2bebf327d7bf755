"""Methods with one part taken out, and what shows that it is missing: pages 3.6 and 3.7."""

from __future__ import annotations

import numpy as np
from keras import ops

from ssl_course.methods import IJEPA, MaskedAutoencoder, SimSiam
from ssl_course.methods.masked import Imagined, patches, pick, standardized
from ssl_course.objectives import negative_cosine, normalize, squared_error
from ssl_course.views.tensor import Tensor


class NoStop(SimSiam):
    """The gradient flows into the target too."""

    def objective(
        self,
        first: Tensor,
        second: Tensor,
        first_prediction: Tensor,
        second_prediction: Tensor,
    ) -> Tensor:
        """Minus the cosine of prediction and target, crosswise; nothing is stopped."""
        z, other_z, p, other_p = map(
            normalize, (first, second, first_prediction, second_prediction)
        )
        return -0.5 * ops.mean(ops.sum(p * other_z + other_p * z, axis=1))


class NoPredictor(SimSiam):
    """The projections themselves have to agree; the gradient is still stopped."""

    def objective(
        self,
        first: Tensor,
        second: Tensor,
        first_prediction: Tensor,
        second_prediction: Tensor,
    ) -> Tensor:
        """`objectives.negative_cosine` of the projections, crosswise."""
        return 0.5 * (negative_cosine(first, second) + negative_cosine(second, first))


class Copier(MaskedAutoencoder):
    """The loss is taken over the visible patches."""

    def compare(self, images: Tensor, outputs: Tensor) -> Tensor:
        """`objectives.squared_error` of visible pixels."""
        return squared_error(patches(images, 4), outputs.pixels, where=1 - outputs.mask)


class Shortcut(IJEPA):
    """The target network is the network itself, and learns from the loss."""

    def compute(self, images: Tensor, training: bool) -> Imagined:
        """As I-JEPA, with a gradient into what is wanted."""
        context, targets = self.draw(ops.shape(images)[0])
        own = standardized(self.transformer(self.tokenizer(images)))
        return Imagined(self.answer(images, context, targets, training), pick(own, targets))


def outputs_in_use(probabilities: np.ndarray) -> np.ndarray:
    """The exponential of the entropy along the last axis: 1 if one output has it all."""
    terms = probabilities * np.log(probabilities + 1e-12)
    return np.exp(-terms.sum(axis=-1))


def image_share(tokens: np.ndarray) -> float:
    """How much of normalized tokens (n, T, D) depends on the image, from 0 to 1.

    Their variance over the images at each place, averaged over places and features.
    """
    return float(np.asarray(tokens).var(axis=0).mean())
