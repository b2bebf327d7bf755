"""NT-Xent and InfoNCE: closed forms, the simplex, a naive loop."""

import numpy as np
import pytest
import tensorflow as tf

from ssl_course.objectives import info_nce, nt_xent
from ssl_course.objectives.contrastive import normalize


def cosine(a, b):
    return a @ b / np.sqrt((a @ a) * (b @ b))


def simplex(count):
    """Corners (count, count) of a regular simplex around the origin."""
    return np.eye(count) - 1 / count


class TestNormalize:
    def test_length_one_and_the_same_direction(self):
        vectors = np.array([[3.0, 4.0], [-1e-6, 0.0], [0.0, 1e6]])
        assert np.allclose(normalize(vectors), [[0.6, 0.8], [-1, 0], [0, 1]], rtol=1e-12)

    def test_a_zero_stays_zero(self):
        assert np.array_equal(normalize(np.zeros((2, 3))), np.zeros((2, 3)))


class TestNTXent:
    first, second = np.random.default_rng(0).normal(size=(2, 4, 3))

    @staticmethod
    def naive(first, second, temperature=0.5):
        views, total = [*first, *second], 0.0
        for i, view in enumerate(views):
            partner = views[(i + len(first)) % len(views)]
            crowd = sum(
                np.exp(cosine(view, other) / temperature) for k, other in enumerate(views) if k != i
            )
            total -= np.log(np.exp(cosine(view, partner) / temperature) / crowd)
        return total / len(views)

    @staticmethod
    def floor(count, temperature):
        return np.log(1 + (2 * count - 2) * np.exp(-(1 + 1 / (count - 1)) / temperature))

    @pytest.mark.parametrize("temperature", [0.1, 0.5, 1.0])
    def test_against_a_naive_loop(self, compare, temperature):
        compare(
            lambda a, b: nt_xent(a, b, temperature),
            lambda a, b: self.naive(a, b, temperature),
            self.first,
            self.second,
        )

    def test_the_default_temperature(self):
        assert float(nt_xent(self.first, self.second)) == pytest.approx(
            self.naive(self.first, self.second, 0.5), rel=1e-11
        )

    @pytest.mark.parametrize("count", [1, 2, 7])
    @pytest.mark.parametrize("temperature", [0.1, 2.0])
    def test_equal_projections_cost_the_log_of_the_others(self, count, temperature):
        same = np.tile([0.3, -2.0, 1.0], (count, 1))
        loss = float(nt_xent(same, same, temperature))
        assert loss == pytest.approx(np.log(2 * count - 1), rel=1e-12, abs=1e-12)

    @pytest.mark.parametrize("count", [2, 3, 8])
    @pytest.mark.parametrize("temperature", [0.1, 0.5, 2.0])
    def test_a_simplex_reaches_the_floor(self, count, temperature):
        corners = simplex(count)
        loss = float(nt_xent(corners, corners, temperature))
        # The logits, up to 10, carry roundings of 1e-15, which the small floors (8e-9 at the
        # least) turn into a relative error of 1e-15 through the exponential, and log(1 + x)
        # of so small an x into one of 2e-16 / 8e-9 = 3e-8.
        assert loss == pytest.approx(self.floor(count, temperature), rel=1e-7)

    @pytest.mark.parametrize("temperature", [0.1, 0.5, 2.0])
    @pytest.mark.parametrize(("count", "size"), [(2, 1), (2, 3), (3, 2), (5, 3), (5, 8)])
    def test_nothing_undercuts_the_floor(self, count, size, temperature):
        rng = np.random.default_rng(count * size)
        floor = self.floor(count, temperature)
        for spread in (0.0, 0.1, 1.0):  # equal views, near ones, unrelated ones
            first = rng.normal(size=(count, size))
            second = first + spread * rng.normal(size=(count, size))
            assert float(nt_xent(first, second, temperature)) >= floor * (1 - 1e-7)

    def test_descent_ends_on_the_floor_and_not_below(self):
        views = tf.Variable(np.random.default_rng(1).normal(size=(2, 4, 6)))

        @tf.function  # only because it is faster
        def step():
            with tf.GradientTape() as tape:
                loss = nt_xent(views[0], views[1])
            views.assign_sub(10.0 * tape.gradient(loss, views))
            return loss

        floor, losses = self.floor(4, 0.5), [float(step()) for _ in range(200)]
        assert min(losses) >= floor * (1 - 1e-12)  # roundings
        assert losses[-1] == pytest.approx(floor, rel=1e-6)  # after 200 steps of slow descent

    def test_views_may_change_places(self):
        forward = float(nt_xent(self.first, self.second))
        assert float(nt_xent(self.second, self.first)) == pytest.approx(forward, rel=1e-12)

    def test_length_does_not_count(self):
        lengths = np.array([[1e-3], [0.5], [2.0], [1e3]])
        loss = float(nt_xent(self.first * lengths, self.second * lengths[::-1]))
        assert loss == pytest.approx(float(nt_xent(self.first, self.second)), rel=1e-12)

    def test_negatives_come_from_both_views(self):
        """Moving one other view of the own kind changes what a view has to pay."""
        moved = self.first.copy()
        moved[1] = moved[0]
        loss = float(nt_xent(moved, self.second))
        assert loss == pytest.approx(self.naive(moved, self.second), rel=1e-11)
        assert abs(loss - float(nt_xent(self.first, self.second))) > 1e-3


