"""Mean squared error, of all numbers or of the marked ones."""

import numpy as np
import pytest

from ssl_course.objectives import squared_error

RNG = np.random.default_rng(0)
TARGET, PREDICTION = RNG.uniform(size=(2, 3, 4, 2))
MARKS = {
    "each": RNG.integers(0, 2, (3, 4, 2)).astype("float64"),
    "pixels": RNG.integers(0, 2, (3, 4, 1)).astype("float64"),
    "rows": np.array([1.0, 0, 0, 1])[:, None],
    "images": np.array([0.0, 1, 0])[:, None, None],
    "weights": RNG.uniform(0.5, 2, (3, 4, 1)),
    "everything": np.ones((1, 1, 1)),
}


class TestSquaredError:
    @staticmethod
    def naive(target, prediction, where=None):
        weight = np.broadcast_to(1.0 if where is None else where, target.shape)
        total = marked = 0.0
        for index in np.ndindex(*target.shape):
            total += weight[index] * (target[index] - prediction[index]) ** 2
            marked += weight[index]
        return total / marked

    def test_against_a_naive_loop(self, compare):
        compare(squared_error, self.naive, TARGET, PREDICTION)

    @pytest.mark.parametrize("name", MARKS)
    def test_marks_against_a_naive_loop(self, compare, name):
        marks = MARKS[name]
        compare(
            lambda t, p: squared_error(t, p, np.asarray(marks, p.dtype.name)),
            lambda t, p: self.naive(t, p, marks),
            TARGET,
            PREDICTION,
        )

    def test_a_copy_costs_nothing(self):
        assert float(squared_error(TARGET, TARGET)) == 0
        assert float(squared_error(TARGET, TARGET, MARKS["pixels"])) == 0

    @pytest.mark.parametrize("name", MARKS)
    def test_a_constant_error_costs_its_square_however_many_are_marked(self, name):
        loss = float(squared_error(TARGET, TARGET - 0.3, MARKS[name]))
        assert loss == pytest.approx(0.09, rel=1e-12)

    def test_everything_marked_is_no_mark(self):
        plain = float(squared_error(TARGET, PREDICTION))
        marked = float(squared_error(TARGET, PREDICTION, np.ones((1, 1, 1))))
        assert marked == pytest.approx(plain, rel=1e-12)

    @pytest.mark.parametrize("name", ["each", "pixels", "rows", "images"])
    def test_what_is_not_marked_does_not_count(self, name, gradients):
        marks = MARKS[name]
        plain = float(squared_error(TARGET, PREDICTION, marks))
        hidden = PREDICTION + 100 * (1 - marks)
        assert float(squared_error(TARGET, hidden, marks)) == pytest.approx(plain, rel=1e-12)
        (gradient,) = gradients(lambda p: squared_error(TARGET, p, marks), PREDICTION)
        assert np.array_equal(gradient != 0, np.broadcast_to(marks == 1, gradient.shape))

    def test_the_size_of_the_marks_does_not_count(self):
        marks = MARKS["pixels"]
        plain = float(squared_error(TARGET, PREDICTION, marks))
        doubled = float(squared_error(TARGET, PREDICTION, 2 * marks))
        assert doubled == pytest.approx(plain, rel=1e-12)

    @pytest.mark.parametrize("kind", [bool, int, "float32"])
    def test_marks_may_be_booleans_or_integers(self, kind):
        marks = MARKS["pixels"]
        plain = float(squared_error(TARGET, PREDICTION, marks))
        other = float(squared_error(TARGET, PREDICTION, marks.astype(kind)))
        assert other == pytest.approx(plain, rel=1e-12)
