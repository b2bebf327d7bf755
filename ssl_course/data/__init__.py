"""Named data sets as arrays: packaged samples, verified downloads, an offline mirror."""

from __future__ import annotations

import gzip
import hashlib
import zipfile
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np

from ssl_course.data.fetch import DataError, cache_directory, locate, verify
from ssl_course.data.registry import REGISTRY, Entry

__all__ = ["REGISTRY", "DataError", "Dataset", "Split", "cache_directory", "few_labels", "load"]


GREY_TOLERANCE = 16
"""Copies of MNIST differ by a grey level or so (of 255); two digits differ by far more."""


@dataclass(frozen=True)
class Split:
    """Images ``x`` (n, height, width, channels), float32 in [0, 1], and labels ``y`` (n,)."""

    x: np.ndarray
    y: np.ndarray

    def __len__(self) -> int:
        return len(self.y)


@dataclass(frozen=True)
class Dataset:
    """One data set, split once and for all.

    ``unlabeled`` (n, height, width, channels) is what pretraining may see; it never overlaps
    ``test``.  ``train`` and ``validation`` carry the labels that probes may use.
    ``official_test`` is the untouched test set of the source where ``test`` is not that set
    already and the full data is at hand.  ``sha256`` identifies the bytes of ``unlabeled``.
    """

    name: str
    classes: tuple[str, ...]
    unlabeled: np.ndarray
    train: Split
    validation: Split
    test: Split
    official_test: Split | None
    source: str
    sha256: str


def load(name: str, *, full: bool = False) -> Dataset:
    """Load a data set by name.

    Parameters
    ----------
    name : one of `REGISTRY`
    full : the whole data set (cache, mirror or download) instead of the packaged sample

    Raises
    ------
    DataError : unknown name; file missing, altered or out of reach

    >>> digits = load("mnist")
    >>> digits.train.x.shape, len(digits.validation), len(digits.test)
    ((2500, 28, 28, 1), 1000, 1500)
    """
    if name not in REGISTRY:
        raise DataError(f"Unknown data set {name!r}. Known: {', '.join(sorted(REGISTRY))}.")
    entry = REGISTRY[name]
    sample = _read_sample(entry)
    arrays, source = _read_full(entry) if full else (None, "packaged sample")
    return _SPLITTERS[name](entry, sample, arrays, source)


def few_labels(split: Split, per_class: int, draw: int) -> Split:
    """A stratified draw of ``per_class`` labelled examples of each class.

    The same ``draw`` gives the same examples whatever method is being evaluated.
    Raises ValueError if a class has fewer examples.
    """
    order = np.random.default_rng([per_class, draw]).permutation(len(split))
    chosen = [order[split.y[order] == label][:per_class] for label in np.unique(split.y)]
    smallest = min(map(len, chosen))
    if smallest < per_class:
        raise ValueError(f"cannot draw {per_class} per class: one class has only {smallest}")
    index = np.sort(np.concatenate(chosen))
    return Split(split.x[index], split.y[index])


def _mnist(entry: Entry, sample: dict, arrays: dict | None, source: str) -> Dataset:
    """The packaged 5,000 digits are official training images: held out, they carry the labels."""
    train, validation, test = _stratified(sample["x"], sample["y"], (250, 100, 150))
    if arrays is None:
        return _dataset(entry, train.x, train, validation, test, None, source)
    held_out = arrays["x_train"][sample["index"]]
    if np.abs(held_out - sample["x"].astype(int)).max() > GREY_TOLERANCE:
        raise DataError(
            f"The {source} holds {entry.title} in another order than the official one, so the "
            f"packaged digits cannot be kept out of pretraining. Replace it by the official file."
        )
    unlabeled = np.delete(arrays["x_train"], sample["index"], axis=0)
    official = Split(arrays["x_test"], arrays["y_test"])
    return _dataset(entry, unlabeled, train, validation, test, official, source)


def _fashion_mnist(entry: Entry, sample: dict, arrays: dict | None, source: str) -> Dataset:
    """Validation comes out of the training images; the test set is the official one."""
    arrays = arrays or sample
    per_class = len(arrays["y_train"]) // len(entry.classes)
    held_out = per_class // 6 if per_class == 6000 else per_class // 5
    train, validation = _stratified(
        arrays["x_train"], arrays["y_train"], (per_class - held_out, held_out)
    )
    test = Split(arrays["x_test"], arrays["y_test"])
    return _dataset(entry, arrays["x_train"], train, validation, test, None, source)


_SPLITTERS = {"mnist": _mnist, "fashion_mnist": _fashion_mnist}


def _stratified(x: np.ndarray, y: np.ndarray, per_class: tuple[int, ...]) -> list[Split]:
    """Cut (x, y) into consecutive splits with ``per_class`` examples of each class in each."""
    order = np.random.default_rng(0).permutation(len(y))
    by_class = [order[y[order] == label] for label in np.unique(y)]
    splits, start = [], 0
    for size in per_class:
        index = np.sort(np.concatenate([rows[start : start + size] for rows in by_class]))
        splits.append(Split(x[index], y[index]))
        start += size
    return splits


def _dataset(entry, unlabeled, train, validation, test, official_test, source) -> Dataset:
    return Dataset(
        name=entry.name,
        classes=entry.classes,
        unlabeled=_scale(unlabeled),
        train=_scaled(train),
        validation=_scaled(validation),
        test=_scaled(test),
        official_test=official_test and _scaled(official_test),
        source=source,
        sha256=hashlib.sha256(np.ascontiguousarray(unlabeled)).hexdigest(),
    )


def _scale(images: np.ndarray) -> np.ndarray:
    return images.astype(np.float32)[..., None] / np.float32(255)


def _scaled(split: Split) -> Split:
    return Split(_scale(split.x), split.y.astype(np.int64))


def _read_sample(entry: Entry) -> dict:
    resource = resources.files("ssl_course.data") / "samples" / entry.sample.name
    with resources.as_file(resource) as path:
        remedy = "It is part of the installed course: install ssl_course again."
        if not path.is_file():
            raise DataError(f"{path} is missing. {remedy}")
        return _read_npz(verify(path, entry.sample.sha256, remedy))


def _read_full(entry: Entry) -> tuple[dict, str]:
    paths, source = locate(entry)
    names = ("x_train", "y_train", "x_test", "y_test")
    if len(paths) == 1:
        arrays = _read_npz(paths[0])
        if missing := set(names) - arrays.keys():
            raise DataError(
                f"{paths[0]} does not hold {entry.title}: it has no {', '.join(sorted(missing))}. "
                f"Replace it by the official file."
            )
        return arrays, source
    return {name: _read_idx(path) for name, path in zip(names, paths, strict=True)}, source


def _read_npz(path: Path) -> dict:
    try:
        with np.load(path, allow_pickle=False) as stored:
            return dict(stored)
    except (ValueError, EOFError, zipfile.BadZipFile):
        raise DataError(
            f"{path} is not readable as an .npz archive. Replace it by the official file."
        ) from None


def _read_idx(path: Path) -> np.ndarray:
    """The IDX format of the MNIST family: magic number, sizes (big-endian), unsigned bytes."""
    with gzip.open(path) as stream:
        raw = stream.read()
    axes = raw[3]
    shape = np.frombuffer(raw, ">u4", count=axes, offset=4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * axes).reshape(shape)
