"""Two more domains of handwritten digits, brought into the frame of MNIST."""

from __future__ import annotations

import gzip
from importlib import resources

import numpy as np

from ssl_course.data import contents
from ssl_course.data.dataset import Dataset, Split, stratified
from ssl_course.data.fetch import locate, verify
from ssl_course.data.images import assemble
from ssl_course.data.registry import Entry

SIDE, BOX = 28, 20
"""MNIST's digits fill a box of 20 × 20 pixels inside an image of 28 × 28."""


def in_frame(images: np.ndarray, box: int = BOX) -> np.ndarray:
    """Scale images (n, h, w) bilinearly to ``box × box`` and center them on black: (n, 28, 28, 1).

    With the default box a digit that fills its image is as large as one of MNIST.
    """
    margin = (SIDE - box) // 2
    framed = np.zeros((len(images), SIDE, SIDE, 1), np.float32)
    inside = slice(margin, margin + box)
    _, height, width = images.shape
    rows, columns = _interpolation(height, box), _interpolation(width, box)
    framed[:, inside, inside, 0] = rows @ images.astype(np.float32) @ columns.T
    return framed


def _interpolation(old: int, new: int) -> np.ndarray:
    """Weights (new, old) of the old pixels in each new one; pixels are areas, not points."""
    position = np.clip((np.arange(new) + 0.5) * old / new - 0.5, 0, old - 1)
    distance = np.abs(position[:, None] - np.arange(old))
    return np.maximum(1 - distance, 0).astype(np.float32)


def usps(entry: Entry, full: bool) -> Dataset:
    """Validation comes out of the training digits; the test set is the official one.

    ``unlabeled`` are all training digits, classes as frequent as on the envelopes;
    ``train`` and ``validation`` are balanced.
    """
    (path,), source = locate(entry)
    arrays = contents.arrays(path, entry, ("x_train", "y_train", "x_test", "y_test"))
    with contents.reading(path, entry):
        for part in ("train", "test"):
            images, labels = arrays[f"x_{part}"], arrays[f"y_{part}"]
            contents.require_grey(path, entry, images, labels)
        contents.require_training(path, entry, arrays["x_train"], arrays["y_train"])
        unlabeled = _quantized(arrays["x_train"] / 255)
        train, validation = stratified(unlabeled, arrays["y_train"], (442, 100))
        test = Split(_quantized(arrays["x_test"] / 255), arrays["y_test"])
        return assemble(entry, unlabeled, train, validation, test, None, source)


def optical_digits(entry: Entry, full: bool) -> Dataset:
    """scikit-learn's digits: 90, 30 and 50 of each class; the rest is left out.

    The packaged sample is all there is, so ``full`` changes nothing.
    """
    assert entry.sample is not None  # the registry has one
    resource = resources.files("sklearn.datasets.data") / entry.sample.name
    with resources.as_file(resource) as path:
        verify(path, entry.sample.sha256, "It is part of scikit-learn: install that again.")
        with gzip.open(path, "rt") as stream:
            table = np.loadtxt(stream, delimiter=",")
    images = _quantized(table[:, :-1].reshape(-1, 8, 8) / 16)
    train, validation, test = stratified(images, table[:, -1], (90, 30, 50))
    return assemble(entry, train.x, train, validation, test, None, "packaged sample")


def _quantized(images: np.ndarray) -> np.ndarray:
    """Images (n, h, w) in [0, 1], framed, in 256 grey levels as MNIST has them."""
    return np.round(in_frame(images) * 255).astype(np.uint8)
