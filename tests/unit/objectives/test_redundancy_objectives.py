"""Barlow Twins and VICReg: each term alone, known values, a naive loop."""

import numpy as np
import pytest
from scipy.linalg import hadamard

from ssl_course.objectives import barlow_twins, vicreg

# Columns of ±1 with mean 0, orthogonal to each other: correlation is exactly the identity.
ORTHOGONAL = hadamard(8)[:, 1:6].astype("float64")


class TestBarlowTwins:
    first, second = np.random.default_rng(0).normal(size=(2, 6, 3))

    @staticmethod
    def naive(first, second, off_diagonal=0.005):
        count, size = first.shape
        total = 0.0
        for j in range(size):
            for k in range(size):
                a = (first[:, j] - first[:, j].mean()) / np.sqrt(first[:, j].var() + 1e-5)
                b = (second[:, k] - second[:, k].mean()) / np.sqrt(second[:, k].var() + 1e-5)
                correlation = sum(a[i] * b[i] for i in range(count)) / count
                total += (1 - correlation) ** 2 if j == k else off_diagonal * correlation**2
        return total

    @pytest.mark.parametrize("off_diagonal", [0.0, 0.005, 1.0])
    def test_against_a_naive_loop(self, compare, off_diagonal):
        compare(
            lambda a, b: barlow_twins(a, b, off_diagonal),
            lambda a, b: self.naive(a, b, off_diagonal),
            self.first,
            self.second,
        )

    def test_the_default_weight(self):
        loss = float(barlow_twins(self.first, self.second))
        assert loss == pytest.approx(self.naive(self.first, self.second, 0.005), rel=1e-11)

    def test_against_the_correlation_of_numpy(self):
        """The 1e-5 beside a variance of about 1 moves C by 1e-5 of itself."""
        matrix = np.corrcoef(self.first.T, self.second.T)[:3, 3:]
        same, other = np.diag(matrix), matrix - np.diag(np.diag(matrix))
        expected = ((1 - same) ** 2).sum() + 0.005 * (other**2).sum()
        assert float(barlow_twins(self.first, self.second)) == pytest.approx(expected, rel=1e-4)

    @pytest.mark.parametrize("off_diagonal", [0.005, 1.0])
    def test_identity_costs_nothing(self, off_diagonal):
        # 1e-5 beside a variance of 1 leaves C_jj = 1 − 1e-5: (1e-5)² a feature.
        loss = float(barlow_twins(ORTHOGONAL, ORTHOGONAL, off_diagonal))
        assert 0 <= loss <= 1.01 * ORTHOGONAL.shape[1] * 1e-10

    @pytest.mark.parametrize("size", [2, 5])
    def test_duplicates_pay_for_every_pair(self, size):
        """One feature, repeated: every entry of C is 1."""
        copies = np.repeat(ORTHOGONAL[:, :1], size, axis=1)
        loss = float(barlow_twins(copies, copies, 0.005))
        assert loss == pytest.approx(0.005 * size * (size - 1), rel=1e-4)  # C = 1 − 1e-5

    def test_opposite_views_pay_four_a_feature(self):
        loss = float(barlow_twins(ORTHOGONAL, -ORTHOGONAL))
        assert loss == pytest.approx(4 * ORTHOGONAL.shape[1], rel=1e-4)

    def test_constant_features_pay_one_each_and_have_a_gradient(self, gradients):
        constant = np.full((6, 3), 0.5)
        assert float(barlow_twins(constant, constant)) == pytest.approx(3, rel=1e-12)
        for gradient in gradients(barlow_twins, constant, self.second):
            assert np.isfinite(gradient).all()

    def test_scale_and_shift_of_a_feature_do_not_count(self):
        moved = self.first * [0.1, 1.0, 30.0] + [5.0, -1.0, 0.0]
        loss = float(barlow_twins(moved, self.second))
        # Up to the 1e-5 beside the variance, of about 0.01 for the first feature.
        assert loss == pytest.approx(float(barlow_twins(self.first, self.second)), rel=1e-3)


