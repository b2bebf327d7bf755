"""Medical images: patches of a packaged slide, a packaged retina, and chest X-rays."""

from __future__ import annotations

import hashlib

import numpy as np

from ssl_course.data import contents
from ssl_course.data.dataset import Dataset, Split
from ssl_course.data.fetch import locate, packaged
from ssl_course.data.registry import REGISTRY, Entry

SIDE = 28
THRESHOLD = 73
"""Mean amount of marker (0–255) above which a patch counts as gland: Otsu's threshold of the
marker's pixels."""

STRIPS = {"train": (0, 280, 14), "validation": (280, 336, 14), "test": (344, 512, 28)}
"""Columns of the slide that each split may use, and the distance between its patches.
No pixel is in two splits; patches of the test strip do not overlap."""


def tissue_slide() -> tuple[np.ndarray, np.ndarray]:
    """Two stains of one slide of colonic glands, each (512, 512), float32 in [0, 1].

    Hematoxylin, which shows nuclei, and DAB, which marks the protein FHL2.  Separated from
    scikit-image's immunohistochemistry image (CMMI; no known copyright restrictions).
    """
    stored = _sample()
    return stored["hematoxylin"] / np.float32(255), stored["marker"] / np.float32(255)


def retina_patches() -> np.ndarray:
    """Patches (n, 28, 28, 1), float32 in [0, 1], of one photograph of a retina, green channel.

    By Mikael Häggström (CC0), from scikit-image.  Only patches that lie within the disc.
    """
    retina = _sample()["retina"]
    side = len(retina)
    center, radius = (side - 1) / 2, side / 2 - 4
    corners = np.add.outer(np.array([0, SIDE - 1]), np.arange(0, side - SIDE + 1, SIDE)) - center
    farthest = np.abs(corners).max(axis=0)
    inside = np.hypot(farthest[:, None], farthest) < radius  # [column, row]
    return patches(retina, (0, side), SIDE)[inside.ravel()][..., None] / np.float32(255)


def patches(image: np.ndarray, columns: tuple[int, int], stride: int) -> np.ndarray:
    """Squares of 28 × 28 pixels within some columns: (n, 28, 28), column by column."""
    height = len(image)
    return np.stack(
        [
            image[row : row + SIDE, column : column + SIDE]
            for column in range(columns[0], columns[1] - SIDE + 1, stride)
            for row in range(0, height - SIDE + 1, stride)
        ]
    )


def load(entry: Entry, full: bool) -> Dataset:
    """The splits of a registry entry; the slide is packaged as a whole."""
    return _pneumonia(entry) if entry.name == "pneumoniamnist" else _tissue(entry)


def _tissue(entry: Entry) -> Dataset:
    """Pretraining sees patches of the training strip only, at every seventh pixel."""
    stored = _sample()

    def split(name: str) -> Split:
        start, stop, stride = STRIPS[name]
        x = patches(stored["hematoxylin"], (start, stop), stride)
        marker = patches(stored["marker"], (start, stop), stride).mean(axis=(1, 2))
        return _split(x, marker > THRESHOLD)

    start, stop, _ = STRIPS["train"]
    unlabeled = patches(stored["hematoxylin"], (start, stop), 7)
    train, validation, test = map(split, STRIPS)
    return _dataset(entry, unlabeled, train, validation, test, "packaged sample")


def _pneumonia(entry: Entry) -> Dataset:
    """The official splits of MedMNIST; pretraining sees the training images."""
    (path,), source = locate(entry)
    names = [f"{axis}_{part}" for part in ("train", "val", "test") for axis in "xy"]
    arrays = contents.arrays(path, entry, names)
    with contents.reading(path, entry):
        for part in ("train", "val", "test"):
            contents.require_images(path, entry, arrays[f"x_{part}"], arrays[f"y_{part}"])
            arrays[f"x_{part}"] = arrays[f"x_{part}"].reshape(-1, SIDE, SIDE)
        contents.require_training(path, entry, arrays["x_train"], arrays["y_train"])
        train, validation, test = (
            _split(arrays[f"x_{part}"], arrays[f"y_{part}"].ravel())
            for part in ("train", "val", "test")
        )
    return _dataset(entry, arrays["x_train"], train, validation, test, source)


def _split(images: np.ndarray, labels: np.ndarray) -> Split:
    return Split(images[..., None] / np.float32(255), labels.astype(np.int64))


def _dataset(
    entry: Entry,
    unlabeled: np.ndarray,
    train: Split,
    validation: Split,
    test: Split,
    source: str,
) -> Dataset:
    return Dataset(
        name=entry.name,
        classes=entry.classes,
        unlabeled=unlabeled[..., None] / np.float32(255),
        train=train,
        validation=validation,
        test=test,
        official_test=None,
        source=source,
        sha256=hashlib.sha256(np.ascontiguousarray(unlabeled).data).hexdigest(),
    )


def _sample() -> dict:
    with (
        packaged(REGISTRY["tissue"].sample) as path,
        np.load(path, allow_pickle=False) as stored,
    ):
        return dict(stored)
