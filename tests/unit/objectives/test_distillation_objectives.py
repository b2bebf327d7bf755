"""Objectives with a target that does not learn."""

import numpy as np
import pytest

from ssl_course.objectives import negative_cosine, self_distillation


def softmax(x):
    weights = np.exp(x - x.max())
    return weights / weights.sum()


class TestNegativeCosine:
    prediction, target = np.random.default_rng(0).normal(size=(2, 5, 3))

    @staticmethod
    def naive(prediction, target):
        total = 0.0
        for p, z in zip(prediction, target, strict=True):
            total -= p @ z / np.sqrt((p @ p) * (z @ z))
        return total / len(prediction)

    def test_against_a_naive_loop(self, compare):
        compare(
            negative_cosine,
            self.naive,
            self.prediction,
            self.target,
            slope=lambda prediction, target: self.naive(prediction, self.target),
        )

    @pytest.mark.parametrize("angle", [0, np.pi / 3, np.pi / 2, np.pi])
    def test_known_angles(self, angle):
        """−1 in the same direction, 0 at a right angle, 1 in the opposite direction."""
        prediction = np.tile([2.0, 0.0], (3, 1))
        target = np.tile([np.cos(angle), np.sin(angle)], (3, 1)) * [[0.1], [1], [10]]
        loss = float(negative_cosine(prediction, target))
        assert loss == pytest.approx(-np.cos(angle), rel=1e-12, abs=1e-15)

    def test_no_gradient_into_the_target(self, gradients):
        learning, target = gradients(negative_cosine, self.prediction, self.target)
        assert np.abs(learning).max() > 1e-3
        assert np.array_equal(target, np.zeros_like(target))
        # Nor where the two are one and the same array.
        (both,) = gradients(lambda x: negative_cosine(2 * x, x[::-1]), self.prediction)
        (one,) = gradients(lambda x: negative_cosine(2 * x, self.prediction[::-1]), self.prediction)
        assert np.allclose(both, one, rtol=1e-12, atol=0)

    def test_length_does_not_count(self):
        lengths = np.array([[1e-3], [0.5], [1.0], [2.0], [1e3]])
        loss = float(negative_cosine(self.prediction * lengths, self.target * lengths[::-1]))
        plain = float(negative_cosine(self.prediction, self.target))
        assert loss == pytest.approx(plain, rel=1e-12)

    def test_the_squared_distance_of_byol(self):
        unit = [
            x / np.linalg.norm(x, axis=1, keepdims=True) for x in (self.prediction, self.target)
        ]
        distance = np.mean(np.sum((unit[0] - unit[1]) ** 2, axis=1))
        loss = float(negative_cosine(self.prediction, self.target))
        assert 2 + 2 * loss == pytest.approx(distance, rel=1e-12)


class TestSelfDistillation:
    rng = np.random.default_rng(0)
    student, teacher = rng.uniform(-1, 1, (2, 5, 4))
    center = rng.uniform(-1, 1, 4)

    @staticmethod
    def naive(student, teacher, center, student_temperature=0.1, teacher_temperature=0.04):
        total = 0.0
        for s, t in zip(student, teacher, strict=True):
            guess = softmax(s / student_temperature)
            wanted = softmax((t - center) / teacher_temperature)
            total -= sum(wanted[k] * np.log(guess[k]) for k in range(len(s)))
        return total / len(student)

    @pytest.mark.parametrize("temperatures", [(0.1, 0.04), (0.1, 0.07), (1.0, 1.0)])
    def test_against_a_naive_loop(self, compare, temperatures):
        compare(
            lambda s, t, c: self_distillation(s, t, c, *temperatures),
            lambda s, t, c: self.naive(s, t, c, *temperatures),
            self.student,
            self.teacher,
            self.center,
            slope=lambda s, t, c: self.naive(s, self.teacher, self.center, *temperatures),
        )

    def test_the_default_temperatures(self):
        loss = float(self_distillation(self.student, self.teacher, self.center))
        expected = self.naive(self.student, self.teacher, self.center, 0.1, 0.04)
        assert loss == pytest.approx(expected, rel=1e-11)

    @pytest.mark.parametrize("level", [0.0, 3.0])
    def test_a_uniform_student_costs_log_of_the_outputs(self, level):
        uniform = np.full((5, 4), level)
        loss = float(self_distillation(uniform, self.teacher, self.center))
        assert loss == pytest.approx(np.log(4), rel=1e-12)

    def test_no_gradient_into_teacher_and_center(self, gradients):
        student, *others = gradients(self_distillation, self.student, self.teacher, self.center)
        assert np.abs(student).max() > 1e-3
        for gradient in others:
            assert np.array_equal(gradient, np.zeros_like(gradient))

    def test_the_center_takes_away_what_all_examples_share(self):
        shared = np.array([5.0, 0.0, -3.0, 1.0])
        moved = self_distillation(self.student, self.teacher + shared, self.center + shared)
        plain = self_distillation(self.student, self.teacher, self.center)
        # Logits of up to 150 after the temperature, off by 3e-14, and so the probabilities.
        assert float(moved) == pytest.approx(float(plain), rel=1e-11)

    def test_the_best_student_says_what_the_teacher_says(self):
        """And pays the teacher's entropy, which a lower temperature lowers."""
        entropies = []
        for temperature in (0.4, 0.2, 0.1):
            wanted = np.array([softmax((t - self.center) / temperature) for t in self.teacher])
            entropy = -np.mean(np.sum(wanted * np.log(wanted), axis=1))
            best = 0.1 * np.log(wanted)
            arguments = self.teacher, self.center, 0.1, temperature
            assert float(self_distillation(best, *arguments)) == pytest.approx(entropy, rel=1e-11)
            nudged = best + 0.01 * np.random.default_rng(1).normal(size=best.shape)
            assert float(self_distillation(nudged, *arguments)) > entropy
            entropies.append(entropy)
        assert entropies == sorted(entropies, reverse=True)
