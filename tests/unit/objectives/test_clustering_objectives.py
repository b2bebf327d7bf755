"""Sinkhorn and swapped prediction: equal use of the clusters, a naive loop."""

import numpy as np
import pytest

from ssl_course.objectives import sinkhorn, swapped_prediction

FIRST, SECOND = np.random.default_rng(0).uniform(-1, 1, (2, 8, 3))


def naive_sinkhorn(scores, sharpness=0.05, iterations=3):
    assignment = np.exp(scores / sharpness)
    for _ in range(iterations):
        for k in range(assignment.shape[1]):
            assignment[:, k] /= sum(assignment[:, k])
        for i in range(assignment.shape[0]):
            assignment[i] /= sum(assignment[i])
    return assignment


class TestSinkhorn:
    @pytest.mark.parametrize("sharpness", [0.05, 0.2, 1.0])
    @pytest.mark.parametrize("iterations", [1, 3, 10])
    def test_against_a_naive_loop(self, sharpness, iterations):
        # Scores 0.9 at most apart: beyond that, the 1e-12 beside the sums shows.
        scores = 0.45 * FIRST
        found = np.asarray(sinkhorn(scores, sharpness, iterations))
        assert np.allclose(found, naive_sinkhorn(scores, sharpness, iterations), rtol=1e-6)
        single = np.asarray(sinkhorn(np.float32(scores), sharpness, iterations))
        # float32 rounds scores / sharpness, up to 20, by 1e-6, and the exponential passes it on.
        assert np.allclose(single, found, rtol=1e-4, atol=1e-7)

    def test_the_defaults(self):
        assert np.allclose(sinkhorn(FIRST), naive_sinkhorn(FIRST, 0.05, 3), rtol=1e-6, atol=1e-9)

    @pytest.mark.parametrize("kind", ["float32", "float64"])
    @pytest.mark.parametrize("iterations", [1, 3])
    def test_rows_sum_to_one(self, kind, iterations):
        scores = FIRST.astype(kind)
        scores[0], scores[1] = -1, 1  # the extremes of a cosine
        found = np.asarray(sinkhorn(scores, iterations=iterations))
        assert found.shape == scores.shape
        assert (found >= 0).all()
        assert np.allclose(found.sum(axis=1), 1, rtol=3 * np.finfo(kind).eps)

    def test_columns_approach_equal_use(self):
        """Short of N / K by what the iterations leave: less with more of them."""
        rng = np.random.default_rng(1)
        scores = rng.uniform(-1, 1, (64, 4))
        scores += [0.5, 0, 0, -0.5]  # a favourite and an outsider
        off = [
            np.abs(np.asarray(sinkhorn(scores / 2, 0.2, n)).sum(axis=0) - 16).max()
            for n in (1, 3, 30)
        ]
        assert off[0] > off[1] > off[2]
        assert off[1] < 0.05 * 16
        assert off[2] < 1e-6 * 16
        # Without it, the favourite has more than its share.
        weights = np.exp(scores / 2 / 0.2)
        plain = (weights / weights.sum(axis=1, keepdims=True)).sum(axis=0)
        assert np.abs(plain - 16).max() > 0.5 * 16

    @pytest.mark.parametrize("level", [-1.0, 0.0, 1.0])
    def test_equal_scores_give_a_uniform_assignment(self, level):
        assert np.allclose(sinkhorn(np.full((6, 4), level)), 1 / 4, rtol=1e-10)

    def test_clear_clusters_of_equal_size_are_kept(self):
        clear = np.repeat(np.eye(3), 4, axis=0)
        assert np.allclose(sinkhorn(clear), clear, atol=1e-8)  # e^(−1 / 0.05) = 2e-9

    def test_a_collapsed_batch_is_spread_over_all_clusters(self):
        """Where every example prefers the first prototype as far as a cosine can."""
        collapsed = np.tile([1.0, -1.0, -1.0], (6, 1))
        assert np.allclose(sinkhorn(collapsed), 1 / 3, rtol=1e-6)

    def test_a_constant_on_all_scores_does_not_count(self):
        assert np.allclose(sinkhorn(FIRST + 100), sinkhorn(FIRST), rtol=1e-9)

    def test_order(self):
        """Rows follow their examples, columns their prototypes."""
        found = np.asarray(sinkhorn(FIRST))
        assert np.allclose(sinkhorn(FIRST[::-1]), found[::-1], rtol=1e-12)
        assert np.allclose(sinkhorn(FIRST[:, ::-1]), found[:, ::-1], rtol=1e-12)


