"""Redundancy reduction: two views agree, and no feature repeats another."""

from __future__ import annotations

import keras

from ssl_course.methods.two_view import TwoViewMethod
from ssl_course.objectives import barlow_twins, vicreg
from ssl_course.views.tensor import Tensor


class BarlowTwins(TwoViewMethod):
    """The cross-correlation of the two views becomes the identity (Zbontar et al., 2021)."""

    def __init__(
        self,
        encoder: keras.Model,
        projector: keras.Model,
        views: keras.Layer,
        off_diagonal: float = 0.005,
    ):
        super().__init__(encoder, projector, views)
        self.off_diagonal = off_diagonal

    def objective(self, first: Tensor, second: Tensor) -> Tensor:
        """`objectives.barlow_twins`."""
        return barlow_twins(first, second, self.off_diagonal)


class VICReg(TwoViewMethod):
    """Variance, invariance and covariance, each a term of its own (Bardes et al., 2022)."""

    def __init__(
        self,
        encoder: keras.Model,
        projector: keras.Model,
        views: keras.Layer,
        invariance: float = 25.0,
        variance: float = 25.0,
        covariance: float = 1.0,
    ):
        super().__init__(encoder, projector, views)
        self.invariance, self.variance, self.covariance = invariance, variance, covariance

    def objective(self, first: Tensor, second: Tensor) -> Tensor:
        """`objectives.vicreg`."""
        return vicreg(first, second, self.invariance, self.variance, self.covariance)
