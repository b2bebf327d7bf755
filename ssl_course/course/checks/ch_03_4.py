"""Visible checks of chapter 03-4; written by ``python -m coursekit.checks``, do not edit."""

import numpy as np

from ssl_course.course.checks import Exercise


def check_a(rotation_batch):
    pair = np.arange(8.0).reshape(2, 2, 2, 1)
    batch, turns = rotation_batch(pair)
    assert batch.shape == (8, 2, 2, 1), "Four questions for each image are needed."
    assert np.shape(turns) == (8,), "Each question needs one answer."


def check_b(put_back):
    tiles = np.arange(4.0)[None, :, None, None] * np.ones((3, 1, 2, 2))
    some = np.array([[0, 1, 2, 3], [1, 0, 2, 3], [2, 0, 1, 3]])
    mixed = np.stack([image[order] for image, order in zip(tiles, some, strict=True)])
    result = put_back(mixed, some)
    assert result.shape == mixed.shape, "The result needs the shape of the tiles."


EXERCISES = {
    "a": Exercise(
        ("rotation_batch",),
        check_a,
        (
            (
                "`np.rot90` turns the first two axes unless it is told otherwise, and the "
                "first axis here counts images."
            ),
            (
                "`np.rot90(images, turn, axes=(1, 2))` turns every image "
                "counterclockwise.\n"
                "Join the four results with `np.concatenate`.\n"
                "The answers come in four blocks of n, so `np.repeat(np.arange(4), n)`."
            ),
        ),
    ),
    "b": Exercise(
        ("put_back",),
        check_b,
        (
            (
                "Taking `orders` once more shuffles a second time.\n"
                "You need the places at which tiles 0, 1, 2 and 3 lie now."
            ),
            (
                "`np.argsort(orders, axis=1)` is that list of places: the inverse of an "
                "order is what sorts it.\n"
                "`np.take_along_axis` takes other places for every image; give the places "
                "two more axes, `[..., None, None]`, so that they fit the tiles."
            ),
        ),
    ),
}
