import keras
import numpy as np
import pytest
from keras import ops

from ssl_course import views
from ssl_course.chapters import leaks
from ssl_course.data import Dataset, Split
from ssl_course.methods import Puzzle

CORNERS = {"lower right": (24, 24), "upper right": (1, 24), "upper left": (1, 1)}
"""Where the stamp is after 0, 1 and 2 turns; whatever is left is lower left."""


@pytest.fixture(scope="module")
def reader():
    """A network that does nothing but say in which corner it is brightest."""
    images = keras.Input((28, 28, 1))
    places = [*CORNERS.values(), (24, 1)]
    light = [ops.mean(images[:, r : r + 3, c : c + 3, 0], axis=(1, 2)) for r, c in places]
    encoder = keras.Model(images, ops.stack(light, axis=1))
    return Puzzle(encoder, keras.Sequential([keras.Input((4,)), keras.layers.Identity()]), None)


@pytest.fixture
def images():
    return np.random.default_rng(0).uniform(0.2, 0.8, (40, 28, 28, 1)).astype("float32")


def test_stamp_is_nine_white_pixels_of_a_copy(images):
    before = images.copy()
    stamped = leaks.stamped(images)
    assert (stamped == 1).sum(axis=(1, 2, 3)).tolist() == [9] * len(images)
    assert np.array_equal(images, before)
    assert np.array_equal(stamped != before, stamped == 1)


def test_stamp_tells_the_turn(reader, images):
    turns = leaks.all_turns(reader, leaks.stamped(images))
    assert np.array_equal(turns, np.repeat(np.arange(4)[:, None], len(images), axis=1))


def test_cover_looks_the_same_in_all_turns_and_hides_the_stamp(reader, images):
    covered = leaks.covered(images)
    assert (covered == 0).sum() == 36 * len(images)
    assert (covered == 1).sum() == 0
    assert len({tuple(row) for row in leaks.all_turns(reader, covered)}) == 1
    white = leaks.covered(np.ones((1, 28, 28, 1), "float32"))
    assert all(np.array_equal(np.rot90(white, turn, axes=(1, 2)), white) for turn in range(4))


def test_balance_puts_a_pixel_in_four_places_equally_often():
    dots = np.zeros((4000, 28, 28, 1), "float32")
    dots[:, 14, 14] = 1
    _, rows, columns, _ = np.nonzero(leaks.balanced(dots))
    places, counts = np.unique(np.stack([rows, columns]), axis=1, return_counts=True)
    assert places.T.tolist() == [[13, 13], [13, 14], [14, 13], [14, 14]]
    assert counts.min() > 900


def test_rotation_network_answers_one_of_four_from_its_seed(images):
    first, again = leaks.rotation(3), leaks.rotation(3)
    assert isinstance(first.puzzle, views.Turn)
    np.testing.assert_array_equal(first.encoder(images), again.encoder(images))
    assert set(leaks.answers(first, images)) <= set(range(4))


def test_run_is_looked_at_before_and_after_each_block(images, monkeypatch):
    monkeypatch.setattr(leaks, "BLOCK", 2)
    monkeypatch.setattr(leaks, "BATCH", 10)
    monkeypatch.setattr(leaks, "LABELS", 2)
    labels = np.arange(40) % 4
    split = Split(images, labels)
    clothes = Dataset("toy", tuple("abcd"), images, split, split, split, None, "made here", "")
    _, looks = leaks.followed(lambda x: x, clothes, blocks=2)
    assert [each["step"] for each in looks] == [0, 2, 4]
    assert [np.isfinite(each["loss"]) for each in looks] == [False, True, True]
    assert all(0 <= each[name] <= 1 for each in looks for name in ("right", "probe"))