class TestSwappedPrediction:
    @staticmethod
    def naive(first, second, codes=None, temperature=0.1, sharpness=0.05):
        """``codes`` of the first and of the second view, or their own."""
        if codes is None:
            codes = naive_sinkhorn(first, sharpness), naive_sinkhorn(second, sharpness)
        total = 0.0
        for i in range(len(first)):
            for scores, code in ((first[i], codes[1][i]), (second[i], codes[0][i])):
                weights = np.exp(scores / temperature)
                for k in range(len(scores)):
                    total -= code[k] * np.log(weights[k] / sum(weights))
        return total / (2 * len(first))

    @pytest.mark.parametrize("settings", [(0.1, 0.05), (0.2, 0.1), (1.0, 1.0)])
    def test_against_a_naive_loop(self, compare, settings):
        # A spread of 0.9, where the 1e-12 in the sums, relative to e^(−0.9 / 0.05) = 2e-8 of the
        # largest term, counts least; the loop in `compare` would show it otherwise.
        first, second = 0.25 * FIRST, 0.25 * SECOND
        codes = naive_sinkhorn(first, settings[1]), naive_sinkhorn(second, settings[1])
        compare(
            lambda a, b: swapped_prediction(a, b, *settings),
            lambda a, b: self.naive(a, b, None, *settings),
            first,
            second,
            slope=lambda a, b: self.naive(a, b, codes, *settings),  # they let nothing through
        )

    def test_the_defaults_over_the_whole_range(self):
        loss = float(swapped_prediction(FIRST, SECOND))
        assert loss == pytest.approx(self.naive(FIRST, SECOND, None, 0.1, 0.05), rel=1e-6)

    def test_views_may_change_places(self):
        forward = float(swapped_prediction(FIRST, SECOND))
        assert float(swapped_prediction(SECOND, FIRST)) == pytest.approx(forward, rel=1e-12)

    def test_equal_scores_cost_log_of_the_clusters(self):
        same = np.full((6, 4), 0.3)
        assert float(swapped_prediction(same, same)) == pytest.approx(np.log(4), rel=1e-9)

    def test_agreeing_views_cost_less_than_swapped_ones(self):
        clear = np.repeat(np.eye(3), 4, axis=0)
        agreeing = float(swapped_prediction(clear, clear))
        # Own prototype at 1, the two others at 0: log(1 + 2 e^(−1 / 0.1)), codes as good as hard.
        assert agreeing == pytest.approx(np.log1p(2 * np.exp(-10)), rel=1e-3)
        assert float(swapped_prediction(clear, clear[::-1])) > agreeing + 1

    def test_no_gradient_through_the_assignments(self, gradients):
        """softmax minus the other view's code, over temperature and 2N: the gradient of fixed q."""
        for scores, other, gradient in zip(
            (FIRST, SECOND),
            (SECOND, FIRST),
            gradients(swapped_prediction, FIRST, SECOND),
            strict=True,
        ):
            weights = np.exp(scores / 0.1)
            prediction = weights / weights.sum(axis=1, keepdims=True)
            expected = (prediction - np.asarray(sinkhorn(other))) / 0.1 / (2 * len(scores))
            assert np.allclose(gradient, expected, rtol=1e-9, atol=1e-12)
