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
        # Keras computes in float32 (6e-8) and clips predictions at 1e-7.
        assert loss == pytest.approx(self.naive(self.target, self.prediction), rel=1e-5)

    def test_a_coin_costs_log_two(self):
        loss = float(binary_cross_entropy(self.target, np.full((5, 6), 0.5)))
        assert loss == pytest.approx(np.log(2), rel=1e-6)

    def test_a_perfect_copy_costs_the_entropy(self):
        floor = float(binary_cross_entropy(self.target, self.target))
        assert floor == pytest.approx(self.naive(self.target, self.target), rel=1e-5)
        assert floor > 0
        assert floor < float(binary_cross_entropy(self.target, self.prediction))

    def test_gradient_against_the_closed_form(self):
        prediction = tf.Variable(self.prediction, dtype=tf.float32)
        with tf.GradientTape() as tape:
            loss = binary_cross_entropy(self.target, prediction)
        p = self.prediction
        expected = (p - self.target) / (p * (1 - p)) / p.size
        # 1e-4: float32, and a quotient of small numbers where prediction and target are near.
        assert np.allclose(tape.gradient(loss, prediction), expected, rtol=1e-4, atol=1e-7)
