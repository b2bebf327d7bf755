"""Feature maps of whole pictures, and the overlap of masks."""

import keras
import numpy as np
import pytest

from ssl_course import networks
from ssl_course.chapters import segmentation


@pytest.fixture(scope="module")
def encoder():
    keras.utils.set_random_seed(0)
    return networks.patch_encoder()


def test_a_feature_sees_fifteen_pixels_around_the_center_of_its_cell(encoder):
    picture = np.random.default_rng(0).random((48, 64))
    before = segmentation.dense(encoder, picture, window=1)
    assert before.shape == (6, 8, 128)
    place = 8 * 3 + 4
    for distance, changes in ((segmentation.FIELD, True), (segmentation.FIELD + 1, False)):
        for sign in (-1, 1):
            changed = picture.copy()
            changed[place, place + sign * distance] += 5
            after = segmentation.dense(encoder, changed, window=1)
            assert np.allclose(before[3, 3], after[3, 3], atol=1e-6) != changes


def test_dense_is_the_encoder_away_from_the_edges(encoder):
    picture = np.random.default_rng(1).random((48, 48)).astype("float32")
    features = segmentation.dense(encoder, picture, window=1)
    patch = encoder(picture[None, 10:38, 10:38, None]).numpy().reshape(4, 4, 128)
    assert np.allclose(features[2, 2], patch[1, 1], atol=1e-5)


def test_sides_that_are_no_multiple_of_a_cell(encoder):
    picture = np.zeros((30, 21))
    assert segmentation.dense(encoder, picture).shape == (4, 3, 128)
    assert segmentation.texture(picture).shape == (4, 3, 28)
    assert segmentation.at_cells(picture).shape == (4, 3)


def test_cells_and_pixels_agree_at_the_centers():
    scores = np.random.default_rng(0).random((4, 5))
    spread = segmentation.at_pixels(scores, (32, 40))
    assert spread.shape == (32, 40)
    assert np.allclose(segmentation.at_cells(spread), scores)


def test_texture_of_a_flat_picture_is_flat():
    features = segmentation.texture(np.full((32, 32), 0.5))
    assert np.allclose(features[..., ::7], 0.5)
    assert np.allclose(np.delete(features, np.s_[::7], axis=-1), 0, atol=2e-3)


@pytest.mark.parametrize(
    ("found", "truth", "expected"),
    [
        ([1, 1, 0, 0], [1, 0, 1, 0], (1 / 2, 1 / 3)),
        ([1, 1, 0, 0], [1, 1, 0, 0], (1, 1)),
        ([1, 0, 0, 0], [0, 1, 0, 0], (0, 0)),
        ([0, 0, 0, 0], [0, 0, 0, 0], (1, 1)),
    ],
)
def test_overlap(found, truth, expected):
    assert segmentation.overlap(np.array(found, bool), np.array(truth, bool)) == pytest.approx(
        expected
    )
