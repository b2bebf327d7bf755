"""Networks, objective and method of the reconstruction family."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ssl_course import data, networks, views
from ssl_course.methods import Autoencoder
from ssl_course.objectives import binary_cross_entropy


@pytest.fixture(scope="module")
def digits():
    return data.load("mnist").train.x[:512]


def autoencoder(code_size=None, corruption=None):
    keras.utils.set_random_seed(0)
    parts = networks.conv_encoder(code_size), networks.conv_decoder(code_size)
    return Autoencoder(*parts, corruption)


@pytest.mark.parametrize(("code_size", "code_shape"), [(None, (2, 7, 7, 64)), (32, (2, 32))])
def test_shapes(digits, code_size, code_shape):
    method = autoencoder(code_size)
    code = method.encoder(digits[:2])
    assert code.shape == code_shape
    rebuilt = np.asarray(method.decoder(code))
    assert rebuilt.shape == (2, 28, 28, 1)
    assert 0 < rebuilt.min() <= rebuilt.max() < 1


def test_parameters_counted_by_hand():
    encoder, decoder = networks.conv_encoder(), networks.conv_decoder()
    assert encoder.count_params() == (9 * 1 + 1) * 32 + (9 * 32 + 1) * 64
    assert decoder.count_params() == (9 * 64 + 1) * 64 + (9 * 64 + 1) * 32 + (9 * 32 + 1)
    squeezed = networks.conv_encoder(32).count_params() - encoder.count_params()
    assert squeezed == (3136 + 1) * 32
    expanded = networks.conv_decoder(32).count_params() - decoder.count_params()
    assert expanded == (32 + 1) * 3136


@pytest.mark.parametrize("code_size", [None, 32])
def test_every_weight_has_a_name_of_its_own(code_size):
    names = [weight.path for weight in autoencoder(code_size).weights]
    assert len(set(names)) == len(names) == (10 if code_size is None else 14)


def test_halves_make_the_whole(digits):
    method = autoencoder()
    assert np.array_equal(method(digits[:8]), method.decoder(method.encoder(digits[:8])))


def test_loss_falls_and_gradients_reach_every_weight(digits):
    method = autoencoder(32, views.AddNoise(0.2))
    method.compile("adam")
    start = [weight.numpy() for weight in method.weights]
    losses = method.fit(digits, batch_size=64, epochs=3, verbose=0).history["loss"]
    assert losses[-1] < 0.8 * losses[0]
    for before, weight in zip(start, method.trainable_weights, strict=True):
        assert not np.array_equal(before, weight.numpy()), f"{weight.path} did not move"


def test_the_clean_image_is_the_target(digits):
    """A corruption that erases everything still has the clean image as its target."""

    class Erase(keras.layers.Layer):
        def call(self, images, training=False):
            return images * 0 if training else images

    method = autoencoder(corruption=Erase())
    seen = method(digits[:4], training=True)
    assert np.array_equal(seen, method.decoder(method.encoder(digits[:4] * 0)))
    loss = method.compute_loss(x=digits[:4], y_pred=seen)
    assert np.allclose(loss, binary_cross_entropy(digits[:4], seen))
    assert np.array_equal(method(digits[:4]), method.decoder(method.encoder(digits[:4])))

    # And so in Keras's own loops; with a step of 0 the weights stay as they are.
    method.compile(keras.optimizers.SGD(0.0))
    fitted = method.fit(digits[:4], verbose=0).history["loss"][0]
    # Graph and eager mode sum in different orders: some roundings of float32 (6e-8 each).
    assert fitted == pytest.approx(float(loss), rel=1e-5)
    clean = float(binary_cross_entropy(digits[:4], method(digits[:4])))
    assert method.evaluate(digits[:4], verbose=0) == pytest.approx(clean, rel=1e-5)
    assert abs(clean - float(loss)) > 1e-4 * clean, "the two losses cannot be told apart"


class TestBinaryCrossEntropy:
    rng = np.random.default_rng(0)
    target = rng.uniform(0, 1, (5, 6)).astype("float64")
    prediction = rng.uniform(0.05, 0.95, (5, 6)).astype("float64")

    @staticmethod
    def naive(target, prediction):
        total = 0.0
        for t, p in zip(target.ravel(), prediction.ravel(), strict=True):
            total -= t * np.log(p) + (1 - t) * np.log(1 - p)
        return total / target.size

    def test_against_a_naive_loop(self):
        loss = float(binary_cross_entropy(self.target, self.prediction))
        # float64 in, float64 out: Keras computes in the precision of the prediction.
        assert loss == pytest.approx(self.naive(self.target, self.prediction), rel=1e-12)
        single = float(binary_cross_entropy(*map(np.float32, (self.target, self.prediction))))
        assert single == pytest.approx(loss, rel=1e-5)

    def test_a_coin_costs_log_two(self):
        loss = float(binary_cross_entropy(self.target, np.full((5, 6), 0.5)))
        assert loss == pytest.approx(np.log(2), rel=1e-12)

    def test_a_perfect_copy_costs_the_entropy(self):
        floor = float(binary_cross_entropy(self.target, self.target))
        assert floor == pytest.approx(self.naive(self.target, self.target), rel=1e-12)
        assert floor > 0
        assert floor < float(binary_cross_entropy(self.target, self.target + 1e-3))
        assert floor < float(binary_cross_entropy(self.target, self.target - 1e-3))

    def test_black_and_white_can_be_copied_at_no_cost(self):
        pixels = np.array([[0.0, 1.0, 1.0, 0.0]])
        # Keras moves predictions away from 0 and 1 by 1e-7, and -log(1 - 1e-7) = 1e-7.
        assert 0 <= float(binary_cross_entropy(pixels, pixels)) <= 1.1e-7

    def test_one_image_counts_as_much_as_another(self):
        first, second = (
            float(binary_cross_entropy(self.target[i : i + 1], self.prediction[i : i + 1]))
            for i in (0, 1)
        )
        both = float(binary_cross_entropy(self.target[:2], self.prediction[:2]))
        assert both == pytest.approx((first + second) / 2, rel=1e-12)

    def test_gradient_against_finite_differences_and_the_closed_form(self):
        prediction = tf.Variable(self.prediction)
        with tf.GradientTape() as tape:
            loss = binary_cross_entropy(self.target, prediction)
        gradient = np.asarray(tape.gradient(loss, prediction))
        step, differences = 1e-5, np.empty_like(gradient)
        for index in np.ndindex(*gradient.shape):
            shift = np.zeros_like(gradient)
            shift[index] = step
            above, below = (
                self.naive(self.target, self.prediction + sign * shift) for sign in (1, -1)
            )
            differences[index] = (above - below) / (2 * step)
        # The central difference is off by step² times a third derivative: some 1e-7.
        scale = np.abs(gradient).max()
        assert np.abs(gradient - differences).max() <= 1e-5 * scale
        p = self.prediction
        assert np.allclose(gradient, (p - self.target) / (p * (1 - p)) / p.size, rtol=1e-9)
