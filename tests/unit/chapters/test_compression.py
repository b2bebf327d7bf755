"""Smaller encoders and several tasks: `compression` and `multitask`."""

import keras
import numpy as np
import pytest

from ssl_course import networks
from ssl_course.chapters import compression
from ssl_course.chapters.multitask import TASKS, Budget, MultiTask


@pytest.fixture
def images():
    return np.random.default_rng(0).uniform(size=(16, 28, 28, 1)).astype("float32")


@pytest.fixture
def encoder(images):
    keras.utils.set_random_seed(0)
    encoder = networks.patch_encoder()
    for _ in range(20):
        encoder(images, training=True)
    return encoder


def test_masks_share_one_threshold():
    kernels = [np.array([[0.1, -0.2]]), np.array([3.0, -4.0, 0.05])]
    first, second = compression.magnitude_masks(kernels, 0.6)
    assert first.tolist() == [[False, False]]
    assert second.tolist() == [True, True, False]
    assert all(mask.all() for mask in compression.magnitude_masks(kernels, 0.0))


def test_pruned_weights_stay_removed_while_others_are_trained(encoder, images):
    masks = compression.prune(encoder, 0.5)
    before = [layer.kernel.numpy() for layer in compression.convolutions(encoder)]
    encoder.compile("adam", "mse")
    encoder.fit(images, np.ones((16, 2048)), verbose=0)
    for old, layer, mask in zip(before, compression.convolutions(encoder), masks, strict=True):
        new = layer.kernel.numpy()
        assert (new[~mask] == 0).all()
        assert not np.allclose(new[mask], old[mask])
    assert np.isclose(np.concatenate([mask.ravel() for mask in masks]).mean(), 0.5, atol=1e-3)


def test_folding_loses_nothing(encoder, images):
    x = images
    for (kernel, bias), stride in zip(compression.folded(encoder), (4, 2), strict=True):
        x = keras.ops.conv(x, kernel.astype("float32"), strides=stride, padding="same")
        x = np.maximum(np.asarray(x) + bias.astype("float32"), 0)
    # Sums of 576 products in float32.
    expected = encoder.predict(images, verbose=0)
    assert np.allclose(x.reshape(len(images), -1), expected, rtol=1e-4, atol=1e-4)


def test_folding_and_eight_bits_keep_the_function(encoder, images):
    kernels, biases = zip(*compression.folded(encoder), strict=True)
    expected = encoder.predict(images, verbose=0)
    step = compression.hidden_peak(kernels[0], biases[0], images) / 255
    whole, scales = zip(*(compression.quantize(kernel) for kernel in kernels), strict=True)
    found = compression.in_eights(whole, biases, scales, step, images)
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() < 0.05 * expected.max()
    assert np.corrcoef(found.ravel(), expected.ravel())[0, 1] > 0.999


@pytest.mark.parametrize("bits", [2, 4, 8])
@pytest.mark.parametrize("per_channel", [True, False])
def test_quantized_weights_are_within_half_a_step(bits, per_channel):
    kernel = np.random.default_rng(0).normal(size=(3, 3, 4, 6)) * [1, 10, 0, 1, 1, 1]
    integers, scales = compression.quantize(kernel, bits, per_channel)
    assert np.abs(integers).max() == 2 ** (bits - 1) - 1
    assert scales.shape == ((6,) if per_channel else ())
    assert (np.abs(integers * scales - kernel) <= 0.501 * scales).all()
    assert (integers[..., 2] == 0).all()


def test_bits_out_of_range():
    with pytest.raises(ValueError, match="2 to 8"):
        compression.quantize(np.ones((1, 1, 1, 1)), 9)


def test_packed_integers_can_be_read_back():
    integers = np.arange(-8, 8, dtype=np.int8)
    bytes_ = compression.packed(integers)
    back = np.stack([bytes_ & 15, bytes_ >> 4], axis=1).ravel().astype(np.int8)
    assert np.array_equal(np.where(back > 7, back - 16, back), integers)


def test_sizes():
    dense = {"kernel": np.ones((10, 100), "float32")}
    sparse = {"kernel": np.where(np.arange(1000) % 10, 0, 1).astype("float32")}
    assert compression.bytes_dense(dense) >= 4000
    assert compression.bytes_sparse(dense) == compression.bytes_dense(dense)
    assert compression.bytes_sparse(sparse) < 1000 / 8 + 400 + 200
    assert compression.bytes_zipped(sparse) < 500


def test_distillation_teaches_the_student_alone(encoder, images):
    said = encoder.predict(images, verbose=0)
    student = compression.small_encoder()
    method = compression.Distillation(student, encoder, keras.layers.Identity())
    method.compile(keras.optimizers.Adam(1e-2))
    losses = method.fit(images, epochs=20, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    assert np.allclose(encoder.predict(images, verbose=0), said)
    assert student.count_params() < encoder.count_params() / 10


def test_a_small_projector_fits_the_small_encoder(images):
    student = compression.small_encoder()
    assert compression.small_projector(student)(student(images)).shape == (16, 128)


def test_only_named_tasks_are_computed(encoder, images):
    alone = MultiTask(encoder, keras.layers.Identity(), {"rotation": 1.0})
    assert list(alone.losses_of(images)) == ["rotation"]
    assert not hasattr(alone, "decoder")
    together = MultiTask(encoder, keras.layers.Identity(), dict.fromkeys(TASKS, 2.0))
    losses = together(images)
    assert losses.shape == (3,)
    assert np.isclose(together.compute_loss(y_pred=losses), 2 * float(sum(losses)), rtol=1e-5)
    with pytest.raises(ValueError, match="unknown task juggling"):
        MultiTask(encoder, keras.layers.Identity(), {"juggling": 1.0})


def test_budget_stops_and_lowers_the_rate(encoder, images):
    method = MultiTask(encoder, keras.layers.Identity(), {"rotation": 1.0})
    method.compile(keras.optimizers.Adam(1e-3))
    budget = Budget(0.2)
    method.fit(images, epochs=10_000, callbacks=[budget], verbose=0)
    assert budget.spent >= 0.2
    assert 1 < budget.steps < 10_000
    assert float(method.optimizer.learning_rate) < 1e-4
