"""Near copies: pixels agree after a move, and the candidate that agrees best is taken."""

import numpy as np
import pytest

from ssl_course.chapters import near_copies


@pytest.fixture
def images():
    return np.random.default_rng(0).random((6, 28, 28, 1)).astype("float32")


def test_a_moved_copy_agrees_and_another_image_does_not(images):
    moved = np.roll(images, (1, -2), axis=(1, 2))
    np.testing.assert_allclose(near_copies.aligned(images, moved), 1, atol=1e-5)
    assert near_copies.aligned(images, images[::-1]).max() < 0.3


def test_light_does_not_count_and_reach_is_kept(images):
    np.testing.assert_allclose(near_copies.aligned(images, 0.5 * images + 0.2), 1, atol=1e-5)
    moved = np.roll(images, 3, axis=1)
    assert near_copies.aligned(images, moved).max() < 0.3


def test_the_pixels_choose_among_what_the_features_propose(images):
    others = images[::-1]
    cosine = np.zeros((6, 6))
    cosine[:, 0] = 0.9  # proposed for all
    cosine[np.arange(6), 5 - np.arange(6)] = 0.5  # the copy itself
    found = near_copies.closest(images, others, cosine, candidates=2)
    assert found.place.tolist() == [5, 4, 3, 2, 1, 0]
    np.testing.assert_allclose(found.correlation, 1, atol=1e-5)
    assert (found.cosine[:5] == 0.9).all()
    # With one candidate the copy is not among them.
    assert near_copies.closest(images, others, cosine, candidates=1).correlation[:5].max() < 0.3


def test_an_altered_copy_is_a_near_one(images):
    smooth = np.cumsum(images, axis=1) / 30
    copies = near_copies.altered(smooth, np.random.default_rng(1))
    assert not np.array_equal(copies, smooth)
    assert near_copies.aligned(smooth, copies).min() > 0.95
    assert copies.min() >= 0
    assert copies.max() <= 1
