"""Discriminator, generator and feature matching."""

import numpy as np
import pytest

from ssl_course.objectives import discriminator_loss, feature_matching, generator_loss


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class TestPlayers:
    real, fake = np.random.default_rng(0).normal(size=(2, 5, 1))

    @staticmethod
    def naive_discriminator(real, fake):
        found = sum(-np.log(sigmoid(x)) for x in real.ravel()) / real.size
        return found + sum(-np.log(1 - sigmoid(x)) for x in fake.ravel()) / fake.size

    @staticmethod
    def naive_generator(fake):
        return sum(-np.log(sigmoid(x)) for x in fake.ravel()) / fake.size

    def test_against_a_naive_loop(self, compare):
        compare(discriminator_loss, self.naive_discriminator, self.real, self.fake)
        compare(discriminator_loss, self.naive_discriminator, self.real, self.fake[:3])
        compare(generator_loss, self.naive_generator, self.fake)

    @pytest.mark.parametrize("shape", [(1,), (4, 1), (2, 7, 7, 1)])
    def test_who_knows_nothing(self, shape):
        zero = np.zeros(shape)
        assert float(discriminator_loss(zero, zero)) == pytest.approx(2 * np.log(2), rel=1e-12)
        assert float(generator_loss(zero)) == pytest.approx(np.log(2), rel=1e-12)

    @pytest.mark.parametrize("kind", ["float32", "float64"])
    def test_sure_players_stay_finite(self, kind):
        """softplus(x) is x for large x: nothing overflows."""
        sure = np.full((3, 1), 1000, kind)
        assert float(discriminator_loss(sure, -sure)) == 0
        assert float(discriminator_loss(-sure, sure)) == 2000
        assert float(generator_loss(sure)) == 0
        assert float(generator_loss(-sure)) == 1000

    def test_the_generator_does_not_saturate(self, gradients):
        """Where the discriminator is sure, log(1 − D) has no slope and −log D has all of it."""
        (gradient,) = gradients(generator_loss, np.full((4, 1), -30.0))
        assert np.allclose(gradient, -1 / 4, rtol=1e-12)

    def test_the_two_want_opposite_things(self, gradients):
        _, of_discriminator = gradients(discriminator_loss, self.real, self.fake)
        (of_generator,) = gradients(generator_loss, self.fake)
        assert (of_discriminator > 0).all()
        assert (of_generator < 0).all()


class TestFeatureMatching:
    rng = np.random.default_rng(0)
    real, fake = rng.normal(size=(5, 3)), rng.normal(size=(4, 3))

    @staticmethod
    def naive(real, fake):
        total = 0.0
        for j in range(real.shape[1]):
            total += (sum(real[:, j]) / len(real) - sum(fake[:, j]) / len(fake)) ** 2
        return total / real.shape[1]

    def test_against_a_naive_loop(self, compare):
        compare(feature_matching, self.naive, self.real, self.fake)

    def test_nothing_but_the_means_counts(self):
        centered = self.fake - self.fake.mean(0)
        other = 7 * centered[:, ::-1] + self.real.mean(0)
        # Means of numbers up to about 20, off by some roundings of 2e-16 of them, squared.
        assert float(feature_matching(self.real, other)) <= 1e-28

    def test_a_shift_costs_its_mean_square(self):
        loss = float(feature_matching(self.real, self.real + np.array([1.0, -2.0, 3.0])))
        assert loss == pytest.approx(14 / 3, rel=1e-12)
