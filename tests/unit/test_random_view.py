"""Random views and puzzles: random per image and per call, and each does what it says."""

from itertools import permutations

import keras
import numpy as np
import pytest
import tensorflow as tf

from ssl_course import views
from ssl_course.views import RandomView, resample

RNG = np.random.default_rng(0)
IMAGES = RNG.uniform(0.05, 0.7, (64, 28, 28, 1)).astype("float32")
OFF = {"area": (1.0, 1.0), "aspect": 1.0, "flip": False, "brightness": 0.0, "contrast": 0.0}
LAYERS = {
    "view": lambda seed: RandomView(erase=0.4, seed=seed),
    "turn": lambda seed: views.Turn(seed),
    "tiles": lambda seed: views.ShuffleTiles(seed=seed),
    "hole": lambda seed: views.CutHole(seed=seed),
}


def image_of(output):
    """The image alone, where a puzzle also gives its answer."""
    return np.asarray(output[0] if isinstance(output, tuple | list) else output)


def alone(seed=0, **option):
    """What a single option makes of the images, all others being off."""
    return np.asarray(RandomView(**OFF | option, seed=seed)(IMAGES))


@pytest.mark.parametrize("build", LAYERS.values(), ids=LAYERS)
class TestEvery:
    def test_range_and_shape(self, build):
        seen = image_of(build(0)(IMAGES))
        assert seen.shape == IMAGES.shape
        assert seen.min() >= 0
        assert seen.max() <= 1

    def test_each_image_and_each_call_has_its_own_draw(self, build):
        layer = build(0)
        same = np.repeat(IMAGES[:1], 64, axis=0)
        first = image_of(layer(same))
        # Of the 64 draws many are alike where there are only 4 or 24 answers, but not all.
        assert len(np.unique(first, axis=0)) >= 4
        assert not np.array_equal(first, image_of(layer(same)))

    def test_two_calls_in_one_graph_differ(self, build):
        layer = build(0)
        graph = tf.function(lambda x: (layer(x), layer(x)))
        first, second = graph(IMAGES)
        assert not np.array_equal(image_of(first), image_of(second))

    def test_two_calls_of_one_graph_differ(self, build):
        """The batch size is unknown in this graph, as it is in ``fit``."""
        layer = build(0)
        graph = tf.function(layer, input_signature=[tf.TensorSpec((None, 28, 28, 1))])
        first, second = image_of(graph(IMAGES)), image_of(graph(IMAGES))
        assert not np.array_equal(first, second)
        # Some roundings of float32 (6e-8 of numbers below 1, times 28 pixels in a place).
        assert np.allclose(first, image_of(build(0)(IMAGES)), atol=1e-5)

    def test_repeatable_by_seed(self, build):
        first = image_of(build(1)(IMAGES))
        assert np.array_equal(first, image_of(build(1)(IMAGES)))
        assert not np.array_equal(first, image_of(build(2)(IMAGES)))

    def test_repeatable_by_the_global_seed(self, build):
        seen = []
        for seed in (3, 3, 4):
            keras.utils.set_random_seed(seed)
            seen.append(image_of(build(None)(IMAGES)))
        assert np.array_equal(seen[0], seen[1])
        assert not np.array_equal(seen[0], seen[2])


