"""The variational bound: known divergences, scales of its two terms, a naive loop."""

import numpy as np
import pytest

from ssl_course.objectives import binary_cross_entropy, evidence_loss, gaussian_kl


class TestGaussianKL:
    rng = np.random.default_rng(0)
    mean, log_variance = rng.normal(size=(2, 5, 3))

    @staticmethod
    def naive(mean, log_variance):
        total = 0.0
        for m, v in zip(mean.ravel(), log_variance.ravel(), strict=True):
            total += 0.5 * (m**2 + np.exp(v) - 1 - v)
        return total / len(mean)

    def test_against_a_naive_loop(self, compare):
        compare(gaussian_kl, self.naive, self.mean, self.log_variance)

    @pytest.mark.parametrize("shape", [(1, 1), (4, 7)])
    def test_the_standard_normal_costs_nothing(self, shape):
        assert float(gaussian_kl(np.zeros(shape), np.zeros(shape))) == 0

    @pytest.mark.parametrize(
        ("mean", "variance", "nats"),
        [
            (1.0, 1.0, 0.5),
            (-3.0, 1.0, 4.5),
            (0.0, np.e, (np.e - 2) / 2),
            (0.0, 1 / np.e, 1 / np.e / 2),
            (2.0, 4.0, (4 + 4 - 1 - 2 * np.log(2)) / 2),
        ],
    )
    def test_known_values(self, mean, variance, nats):
        """Sum over the 3 dimensions, mean over the 5 codes."""
        codes = np.full((5, 3), mean), np.full((5, 3), np.log(variance))
        assert float(gaussian_kl(*codes)) == pytest.approx(3 * nats, rel=1e-12)

    @pytest.mark.parametrize("step", [1e-3, -1e-3])
    def test_nothing_but_the_standard_normal_is_free(self, step):
        zero = np.zeros((2, 2))
        moved = zero.copy()
        moved[1, 0] = step
        assert float(gaussian_kl(moved, zero)) > 0
        assert float(gaussian_kl(zero, moved)) > 0

    def test_it_is_the_mean_log_ratio_of_the_densities(self):
        """The definition of the divergence, by quadrature."""
        mean, deviation = 0.7, 0.6
        grid = np.linspace(mean - 10 * deviation, mean + 10 * deviation, 20001)
        log_code = -0.5 * ((grid - mean) / deviation) ** 2 - np.log(deviation)
        density = np.exp(log_code) / np.sqrt(2 * np.pi)
        nats = np.sum(density * (log_code + 0.5 * grid**2)) * (grid[1] - grid[0])
        loss = float(gaussian_kl(np.array([[mean]]), np.array([[2 * np.log(deviation)]])))
        assert loss == pytest.approx(nats, rel=1e-9)  # the tails beyond 10 σ are below 1e-20


class TestEvidenceLoss:
    rng = np.random.default_rng(0)
    target = rng.uniform(0, 1, (4, 3, 2, 1))
    prediction = rng.uniform(0.05, 0.95, (4, 3, 2, 1))
    mean, log_variance = rng.normal(size=(2, 4, 2))

    @property
    def batch(self):
        return self.target, self.prediction, self.mean, self.log_variance

    @staticmethod
    def naive(target, prediction, mean, log_variance, beta=1.0):
        total = 0.0
        for i in range(len(target)):
            for t, p in zip(target[i].ravel(), prediction[i].ravel(), strict=True):
                total -= t * np.log(p) + (1 - t) * np.log(1 - p)
        return total / len(target) + beta * TestGaussianKL.naive(mean, log_variance)

    @pytest.mark.parametrize("beta", [0.0, 1.0, 4.0])
    def test_against_a_naive_loop(self, compare, beta):
        compare(
            lambda *batch: evidence_loss(*batch, beta),
            lambda *batch: self.naive(*batch, beta),
            *self.batch,
        )

    def test_beta_is_1_unless_told(self):
        assert float(evidence_loss(*self.batch)) == float(evidence_loss(*self.batch, beta=1.0))

    @pytest.mark.parametrize("beta", [1.0, 4.0])
    def test_sums_pixels_and_weighs_the_divergence(self, beta):
        """Mean over pixels, times their number D, beside β times the divergence."""
        pixels = 6 * float(binary_cross_entropy(self.target, self.prediction))
        nats = float(gaussian_kl(self.mean, self.log_variance))
        loss = float(evidence_loss(*self.batch, beta))
        assert loss == pytest.approx(pixels + beta * nats, rel=1e-12)
        # So averaging the pixels weighs the divergence D times as much, up to a factor D of all.
        averaged = pixels / 6 + beta * nats
        assert 6 * averaged == pytest.approx(float(evidence_loss(*self.batch, 6 * beta)), rel=1e-12)

    def test_a_coin_for_every_pixel(self):
        """D log 2 nats, whatever the image and however many of them."""
        zero = np.zeros((4, 2))
        loss = float(evidence_loss(self.target, np.full((4, 3, 2, 1), 0.5), zero, zero))
        assert loss == pytest.approx(6 * np.log(2), rel=1e-12)

    def test_mean_over_the_batch(self):
        alone = [float(evidence_loss(*(x[i : i + 1] for x in self.batch))) for i in range(4)]
        assert float(evidence_loss(*self.batch)) == pytest.approx(np.mean(alone), rel=1e-12)
        twice = [np.concatenate([x, x]) for x in self.batch]
        assert float(evidence_loss(*twice)) == pytest.approx(np.mean(alone), rel=1e-12)

    @pytest.mark.parametrize("kind", ["float32", "float64"])
    def test_saturated_pixels_stay_finite(self, kind, gradients):
        black = np.array([[0, 1, 1, 0]], kind)
        zero = np.zeros((1, 2), kind)
        # Predictions are moved off 0 and 1 by 1e-7, which float32 rounds to 1.2e-7 below 1:
        # at most that much a pixel for a perfect copy, and −log of it for a wrong one.
        assert 0 <= float(evidence_loss(black, black, zero, zero)) <= 4 * 1.2e-7
        wrong = float(evidence_loss(black, 1 - black, zero, zero))
        assert wrong == pytest.approx(-4 * np.log(1e-7), rel=1e-2)
        for gradient in gradients(evidence_loss, black, 1 - black, zero, zero):
            assert np.isfinite(gradient).all()
