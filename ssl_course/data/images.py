"""Image data sets: their file formats and splits."""

from __future__ import annotations

import gzip
import hashlib
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ssl_course.data import contents
from ssl_course.data.dataset import Dataset, Split, stratified
from ssl_course.data.fetch import DataError, locate, packaged
from ssl_course.data.registry import Entry

MNIST_TRAIN = 60_000
GREY_TOLERANCE = 16
"""Copies of MNIST differ by a grey level or so (of 255); two digits differ by far more."""


def load(entry: Entry, full: bool) -> Dataset:
    """The images of a registry entry, the packaged sample or all of them."""
    sample = None if entry.sample is None else _read_sample(entry)
    if not full:
        return _SPLITTERS[entry.name](entry, sample, None, "packaged sample")
    paths, source = locate(entry)
    with contents.reading(paths[0], entry):
        arrays = _read_full(entry, paths)
        return _SPLITTERS[entry.name](entry, sample, arrays, source)


def _mnist(entry: Entry, sample: dict, arrays: dict | None, source: str) -> Dataset:
    """The packaged 5,000 digits are official training images: held out, they carry the labels."""
    train, validation, test = stratified(sample["x"], sample["y"], (250, 100, 150))
    if arrays is None:
        return assemble(entry, train.x, train, validation, test, None, source)
    if len(arrays["x_train"]) != MNIST_TRAIN:
        raise DataError(
            f"The {source} holds {len(arrays['x_train'])} training images of {entry.title}, not "
            f"{MNIST_TRAIN}. Replace it by the official file."
        )
    held_out = arrays["x_train"][sample["index"]]
    if np.abs(held_out - sample["x"].astype(int)).max() > GREY_TOLERANCE:
        raise DataError(
            f"The {source} holds {entry.title} in another order than the official one, so the "
            f"packaged digits cannot be kept out of pretraining. Replace it by the official file."
        )
    unlabeled = np.delete(arrays["x_train"], sample["index"], axis=0)
    official = Split(arrays["x_test"], arrays["y_test"])
    return assemble(entry, unlabeled, train, validation, test, official, source)


def _fashion_mnist(entry: Entry, sample: dict, arrays: dict | None, source: str) -> Dataset:
    """Validation comes out of the training images; the test set is the official one."""
    arrays = arrays or sample
    per_class = len(arrays["y_train"]) // len(entry.classes)
    held_out = per_class // 6 if per_class == 6000 else per_class // 5
    train, validation = stratified(
        arrays["x_train"], arrays["y_train"], (per_class - held_out, held_out)
    )
    test = Split(arrays["x_test"], arrays["y_test"])
    return assemble(entry, arrays["x_train"], train, validation, test, None, source)


def _cifar10(entry: Entry, sample: None, arrays: dict, source: str) -> Dataset:
    """Validation comes out of the training images; the test set is the official one."""
    train, validation = stratified(arrays["x_train"], arrays["y_train"], (4000, 1000))
    test = Split(arrays["x_test"], arrays["y_test"])
    return assemble(entry, arrays["x_train"], train, validation, test, None, source)


_SPLITTERS: dict[str, Callable[..., Dataset]] = {
    "mnist": _mnist,
    "fashion_mnist": _fashion_mnist,
    "cifar10": _cifar10,
}


def assemble(
    entry: Entry,
    unlabeled: np.ndarray,
    train: Split,
    validation: Split,
    test: Split,
    official_test: Split | None,
    source: str,
) -> Dataset:
    """A data set of images: grey levels (n, h, w) or (n, h, w, c) from 0 to 255 become [0, 1]."""
    return Dataset(
        name=entry.name,
        classes=entry.classes,
        unlabeled=_scale(unlabeled),
        train=_scaled(train),
        validation=_scaled(validation),
        test=_scaled(test),
        official_test=official_test and _scaled(official_test),
        source=source,
        sha256=hashlib.sha256(np.ascontiguousarray(unlabeled).data).hexdigest(),
    )


def _scale(images: np.ndarray) -> np.ndarray:
    if images.ndim == 3:
        images = images[..., None]  # grey: one channel
    return images.astype(np.float32) / np.float32(255)


def _scaled(split: Split) -> Split:
    return Split(_scale(split.x), split.y.astype(np.int64))


def _read_sample(entry: Entry) -> dict:
    with packaged(entry.sample) as path:
        return contents.arrays(path, entry, ())


def _read_full(entry: Entry, paths: list[Path]) -> dict:
    names = ("x_train", "y_train", "x_test", "y_test")
    if paths[0].suffixes[-2:] == [".tar", ".gz"]:
        arrays = _read_cifar(paths[0])
    elif len(paths) == 1:
        arrays = contents.arrays(paths[0], entry, names)
    else:
        arrays = {name: _read_idx(path) for name, path in zip(names, paths, strict=True)}
    for part in ("train", "test"):
        images, labels = arrays[f"x_{part}"], arrays[f"y_{part}"]
        contents.require_images(paths[0], entry, images, labels)
        arrays[f"y_{part}"] = labels.reshape(-1)  # some copies have (n, 1)
    contents.require_training(paths[0], entry, arrays["x_train"], arrays["y_train"])
    return arrays


def _read_idx(path: Path) -> np.ndarray:
    """The IDX format of the MNIST family: magic number, sizes (big-endian), unsigned bytes."""
    with gzip.open(path) as stream:
        raw = stream.read()
    axes = raw[3]
    shape = np.frombuffer(raw, ">u4", count=axes, offset=4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * axes).reshape(shape)


def _read_cifar(path: Path) -> dict:
    """CIFAR's binary batches: records of a label and 32 × 32 red, green, then blue bytes."""
    with tarfile.open(path) as archive:
        batches = {
            Path(member.name).name: stream.read()
            for member in archive
            if member.name.endswith(".bin") and (stream := archive.extractfile(member))
        }
    arrays = {}
    for part, prefix in (("train", "data_batch_"), ("test", "test_batch")):
        raw = b"".join(batches[name] for name in sorted(batches) if name.startswith(prefix))
        records = np.frombuffer(raw, np.uint8).reshape(-1, 1 + 3 * 32 * 32)
        arrays[f"y_{part}"] = records[:, 0]
        images = records[:, 1:].reshape(-1, 3, 32, 32)
        arrays[f"x_{part}"] = np.ascontiguousarray(images.transpose(0, 2, 3, 1))
    return arrays
