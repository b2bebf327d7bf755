"""The broken methods of chapter 3 lack the one part that they are said to lack, and no other."""

import keras
import numpy as np
import pytest

from ssl_course import networks
from ssl_course.chapters import collapse
from ssl_course.methods import IJEPA, MaskedAutoencoder, SimSiam
from ssl_course.methods.masked import patches
from ssl_course.objectives import negative_cosine

IMAGES = np.random.default_rng(0).random((6, 28, 28, 1)).astype("float32")


def small(kind, role, outputs):
    """A method on tokens; the seed decides weights and masks."""
    keras.utils.set_random_seed(0)
    answerer = networks.transformer(64, depth=1, outputs=outputs, name=role)
    return kind(networks.tokenizer(), networks.transformer(depth=1), answerer, seed=3)


def two_views(kind):
    return kind(
        networks.patch_encoder(),
        networks.projector(),
        networks.predictor(),
        views=keras.layers.Identity(),
    )


@pytest.fixture
def four():
    """Projections and predictions of two views."""
    return list(np.random.default_rng(1).normal(size=(4, 16, 128)).astype("float32"))


def test_without_a_stop_the_value_is_that_of_simsiam(four):
    broken, intact = two_views(collapse.NoStop), two_views(SimSiam)
    assert np.isclose(broken.objective(*four), intact.objective(*four), atol=1e-5)


def test_without_a_predictor_the_predictions_have_no_say(four):
    first, second, *predictions = four
    method = two_views(collapse.NoPredictor)
    loss = method.objective(first, second, *predictions)
    assert np.isclose(loss, method.objective(first, second, *predictions[::-1]))
    assert np.isclose(loss, negative_cosine(first, second), atol=1e-5)


def test_the_copier_is_asked_for_what_the_masked_autoencoder_is_not():
    method = small(collapse.Copier, "decoder", 16)
    outputs = method(IMAGES)
    error = (np.asarray(patches(IMAGES, 4)) - np.asarray(outputs.pixels)) ** 2
    hidden = np.asarray(outputs.mask)[..., 0] == 1
    assert np.isclose(method.compare(IMAGES, outputs), error[~hidden].mean(), rtol=1e-4)
    asked = MaskedAutoencoder.compare(method, IMAGES, outputs)
    assert np.isclose(asked, error[hidden].mean(), rtol=1e-4)


def test_the_shortcut_wants_what_i_jepa_wants_while_both_networks_are_equal():
    broken, intact = (small(kind, "predictor", 96) for kind in (collapse.Shortcut, IJEPA))
    for ours, theirs in zip(broken(IMAGES), intact(IMAGES), strict=True):
        assert np.allclose(ours, theirs, atol=1e-4)


@pytest.mark.parametrize("count", [1, 4, 256])
def test_outputs_in_use_counts_equal_ones(count):
    p = np.zeros(256)
    p[:count] = 1 / count
    assert np.isclose(collapse.outputs_in_use(p), count, rtol=1e-3)


def test_image_share_is_the_part_that_differs_between_images():
    place = np.random.default_rng(0).normal(size=(1, 5, 8))
    image = np.array([-1.0, 1.0])[:, None, None]
    assert collapse.image_share(np.repeat(place, 2, axis=0)) == 0
    assert np.isclose(collapse.image_share(place + 0.5 * image), 0.25)
