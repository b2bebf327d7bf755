"""Corruptions: random per image and per step, repeatable by seed, idle outside of training."""

import numpy as np
import pytest
import tensorflow as tf

from ssl_course import views

IMAGES = np.random.default_rng(0).uniform(0.4, 0.6, (64, 28, 28, 1)).astype("float32")
LAYERS = [lambda seed=0: views.AddNoise(0.3, seed), lambda seed=0: views.MaskPatches(4, 0.5, seed)]


@pytest.mark.parametrize("build", LAYERS)
class TestEvery:
    def test_idle_outside_of_training(self, build):
        assert np.array_equal(build()(IMAGES), IMAGES)

    def test_range_and_shape(self, build):
        corrupted = np.asarray(build()(IMAGES, training=True))
        assert corrupted.shape == IMAGES.shape
        assert corrupted.min() >= 0
        assert corrupted.max() <= 1

    def test_each_image_and_each_step_has_its_own_draw(self, build):
        layer = build()
        same = np.repeat(IMAGES[:1], 2, axis=0)
        first, second = np.asarray(layer(same, training=True))
        assert not np.array_equal(first, second)
        assert not np.array_equal(layer(IMAGES, training=True), layer(IMAGES, training=True))

    def test_two_steps_in_one_graph_differ(self, build):
        layer = build()
        graph = tf.function(lambda x: (layer(x, training=True), layer(x, training=True)))
        assert not np.array_equal(*graph(IMAGES))

    def test_two_calls_of_one_graph_differ(self, build):
        """The batch size is unknown in this graph, as it is in ``fit``."""
        signature = [tf.TensorSpec((None, 28, 28, 1))]
        layer = build()
        graph = tf.function(lambda x: layer(x, training=True), input_signature=signature)
        first, second = np.asarray(graph(IMAGES)), np.asarray(graph(IMAGES))
        assert not np.array_equal(first, second)
        # One rounding of float32 (6e-8) more or less: a graph may fuse multiply and add.
        assert np.allclose(first, build()(IMAGES, training=True), atol=1e-6)

    def test_repeatable_by_seed(self, build):
        first = np.asarray(build(1)(IMAGES, training=True))
        assert np.array_equal(first, build(1)(IMAGES, training=True))
        assert not np.array_equal(first, build(2)(IMAGES, training=True))


@pytest.mark.parametrize("build", [views.AddNoise, views.MaskPatches])
def test_two_layers_draw_apart(build):
    """Unless they are told the same seed, or the random state is set in between."""
    given = (0.5,) if build is views.AddNoise else (4, 0.5)
    first, second = (build(*given)(IMAGES, training=True) for _ in range(2))
    assert not np.array_equal(first, second)


def test_patches_that_do_not_fit():
    with pytest.raises(ValueError, match="28 × 28 pixels cannot be cut into patches of 5"):
        views.MaskPatches(5, 0.5)(IMAGES, training=True)


def test_noise_has_the_standard_deviation_asked_for():
    noise = np.asarray(views.AddNoise(0.05)(IMAGES, training=True)) - IMAGES
    # 50,176 draws: the standard error of their deviation is 0.05/√(2·50,176) = 0.00016.
    assert abs(noise.std() - 0.05) < 0.001


def test_mask_hides_whole_patches_at_the_rate_asked_for():
    masked = np.asarray(views.MaskPatches(4, 0.25)(IMAGES, training=True))
    patches = masked.reshape(64, 7, 4, 7, 4).transpose(0, 1, 3, 2, 4).reshape(-1, 16)
    hidden = (patches == 0).all(axis=1)
    assert (hidden | (patches > 0).all(axis=1)).all(), "a patch is hidden in part"
    # 3,136 patches: the standard error of the share is √(0.25·0.75/3136) = 0.008.
    assert abs(hidden.mean() - 0.25) < 0.03