class TestVICReg:
    first, second = np.random.default_rng(0).normal(size=(2, 6, 3))

    @staticmethod
    def naive(first, second, invariance=25.0, variance=25.0, covariance=1.0):
        count, size = first.shape
        agreement = sum(
            (first[i, j] - second[i, j]) ** 2 for i in range(count) for j in range(size)
        ) / (count * size)
        spread = overlap = 0.0
        for view in (first, second):
            means = [sum(view[:, j]) / count for j in range(size)]
            for j in range(size):
                for k in range(size):
                    entry = sum(
                        (view[i, j] - means[j]) * (view[i, k] - means[k]) for i in range(count)
                    ) / (count - 1)
                    if j == k:
                        spread += max(0, 1 - np.sqrt(entry + 1e-4)) / size
                    else:
                        overlap += entry**2 / size
        return invariance * agreement + variance * spread + covariance * overlap

    @pytest.mark.parametrize("weights", [(25, 25, 1), (1, 0, 0), (0, 1, 0), (0, 0, 1)])
    def test_against_a_naive_loop(self, compare, weights):
        # Half the size: standard deviations below 1, off the corner of the hinge.
        compare(
            lambda a, b: vicreg(a, b, *weights),
            lambda a, b: self.naive(a, b, *weights),
            self.first / 2,
            self.second / 2,
        )

    def test_the_default_weights(self):
        loss = float(vicreg(self.first, self.second))
        assert loss == pytest.approx(self.naive(self.first, self.second, 25, 25, 1), rel=1e-11)

    def test_the_terms_add_up(self):
        terms = [float(vicreg(self.first, self.second, *row)) for row in np.diag([25.0, 25.0, 1.0])]
        assert float(vicreg(self.first, self.second)) == pytest.approx(sum(terms), rel=1e-12)

    def test_invariance_alone(self):
        assert float(vicreg(self.first, self.first, 1, 0, 0)) == 0
        loss = float(vicreg(self.first, self.first + 0.5, 1, 0, 0))
        assert loss == pytest.approx(0.25, rel=1e-12)

    def test_variance_alone(self):
        # ±1 in 8 rows: a variance of 8/7, above 1.
        assert float(vicreg(ORTHOGONAL, ORTHOGONAL, 0, 1, 0)) == 0
        assert float(vicreg(9 * ORTHOGONAL, 9 * ORTHOGONAL, 0, 1, 0)) == 0
        constant = np.full((6, 3), 4.0)
        loss = float(vicreg(constant, constant, 0, 1, 0))
        assert loss == pytest.approx(2 * (1 - 0.01), rel=1e-12)  # √(0 + 1e-4) = 0.01
        # The standard deviation of one half, in one view only.
        half = ORTHOGONAL * np.sqrt(7 / 8 * (0.25 - 1e-4))
        assert float(vicreg(half, ORTHOGONAL, 0, 1, 0)) == pytest.approx(0.5, rel=1e-12)

    def test_covariance_alone(self):
        # Products of ±1 that add up to 0: exact.
        assert float(vicreg(ORTHOGONAL, 3 * ORTHOGONAL, 0, 0, 1)) == 0
        copies = np.repeat(ORTHOGONAL[:, :1], 4, axis=1)
        # Every one of the 12 pairs has the covariance 8/7; divided by 4, in one view of two.
        loss = float(vicreg(copies, ORTHOGONAL[:, :4], 0, 0, 1))
        assert loss == pytest.approx(12 * (8 / 7) ** 2 / 4, rel=1e-12)

    def test_collapse_is_not_free_and_has_a_gradient(self, gradients):
        constant = np.zeros((6, 3))
        assert float(vicreg(constant, constant)) == pytest.approx(49.5, rel=1e-12)
        for gradient in gradients(vicreg, constant, self.second):
            assert np.isfinite(gradient).all()

    def test_length_counts(self):
        """Projections are not normalized."""
        assert (
            abs(
                float(vicreg(2 * self.first, self.second)) / float(vicreg(self.first, self.second))
                - 1
            )
            > 0.1
        )
