"""Maximum mean discrepancy, its bandwidth, and CORAL."""

import numpy as np
import pytest
import tensorflow as tf

from ssl_course.objectives import coral, median_bandwidth, mmd
from ssl_course.objectives.distribution import covariance_matrix, squared_distances

RNG = np.random.default_rng(0)
FIRST, SECOND = RNG.normal(size=(5, 3)), RNG.normal(size=(4, 3)) + 0.5


def naive_distances(points):
    """Distance of every two different points, each pair once, in order of size."""
    return sorted(
        np.sqrt(sum((points[i] - points[j]) ** 2)) for i in range(len(points)) for j in range(i)
    )


def test_squared_distances():
    found = np.asarray(squared_distances(FIRST, SECOND))
    for i, j in np.ndindex(5, 4):
        assert found[i, j] == pytest.approx(sum((FIRST[i] - SECOND[j]) ** 2), rel=1e-12)
    far = np.asarray(squared_distances(np.float32(FIRST + 1000), np.float32(FIRST + 1000)))
    assert (far >= 0).all()  # rounding could make them negative


class TestMedianBandwidth:
    @pytest.mark.parametrize(("n", "m"), [(1, 1), (2, 1), (2, 2), (3, 2), (5, 4), (8, 8)])
    def test_the_upper_median_of_all_pairs(self, n, m):
        """Of an even number of pairs, the upper of the two in the middle."""
        rng = np.random.default_rng(n + m)
        first, second = rng.normal(size=(n, 3)), rng.normal(size=(m, 3))
        distances = naive_distances(np.concatenate([first, second]))
        found = float(median_bandwidth(first, second))
        assert found == pytest.approx(distances[len(distances) // 2], rel=1e-9)
        if len(distances) % 2:
            assert found == pytest.approx(np.median(distances), rel=1e-9)
        else:
            assert found >= np.median(distances)
        assert found == pytest.approx(np.quantile(distances, 0.5, method="higher"), rel=1e-9)

    def test_no_gradient(self, gradients):
        for gradient in gradients(median_bandwidth, FIRST, SECOND):
            assert np.array_equal(gradient, np.zeros_like(gradient))

    def test_it_scales_with_the_points_and_ignores_their_place(self):
        plain = float(median_bandwidth(FIRST, SECOND))
        assert float(median_bandwidth(7 * FIRST, 7 * SECOND)) == pytest.approx(7 * plain, rel=1e-12)
        assert float(median_bandwidth(FIRST + 9, SECOND + 9)) == pytest.approx(plain, rel=1e-12)
        assert float(median_bandwidth(SECOND, FIRST)) == pytest.approx(plain, rel=1e-12)

    def test_the_first_rows_of_large_samples_tell(self):
        many = np.random.default_rng(3).normal(size=(510, 2))
        far = np.concatenate([many[:500], many[500:] + 100])
        assert float(median_bandwidth(far, many)) == float(median_bandwidth(many, many[:500]))


class TestMMD:
    @staticmethod
    def naive(first, second, bandwidth=None):
        if bandwidth is None:
            distances = naive_distances(np.concatenate([first, second]))
            bandwidth = distances[len(distances) // 2]

        def mean_kernel(a, b, skip):
            total, pairs = 0.0, 0
            for i, x in enumerate(a):
                for j, y in enumerate(b):
                    if not (skip and i == j):
                        square = sum((x[k] - y[k]) ** 2 for k in range(len(x)))
                        total += np.exp(-square / (2 * bandwidth**2))
                        pairs += 1
            return total / pairs

        within = mean_kernel(first, first, True) + mean_kernel(second, second, True)
        return within - 2 * mean_kernel(first, second, False)

    @pytest.mark.parametrize("bandwidth", [0.5, 2.0])
    def test_against_a_naive_loop(self, compare, bandwidth):
        compare(
            lambda x, y: mmd(x, y, bandwidth),
            lambda x, y: self.naive(x, y, bandwidth),
            FIRST,
            SECOND,
        )

    def test_the_default_bandwidth_is_the_median_and_held_fixed(self, compare):
        width = float(median_bandwidth(FIRST, SECOND))
        compare(mmd, self.naive, FIRST, SECOND, slope=lambda x, y: self.naive(x, y, width))

    def test_two_points_a_side_by_hand(self):
        """Pairs 2 apart, from each other 0 and 2: (k + k) − 2 (2 + 2k) / 4 = k − 1."""
        points = np.array([[0.0], [2.0]])
        loss = float(mmd(points, points, 1.0))
        assert loss == pytest.approx(np.exp(-2) - 1, rel=1e-12)

    def test_symmetric(self):
        for width in (None, 1.0):
            forward = float(mmd(FIRST, SECOND, width))
            assert float(mmd(SECOND, FIRST, width)) == pytest.approx(forward, rel=1e-11)

    def test_place_and_rotation_do_not_count(self):
        turn, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))
        moved = float(mmd(FIRST @ turn + 5, SECOND @ turn + 5))
        assert moved == pytest.approx(float(mmd(FIRST, SECOND)), rel=1e-10)

    @staticmethod
    def estimates(shift, draws=400, size=6, width=1.0):
        rng = np.random.default_rng(2)
        samples = rng.normal(size=(draws, 2, size, 2))
        samples[:, 1] += shift
        # Compiled, only because it is faster.
        every = tf.function(lambda x: tf.map_fn(lambda pair: mmd(pair[0], pair[1], width), x))
        return np.asarray(every(samples))

    def test_unbiased_at_equal_distributions(self):
        values = self.estimates(0.0)
        error = values.std(ddof=1) / np.sqrt(len(values))
        assert abs(values.mean()) < 3 * error
        # Negative about every second time (the distribution leans to the right).
        assert 0.4 < (values < 0).mean() < 0.75
        # The estimate with i = j is off by (1 − E k) 2 / n = 2/9: this test would notice.
        assert 10 * error < 2 / 9

    def test_unbiased_at_different_distributions(self):
        """Standard normals in the plane, σ = 1: E k(x, x') = 1/3, and that times e^(−‖δ‖² / 6)."""
        values = self.estimates(np.array([1.0, 0.5]))
        truth = 2 / 3 * (1 - np.exp(-1.25 / 6))
        error = values.std(ddof=1) / np.sqrt(len(values))
        assert abs(values.mean() - truth) < 3 * error
        assert truth > 10 * error

    def test_far_apart_samples(self):
        """Nothing in common: what is left is the two means of pairs."""
        near = np.array([[0.0], [1.0]])
        loss = float(mmd(near, near + 1000, 1.0))
        # e^(−½) each; squares of 1e6 are off by 1e-10, which the exponential passes on.
        assert loss == pytest.approx(2 * np.exp(-0.5), rel=1e-9)


class TestCoral:
    @staticmethod
    def naive(first, second):
        size, matrices = first.shape[1], []
        for sample in (first, second):
            means = [sum(sample[:, j]) / len(sample) for j in range(size)]
            matrices.append(
                [
                    [
                        sum((row[j] - means[j]) * (row[k] - means[k]) for row in sample)
                        / (len(sample) - 1)
                        for k in range(size)
                    ]
                    for j in range(size)
                ]
            )
        squares = [(matrices[0][j][k] - matrices[1][j][k]) ** 2 for j, k in np.ndindex(size, size)]
        return sum(squares) / (4 * size**2)

    def test_against_a_naive_loop(self, compare):
        compare(coral, self.naive, FIRST, SECOND)

    def test_the_covariance_of_numpy(self):
        found = np.asarray(covariance_matrix(FIRST))
        assert np.allclose(found, np.cov(FIRST.T), rtol=1e-12)

    def test_blind_to_the_mean(self):
        # Means of up to 100 are off by 1e-14, covariances of about 1 by as much; squared.
        assert float(coral(FIRST, FIRST + np.array([1.0, -2.0, 100.0]))) <= 1e-26

    def test_symmetric(self):
        assert float(coral(FIRST, SECOND)) == pytest.approx(float(coral(SECOND, FIRST)), rel=1e-12)

    def test_scaling_by_hand(self):
        """Of independent features with variance 4/3: 9 times it, or 32/3 more on the diagonal."""
        signs = np.array([[1.0, 1.0], [1, -1], [-1, 1], [-1, -1]])
        loss = float(coral(signs, 3 * signs))
        assert loss == pytest.approx(2 * (32 / 3) ** 2 / (4 * 2**2), rel=1e-12)

    def test_fourth_power_of_the_scale(self):
        scaled = float(coral(3 * FIRST, 3 * SECOND))
        assert scaled == pytest.approx(81 * float(coral(FIRST, SECOND)), rel=1e-12)
