"""Mixed precision and larger batches; the arithmetic is tested here, the speed needs a GPU."""

import keras
import numpy as np
import pytest
from keras import ops

from ssl_course import data
from ssl_course.pretrain import RECIPES, hardware, training

NAMES = ("fashion_mnist-simclr", "fashion_mnist-vae", "fashion_mnist-gan", "reviews-masked")


@pytest.fixture(scope="module", params=NAMES)
def pair(request):
    """One recipe in full and in mixed precision: methods after an epoch, and losses before it."""
    recipe = RECIPES[request.param]
    dataset = data.load(recipe.dataset)
    losses, methods = [], []
    for mixed in (False, True):
        method = training.build(recipe, dataset, mixed_precision=mixed)
        images = dataset.unlabeled[:128]
        losses.append(method.evaluate(images, batch_size=32, verbose=0))
        method.before = [ops.convert_to_numpy(v) for v in method.trainable_variables]
        # The first steps may be skipped: a loss scale that is too large is found by halving it.
        fit = method.fit(images, batch_size=16, verbose=0, shuffle=False)
        method.last_loss = fit.history["loss"][-1]
        methods.append(method)
    return methods, losses


def test_loss_is_nearly_the_same(pair):
    (_, method), (full, mixed) = pair
    assert np.isfinite(method.last_loss)
    assert mixed == pytest.approx(full, rel=0.02)  # float16 has three digits


def test_weights_and_representation_stay_float32(pair):
    (_, mixed), _ = pair
    assert {str(variable.dtype) for variable in mixed.trainable_variables} == {"float32"}
    assert str(mixed.encoder.output.dtype) == "float32"


def test_everything_moves(pair):
    (full, mixed), _ = pair

    def moved(method):
        after = [ops.convert_to_numpy(v) for v in method.trainable_variables]
        return [not np.array_equal(a, b) for a, b in zip(method.before, after, strict=True)]

    assert moved(mixed) == moved(full)
    assert np.mean(moved(full)) > 0.9  # all but biases that no loss sees


def test_convolutions_are_halved_and_nothing_else():
    method = training.build(RECIPES["fashion_mnist-simclr"], mixed_precision=True)
    for layer in method.encoder.layers[:-1]:
        half = isinstance(layer, hardware.HALF)
        assert layer.compute_dtype == ("float16" if half else "float32"), layer.name


def test_larger_batches_have_a_larger_rate_and_nothing_else_changes():
    recipe = RECIPES["fashion_mnist-simclr"]
    large = hardware.for_gpu(recipe)
    assert large.batch_size == 4 * recipe.batch_size
    assert large.learning_rate == 2 * recipe.learning_rate
    same = {"batch_size", "learning_rate"}
    assert {k for k, v in vars(recipe).items() if vars(large)[k] != v} == same


@pytest.mark.parametrize(("devices", "found"), [([], False), (["gpu:0"], True)])
def test_has_gpu_asks_the_backend(monkeypatch, devices, found):
    monkeypatch.setattr(keras.distribution, "list_devices", {"gpu": devices}.get)
    assert hardware.has_gpu() is found


@pytest.mark.parametrize("name", ["fashion_mnist-masked", "spoken_digits-cpc"])
def test_layers_inside_of_models_and_of_sound_are_halved_too(name):
    method = training.build(RECIPES[name], mixed_precision=True)
    half = [layer for layer in hardware._leaves(method.encoder) if isinstance(layer, hardware.HALF)]
    computed = [layer.compute_dtype for layer in half]
    assert computed.count("float16") >= max(1, len(half) - 1)


@pytest.mark.skipif(not hardware.has_gpu(), reason="there is no GPU")
def test_on_a_gpu_a_recipe_trains_in_mixed_precision(private, mirror, monkeypatch):
    from ssl_course.pretrain import pretrain

    monkeypatch.setenv("SSL_COURSE_DATA", str(mirror))
    method = pretrain("mnist-bottleneck", "full")
    assert method.card["gpu"]["batch_size"] == 4 * RECIPES["mnist-bottleneck"].batch_size
    assert np.isfinite(method.history["loss"]).all()