class TestRandomView:
    def test_nothing_happens_when_everything_is_off(self):
        # Subtracting the mean and adding it again rounds (float32, 6e-8).
        assert np.allclose(alone(), IMAGES, atol=1e-6)

    def test_flip_mirrors_every_second_image(self):
        seen = alone(flip=True)
        kept = np.isclose(seen, IMAGES, atol=1e-6).all(axis=(1, 2, 3))
        mirrored = np.isclose(seen, IMAGES[:, :, ::-1], atol=1e-6).all(axis=(1, 2, 3))
        assert (kept ^ mirrored).all()
        assert 16 <= mirrored.sum() <= 48  # 32 ± 4 standard deviations of 4

    def test_brightness_multiplies_each_image(self):
        factor = alone(brightness=0.4) / IMAGES
        assert np.ptp(factor, axis=(1, 2, 3)).max() < 1e-5
        each = factor[:, 0, 0, 0]
        assert 0.6 <= each.min() < 0.7  # 64 draws: each end is missed with 0.875^64 = 0.0002
        assert 1.3 < each.max() <= 1.4

    def test_contrast_multiplies_the_distance_from_the_mean(self):
        grey = 0.5 + 0.2 * (IMAGES - 0.4)  # far enough from black and white
        seen = np.asarray(RandomView(**OFF | {"contrast": 0.4}, seed=0)(grey))
        mean = grey.mean(axis=(1, 2, 3), keepdims=True)
        assert np.allclose(seen.mean(axis=(1, 2, 3), keepdims=True), mean, atol=1e-6)
        each = seen.std(axis=(1, 2, 3)) / grey.std(axis=(1, 2, 3))
        assert np.allclose(seen, mean + each[:, None, None, None] * (grey - mean), atol=1e-5)
        assert 0.6 - 1e-5 <= each.min() < 0.7
        assert 1.3 < each.max() <= 1.4 + 1e-5

    def test_clipped_to_black_and_white(self):
        wide = (IMAGES - IMAGES.min()) / np.ptp(IMAGES)
        seen = np.asarray(RandomView(**OFF | {"brightness": 0.4, "contrast": 0.4}, seed=0)(wide))
        assert seen.min() == 0
        assert seen.max() == 1

    def test_erase_hides_one_black_square_of_at_most_the_share(self):
        hidden = alone(erase=0.25)[..., 0] == 0
        assert np.allclose(alone(erase=0.25), IMAGES * ~hidden[..., None], atol=1e-6)
        rows, columns = hidden.any(axis=2).sum(axis=1), hidden.any(axis=1).sum(axis=1)
        assert np.array_equal(hidden.sum(axis=(1, 2)), rows * columns), "not a rectangle"
        # A side of at most √0.25 · 28 = 14 pixels covers at most 14 pixel centers.
        assert rows.max() <= 14
        assert columns.max() <= 14
        inside = ~(hidden[:, [0, -1]].any(axis=(1, 2)) | hidden[:, :, [0, -1]].any(axis=(1, 2)))
        # The same side, but one pixel more or less may have its center covered.
        assert np.abs(rows - columns)[inside].max() <= 1
        assert len(np.unique(rows)) > 5, "the size is random"

    @staticmethod
    def boxes(count=512, **option):
        """The corners of the crops, read off images whose pixels say where they are."""
        row, column = np.meshgrid(*2 * [np.linspace(0, 1, 28, dtype="float32")], indexing="ij")
        ramps = np.repeat(np.stack([row, column], axis=-1)[None], count, axis=0)
        seen = np.asarray(RandomView(**OFF | option, seed=0)(ramps))
        return seen[:, 0, 0], seen[:, -1, -1]

    def test_crop_keeps_a_share_within_the_range(self):
        first, last = self.boxes(area=(0.2, 0.6), aspect=4 / 3)
        assert first.min() >= 0
        assert last.max() <= 1
        height, width = (last - first).T
        share, aspect = height * width, width / height
        # 512 even draws come within a tenth of each end; the rest is float32.
        assert 0.2 - 1e-5 <= share.min() < 0.24
        assert 0.56 < share.max() <= 0.6 + 1e-5
        assert 3 / 4 - 1e-4 <= aspect.min() < 0.8
        assert 1.25 < aspect.max() <= 4 / 3 + 1e-4
        # Log-even: wider as often as higher, 256 ± 4 standard deviations of 11.3.
        assert 210 < (aspect > 1).sum() < 302

    def test_crop_reaches_every_corner(self):
        first, last = self.boxes(area=(0.3, 0.3))
        free = 1 - 0.3**0.5
        assert np.allclose(last - first, 0.3**0.5, atol=1e-5)
        assert first.min() < 0.05 * free
        assert first.max() > 0.95 * free
        assert abs(np.corrcoef(first.T)[0, 1]) < 0.2  # rows and columns are drawn apart

    def test_large_crop_stays_inside_and_within_the_aspect(self):
        first, last = self.boxes(area=(0.8, 1.0), aspect=2.0)
        assert first.min() >= 0
        assert last.max() <= 1 + 1e-6
        height, width = (last - first).T
        assert (width / height).min() >= 1 / 2 - 1e-4
        assert (width / height).max() <= 2 + 1e-4
        assert (height * width).max() <= 1 + 1e-5

    def test_flipped_crop_is_a_mirror_image(self):
        first, last = self.boxes(area=(0.4, 0.4), flip=True)
        assert np.allclose(last[:, 0] - first[:, 0], 0.4**0.5, atol=1e-5)
        width = last[:, 1] - first[:, 1]
        assert np.allclose(np.abs(width), 0.4**0.5, atol=1e-5)
        assert 210 < (width < 0).sum() < 302


