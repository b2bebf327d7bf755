"""Redundancy reduction: two views agree, and no feature repeats another."""

from ssl_course.methods.two_view import TwoViewMethod
from ssl_course.objectives import barlow_twins, vicreg


class BarlowTwins(TwoViewMethod):
    """The cross-correlation of the two views becomes the identity (Zbontar et al., 2021)."""

    def __init__(self, encoder, projector, views, off_diagonal=0.005):
        super().__init__(encoder, projector, views)
        self.off_diagonal = off_diagonal

    def objective(self, first, second):
        return barlow_twins(first, second, self.off_diagonal)


class VICReg(TwoViewMethod):
    """Variance, invariance and covariance, each a term of its own (Bardes et al., 2022)."""

    def __init__(self, encoder, projector, views, invariance=25.0, variance=25.0, covariance=1.0):
        super().__init__(encoder, projector, views)
        self.weights_of_terms = invariance, variance, covariance

    def objective(self, first, second):
        return vicreg(first, second, *self.weights_of_terms)
