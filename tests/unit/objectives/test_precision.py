"""Half precision, rows of no length, features of no spread, batches of one."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from test_all_objectives import ALL, objective

from ssl_course import objectives
from ssl_course.objectives import barlow_twins, coral, mmd, negative_cosine, normalize, vicreg

RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(2, 16, 8))


@pytest.mark.parametrize("kind", ["float16", "bfloat16"])
@pytest.mark.parametrize("name", ALL)
def test_half_precision(name, kind):
    """A number of float16 is off by 5e-4 of itself, one of bfloat16 by 4e-3."""
    half = [tf.cast(tf.constant(array), kind) for array in ALL[name]]
    exact = float(objective(name)(*[tf.cast(array, "float32") for array in half]))
    loss = objective(name)(*half)
    assert loss.dtype == "float32"
    assert float(loss) == pytest.approx(exact, rel=1e-3)  # DINO's center is rounded too
    single = float(objective(name)(*[tf.constant(array, "float32") for array in ALL[name]]))
    share = 1e-2 if kind == "float16" else 5e-2
    assert float(loss) == pytest.approx(single, rel=share, abs=share * 0.1)


class TestNormalize:
    def test_length_one_in_half_precision(self):
        """Squares of numbers above 256 or below 2e-4 are no numbers of float16."""
        for scale in (1e-4, 1.0, 1e3):
            lengths = np.linalg.norm(normalize(np.float16(scale * ROWS[0])), axis=1)
            assert np.allclose(lengths, 1, atol=1e-6)

    def test_columns(self):
        assert np.allclose(np.linalg.norm(normalize(ROWS[0], axis=0), axis=0), 1)

    def test_the_gradient_at_zero_is_bounded(self, gradients):
        zero = np.zeros((1, 8), "float32")
        (found, _) = gradients(negative_cosine, zero, np.float32(ROWS[0, :1]))
        assert 0 < np.abs(found).max() <= 1 / objectives.EPSILON


class TestBarlowTwins:
    def test_a_feature_of_no_spread_has_a_bounded_gradient(self, gradients):
        """1 / √1e-5 = 316 times that of a feature of spread 1, at the most; it was 100,000."""
        first, second = np.float32(ROWS)
        usual = np.abs(gradients(barlow_twins, first, second)[0]).max()
        first = first.copy()
        first[:, 0] = 1 / 3
        found = np.abs(gradients(barlow_twins, first, second)[0]).max()
        assert found < 320 * usual

    def test_like_a_batch_normalization(self):
        """The authors normalize by one, without scale and shift."""
        norm = keras.layers.BatchNormalization(epsilon=1e-5, center=False, scale=False)
        small = np.float32(0.01 * ROWS)
        a, b = (np.asarray(norm(view, training=True), "float64") for view in small)
        correlation = a.T @ b / 16
        off = correlation - np.diag(np.diag(correlation))
        expected = np.sum((1 - np.diag(correlation)) ** 2) + 0.005 * np.sum(off**2)
        assert float(barlow_twins(*small)) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("offset", [1e3, 1e4])
def test_mmd_does_not_see_where_both_samples_lie(offset):
    near, far = np.float32(ROWS), np.float32(ROWS + offset)
    # At 1e4, float32 has steps of 1e-3: of the distances, 0.1 % is lost at the start.
    assert float(mmd(*far)) == pytest.approx(float(mmd(*near)), abs=2e-3)


@pytest.mark.parametrize("distance", [coral, mmd, vicreg])
class TestBatchOfOne:
    row = np.float32(ROWS[:, :1])

    def test_is_refused_where_it_is_seen(self, distance):
        with pytest.raises(ValueError, match="batch of one has no variance"):
            distance(*self.row)

    def test_is_finite_in_a_graph(self, distance, gradients):
        """A graph of batches of any size cannot refuse the last one."""
        compiled = tf.function(distance, input_signature=[tf.TensorSpec((None, 8))] * 2)
        assert np.isfinite(float(compiled(*self.row)))
        for gradient in gradients(compiled, *self.row):
            assert np.isfinite(gradient).all()
