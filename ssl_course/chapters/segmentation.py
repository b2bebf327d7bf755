"""Maps of features for every place of a picture, and how well a mask is found (chapter 9.1)."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from scipy import ndimage

CELL = 8
"""Pixels between two places of a feature map: the stride of `networks.patch_encoder`."""

FIELD = 7
"""A feature of the last map sees the square of 15 × 15 pixels around its place."""

_MARGIN = 34
"""Mirrored pixels before a picture.  Four cells of 8, and 2 because with "same" padding the
encoder's features are centered at pixels 6, 14, 22 …, not at the centers 4, 12, 20 … of cells."""


def dense(encoder: keras.Model, picture: np.ndarray, window: int = 3) -> np.ndarray:
    """The last map of an encoder, run over a whole grey picture: (rows, columns, 128).

    ``encoder`` ends in a map that is flattened, as `networks.patch_encoder`; its weights are
    used for a picture (height, width) of any size in [0, 1].  Edges are continued by mirror
    images.  Each feature is averaged over ``window`` × ``window`` cells of `CELL` pixels.
    """
    rows, columns = (-(-side // CELL) for side in picture.shape)
    after = (CELL * rows - picture.shape[0], CELL * columns - picture.shape[1])
    margin = [(_MARGIN, 4 * CELL - 2 + more) for more in after]
    padded = np.pad(picture, margin, mode="reflect").astype("float32")
    inputs = x = keras.Input((*padded.shape, 1))
    for layer in encoder.layers[1:-1]:
        x = type(layer).from_config(layer.get_config())(x)
    network = keras.Model(inputs, x)
    network.set_weights(encoder.get_weights())
    features = np.asarray(network(padded[None, ..., None], training=False))[0]
    features = ndimage.uniform_filter(features, (window, window, 1))
    return features[4 : 4 + rows, 4 : 4 + columns]


def texture(
    picture: np.ndarray, window: int = 3, scales: Sequence[int] = (1, 2, 4, 8)
) -> np.ndarray:
    """Classical features of places: (rows, columns, 7 · scales), as in interactive segmentation.

    For each scale in pixels: smoothed picture, strength of the gradient, Laplacian, eigenvalues
    of the Hessian and of the structure tensor; averaged as in `dense`.
    """
    maps = []
    for scale in scales:

        def smooth(
            image: np.ndarray, order: int | tuple[int, int] = 0, scale: int = scale
        ) -> np.ndarray:
            return ndimage.gaussian_filter(image, scale, order=order)

        down, right = smooth(picture, (1, 0)), smooth(picture, (0, 1))
        hessian = smooth(picture, (2, 0)), smooth(picture, (0, 2)), smooth(picture, (1, 1))
        products = (down**2, right**2, down * right)
        tensor = [ndimage.gaussian_filter(product, 2 * scale) for product in products]
        maps += [smooth(picture), np.hypot(down, right), hessian[0] + hessian[1]]
        maps += [*_eigenvalues(*hessian), *_eigenvalues(*tensor)]
    return ndimage.uniform_filter(at_cells(np.stack(maps, axis=-1)), (window, window, 1))


def at_cells(image: np.ndarray) -> np.ndarray:
    """Values (height, width, …) of pixels at the centers of cells: (rows, columns, …)."""
    more = [(0, -side % CELL) for side in image.shape[:2]] + [(0, 0)] * (image.ndim - 2)
    return np.pad(image, more, mode="edge")[CELL // 2 :: CELL, CELL // 2 :: CELL]


def at_pixels(scores: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Scores of cells (rows, columns) spread over the pixels of ``shape``, bilinearly."""
    rows, columns = ((np.arange(side) - CELL // 2) / CELL for side in shape)
    places = np.meshgrid(rows, columns, indexing="ij")
    return ndimage.map_coordinates(scores, places, order=1, mode="nearest")


def overlap(found: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    """Dice and IoU (0–1) of two boolean masks of one shape; both are 1 if both are empty."""
    both, either = np.sum(found & truth), np.sum(found | truth)
    if either == 0:
        return 1.0, 1.0
    return float(2 * both / (both + either)), float(both / either)


def _eigenvalues(
    first: np.ndarray, second: np.ndarray, mixed: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Both eigenvalues of symmetric 2 × 2 matrices, the larger first."""
    middle, spread = (first + second) / 2, np.sqrt((first - second) ** 2 / 4 + mixed**2)
    return middle + spread, middle - spread