class TestInfoNCE:
    rng = np.random.default_rng(0)
    queries, keys = rng.normal(size=(2, 4, 3))
    queue = rng.normal(size=(6, 3))

    @staticmethod
    def naive(queries, keys, negatives=None, temperature=0.1):
        total = 0.0
        for i, query in enumerate(queries):
            own = np.exp(cosine(query, keys[i]) / temperature)
            others = np.delete(keys, i, axis=0) if negatives is None else negatives
            total -= np.log(
                own / (own + sum(np.exp(cosine(query, key) / temperature) for key in others))
            )
        return total / len(queries)

    @pytest.mark.parametrize("temperature", [0.07, 0.1, 1.0])
    def test_against_a_naive_loop(self, compare, temperature):
        compare(
            lambda q, k: info_nce(q, k, temperature=temperature),
            lambda q, k: self.naive(q, k, temperature=temperature),
            self.queries,
            self.keys,
        )

    @pytest.mark.parametrize("temperature", [0.07, 0.1, 1.0])
    def test_a_queue_against_a_naive_loop(self, compare, temperature):
        compare(
            lambda q, k, n: info_nce(q, k, n, temperature),
            lambda q, k, n: self.naive(q, k, n, temperature),
            self.queries,
            self.keys,
            self.queue,
        )

    def test_the_default_temperature(self):
        assert float(info_nce(self.queries, self.keys)) == pytest.approx(
            self.naive(self.queries, self.keys, None, 0.1), rel=1e-11
        )

    @pytest.mark.parametrize("count", [1, 2, 9])
    def test_equal_vectors_cost_the_log_of_the_candidates(self, count):
        same = np.tile([0.3, -2.0, 1.0], (count, 1))
        assert float(info_nce(same, same)) == pytest.approx(np.log(count), rel=1e-12, abs=1e-12)
        for length in (1, 5, 64):
            queue = np.tile([0.6, -4.0, 2.0], (length, 1))
            loss = float(info_nce(same, same, queue))
            assert loss == pytest.approx(np.log(1 + length), rel=1e-12)

    def test_with_a_queue_the_other_keys_of_the_batch_do_not_count(self):
        alone = [
            float(info_nce(self.queries[i : i + 1], self.keys[i : i + 1], self.queue))
            for i in range(4)
        ]
        together = float(info_nce(self.queries, self.keys, self.queue))
        assert together == pytest.approx(np.mean(alone), rel=1e-12)

    def test_the_other_keys_of_the_batch_are_the_queue_of_a_single_query(self):
        single = [
            float(
                info_nce(
                    self.queries[i : i + 1], self.keys[i : i + 1], np.delete(self.keys, i, axis=0)
                )
            )
            for i in range(4)
        ]
        batch = float(info_nce(self.queries, self.keys))
        assert batch == pytest.approx(np.mean(single), rel=1e-12)

    def test_orthogonal_keys(self):
        """Own key in the same direction, N − 1 at a right angle."""
        loss = float(info_nce(np.eye(5), 3 * np.eye(5), temperature=0.5))
        assert loss == pytest.approx(np.log(1 + 4 * np.exp(-2)), rel=1e-12)

    def test_length_does_not_count(self):
        lengths = np.array([[1e-3], [0.5], [2.0], [1e3]])
        loss = float(info_nce(self.queries * lengths, self.keys * lengths[::-1], 7 * self.queue))
        plain = float(info_nce(self.queries, self.keys, self.queue))
        assert loss == pytest.approx(plain, rel=1e-12)

    def test_the_order_of_the_queue_does_not_count(self):
        turned = float(info_nce(self.queries, self.keys, self.queue[::-1]))
        plain = float(info_nce(self.queries, self.keys, self.queue))
        assert turned == pytest.approx(plain, rel=1e-12)
