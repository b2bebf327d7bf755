"""Diagnostics against closed forms and naive versions; ``feature_std`` is in `test_evaluate`."""

import numpy as np
import pytest

from ssl_course.diagnose import alignment, feature_std, rank_me, uniformity

RNG = np.random.default_rng(0)
ROTATION = np.linalg.qr(RNG.normal(size=(8, 8)))[0]


def with_singular_values(values, rows=30):
    """A matrix (rows, 8) with these singular values and random directions."""
    left = np.linalg.qr(RNG.normal(size=(rows, len(values))))[0]
    return left @ np.diag(values) @ ROTATION[: len(values)]


class TestRankMe:
    def test_full_rank(self):
        assert rank_me(np.eye(6)) == pytest.approx(6)
        assert rank_me(with_singular_values([3.0] * 8)) == pytest.approx(8, rel=1e-6)

    def test_rank_one(self):
        # A singular value of 0 comes out as √1e-16 of the largest: seven times 1e-8 · log 1e-8.
        assert rank_me(with_singular_values([5.0])) == pytest.approx(1, abs=1e-5)
        assert rank_me(np.ones((10, 4))) == pytest.approx(1, abs=1e-5)

    def test_in_between(self):
        assert rank_me(with_singular_values([2.0, 2.0])) == pytest.approx(2, rel=1e-5)
        # Shares 1/2, 1/4, 1/4: an entropy of 1.5 log 2.
        expected = 2**1.5
        assert rank_me(with_singular_values([2.0, 1.0, 1.0])) == pytest.approx(expected, rel=1e-5)

    def test_collapsed_to_zero(self):
        assert np.isfinite(rank_me(np.zeros((10, 4))))

    @pytest.mark.parametrize("shape", [(50, 8), (8, 50), (12, 12)])
    def test_against_a_singular_value_decomposition(self, shape):
        z = RNG.normal(size=shape) * RNG.uniform(0.01, 3, shape[1])
        singular = np.linalg.svd(z, compute_uv=False)
        share = singular / singular.sum()
        expected = np.exp(-np.sum(share * np.log(share)))
        assert 1 < expected < min(shape)
        assert rank_me(z) == pytest.approx(expected, rel=1e-6)
        assert rank_me(z.astype("float32")) == pytest.approx(expected, rel=1e-4)

    def test_sees_neither_scale_nor_axes_nor_order(self):
        z = RNG.normal(size=(40, 8)) * np.arange(1, 9)
        rank = rank_me(z)
        for same in (1000 * z, z / 1000, z @ ROTATION, z[::-1]):
            assert rank_me(same) == pytest.approx(rank, rel=1e-9)


class TestAlignment:
    points = RNG.normal(size=(20, 5))

    def test_equal_and_opposite(self):
        assert alignment(self.points, self.points) == 0
        assert alignment(self.points, 3 * self.points) == pytest.approx(0, abs=1e-12)
        assert alignment(self.points, -2 * self.points) == pytest.approx(4)

    def test_orthogonal(self):
        assert alignment(np.eye(4)[:2], np.eye(4)[2:]) == pytest.approx(2)

    def test_against_a_naive_loop(self):
        others, total = RNG.normal(size=(20, 5)), 0.0
        for first, second in zip(self.points, others, strict=True):
            cosine = first @ second / np.linalg.norm(first) / np.linalg.norm(second)
            total += 2 - 2 * cosine
        assert alignment(self.points, others) == pytest.approx(total / 20, rel=1e-12)


class TestUniformity:
    def test_all_equal(self):
        assert uniformity(np.full((10, 4), 0.3)) == pytest.approx(0, abs=1e-12)
        assert uniformity(np.zeros((10, 4))) <= 0  # no direction at all

    def test_antipodes(self):
        line = np.array([[1.0, 2.0, 0.0], [-1.0, -2.0, 0.0]])
        assert uniformity(line) == pytest.approx(-8)
        assert uniformity(np.concatenate([line, line])) > -8

    def test_against_a_naive_double_loop(self):
        points = RNG.normal(size=(15, 3))
        unit = [point / np.linalg.norm(point) for point in points]
        each = [np.exp(-2 * np.sum((unit[i] - unit[j]) ** 2)) for i in range(15) for j in range(i)]
        assert uniformity(points) == pytest.approx(np.log(np.mean(each)), rel=1e-12)
        assert uniformity(points.astype("float32")) == pytest.approx(
            np.log(np.mean(each)), rel=1e-5
        )

    def test_uniform_on_the_sphere(self):
        """In three dimensions cosines are uniform: the mean of e^(−4 + 4c) is (1 − e^−8) / 8."""
        points = RNG.normal(size=(1500, 3))
        expected = np.log((1 - np.exp(-8)) / 8)
        # A point's mean over the others is the same for all: what is left is of order 1/n.
        assert uniformity(points) == pytest.approx(expected, abs=0.02)

    def test_length_does_not_matter(self):
        points = RNG.normal(size=(30, 4))
        lengths = RNG.uniform(0.1, 10, (30, 1))
        assert uniformity(lengths * points) == pytest.approx(uniformity(points), rel=1e-9)

    def test_spread_is_lower(self):
        spread = RNG.normal(size=(100, 8))
        assert uniformity(spread) < uniformity(spread + 2) < uniformity(spread + 20) < 0


def test_collapse_shows_in_all_of_them():
    spread = RNG.normal(size=(200, 8))
    collapsed = 10 + 0.001 * spread
    assert feature_std(collapsed) < 0.01 < 0.9 < feature_std(spread)
    assert rank_me(collapsed) < 1.01 < 7 < rank_me(spread)
    assert uniformity(spread) < -1.5 < -0.01 < uniformity(collapsed)