class TestResample:
    images = RNG.uniform(0, 1, (5, 9, 12, 3)).astype("float32")
    begin = RNG.uniform(0, 0.4, (2, 5)).astype("float32")
    end = RNG.uniform(0.5, 1, (2, 5)).astype("float32")

    @staticmethod
    def naive(images, rows, columns):
        _, height, width, _ = images.shape
        out = np.zeros(images.shape)
        for n, y, x in np.ndindex(images.shape[:3]):
            row = (rows[0][n] + (rows[1][n] - rows[0][n]) * y / (height - 1)) * (height - 1)
            column = (columns[0][n] + (columns[1][n] - columns[0][n]) * x / (width - 1)) * (
                width - 1
            )
            for old_y in (int(row), min(int(row) + 1, height - 1)):
                for old_x in (int(column), min(int(column) + 1, width - 1)):
                    share = max(1 - abs(row - old_y), 0) * max(1 - abs(column - old_x), 0)
                    out[n, y, x] += share * images[n, old_y, old_x]
        return out

    # Positions up to 12 in float32 are off by some 1e-6, and the pixels with them.
    def test_against_a_naive_loop(self):
        begin, end = self.begin.astype(float), self.end.astype(float)
        expected = self.naive(self.images, (begin[0], end[0]), (begin[1], end[1]))
        seen = resample(self.images, *zip(self.begin, self.end, strict=True))
        assert np.allclose(seen, expected, rtol=1e-5, atol=1e-5)

    @pytest.mark.parametrize("mirrored", [False, True])
    def test_against_tensorflow(self, mirrored):
        rows, columns = zip(self.begin, self.end, strict=True)
        if mirrored:
            columns = columns[::-1]
        boxes = np.stack([rows[0], columns[0], rows[1], columns[1]], axis=1)
        expected = tf.image.crop_and_resize(self.images, boxes, range(5), self.images.shape[1:3])
        seen = resample(self.images, rows, columns)
        assert np.allclose(seen, expected, rtol=1e-5, atol=1e-5)

    def test_a_box_that_ends_before_it_begins_mirrors(self):
        rows, columns = zip(self.begin, self.end, strict=True)
        upright = np.asarray(resample(self.images, rows, columns))
        seen = resample(self.images, rows, columns[::-1])
        assert np.allclose(seen, upright[:, :, ::-1], atol=1e-5)
        seen = resample(self.images, rows[::-1], columns)
        assert np.allclose(seen, upright[:, ::-1], atol=1e-5)

    def test_the_whole_box_is_the_image(self):
        whole = np.zeros(5, "float32"), np.ones(5, "float32")
        assert np.array_equal(resample(self.images, whole, whole), self.images)


class TestTurn:
    def test_answers_say_how_far(self):
        turned, turns = map(np.asarray, views.Turn(seed=0)(IMAGES))
        assert set(turns) == {0, 1, 2, 3}  # one is missing with 4 · 0.75^64 = 4e-8
        for image, seen, number in zip(IMAGES, turned, turns, strict=True):
            assert np.array_equal(seen, np.rot90(image, number))  # counterclockwise


class TestShuffleTiles:
    many = RNG.uniform(0.1, 1, (512, 8, 8, 1)).astype("float32")

    @staticmethod
    def tiles(images):
        """(n, 4, h, w): upper left, upper right, lower left, lower right."""
        half = images.shape[1] // 2
        halves = slice(None, half), slice(half, None)
        return np.stack([images[:, r, c, 0] for r in halves for c in halves], axis=1)

    def test_answers_undo_it_and_all_orders_occur(self):
        shuffled, numbers = map(np.asarray, views.ShuffleTiles(gap=0, seed=0)(self.many))
        # An order is missing with 24 · (23/24)^512 = 8e-9.
        assert set(numbers) == set(range(24))
        assert views.ShuffleTiles.answers == 24
        orders = np.array(list(permutations(range(4))))[numbers]
        moved = np.take_along_axis(self.tiles(self.many), orders[:, :, None, None], axis=1)
        assert np.array_equal(self.tiles(shuffled), moved)
        back = np.argsort(orders, axis=1)[:, :, None, None]
        restored = np.take_along_axis(self.tiles(shuffled), back, axis=1)
        assert np.array_equal(restored, self.tiles(self.many)), "tiles are not only moved"

    def test_gap_blackens_the_border_of_each_tile(self):
        for gap in (1, 2):
            kept, numbers = map(np.asarray, views.ShuffleTiles(gap, seed=0)(IMAGES))
            whole, same = map(np.asarray, views.ShuffleTiles(0, seed=0)(IMAGES))
            assert np.array_equal(numbers, same)
            inside = np.zeros((14, 14))
            inside[gap:-gap, gap:-gap] = 1
            assert np.array_equal(self.tiles(kept), self.tiles(whole) * inside)

    def test_channels_stay_together(self):
        images = np.concatenate([self.many, 1 - self.many], axis=-1)
        shuffled = np.asarray(views.ShuffleTiles(gap=0, seed=0)(images)[0])
        assert np.array_equal(shuffled[..., 1], 1 - shuffled[..., 0])


class TestCutHole:
    def test_one_black_square_and_the_rest_unchanged(self):
        damaged, mask = map(np.asarray, views.CutHole(12, seed=0)(IMAGES))
        assert mask.shape == (64, 28, 28, 1)
        assert set(np.unique(mask)) == {0, 1}
        for one in mask[..., 0]:
            rows, columns = np.flatnonzero(one.any(axis=1)), np.flatnonzero(one.any(axis=0))
            assert len(rows) == len(columns) == 12
            assert np.ptp(rows) == np.ptp(columns) == 11
            assert one.sum() == 144
        assert (damaged[mask == 1] == 0).all()
        assert np.array_equal(damaged[mask == 0], IMAGES[mask == 0])

    def test_every_place_is_possible(self):
        images = np.ones((512, 8, 8, 3), "float32")
        damaged, mask = map(np.asarray, views.CutHole(4, seed=0)(images))
        assert mask.shape == (512, 8, 8, 1)
        corners = {tuple(np.argwhere(one[..., 0])[0]) for one in mask}
        # One of 25 is missing with 25 · 0.96^512 = 2e-8.
        assert corners == {(row, column) for row in range(5) for column in range(5)}
        assert np.array_equal(damaged, np.broadcast_to(1 - mask, images.shape))
