"""What files of data sets hold, and a true message where that is something else.

A mirror vouches for its own files, so a right checksum does not say that the content is right.
"""

from __future__ import annotations

import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ssl_course.data.fetch import DataError
from ssl_course.data.registry import Entry

_FOREIGN = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    TypeError,
    ValueError,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What readers and splitters raise on a file that holds something else."""


def foreign(path: Path, entry: Entry, reason: str) -> DataError:
    """The error for a file that is not what its name says."""
    return DataError(
        f"{path} does not hold {entry.title}: {reason}. Replace it by the official file."
    )


@contextmanager
def reading(path: Path, entry: Entry) -> Iterator[None]:
    """Whatever goes wrong inside, while a file is read and split, becomes a `DataError`."""
    try:
        yield
    except _FOREIGN as error:
        first = (str(error).splitlines() or [""])[0][:160]
        raise foreign(path, entry, f"{type(error).__name__}, {first}") from error


def arrays(path: Path, entry: Entry, names: Iterable[str]) -> dict[str, np.ndarray]:
    """The arrays of an .npz archive, which has to have these among others."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            found = {name: stored[name] for name in stored.files}
    except _FOREIGN:
        raise foreign(path, entry, "it is not readable as an .npz archive") from None
    _require_all(path, entry, names, found)
    return found


def table(path: Path, entry: Entry, columns: Iterable[str], **options: Any) -> pd.DataFrame:
    """The table of a .csv file, which has to have these columns among others, and rows."""
    try:
        frame = pd.read_csv(path, **options)
    except _FOREIGN:
        raise foreign(path, entry, "it is not readable as comma-separated values") from None
    _require_all(path, entry, columns, frame.columns)
    if frame.empty:
        raise foreign(path, entry, "its table has no row")
    return frame


def _require_all(path: Path, entry: Entry, wanted: Iterable[str], found: Iterable[str]) -> None:
    if missing := sorted(set(wanted) - set(found)):
        raise foreign(path, entry, f"it has no {', '.join(missing)}")


def require_images(path: Path, entry: Entry, images: np.ndarray, labels: np.ndarray) -> None:
    """Raise `DataError` unless these are grey levels (n, *shape) and a class for each."""
    shape = entry.shape[:-1] if entry.shape[-1] == 1 else entry.shape
    if images.shape[1:] not in (shape, entry.shape):
        raise foreign(path, entry, f"its images are {images.shape[1:]}, not {shape}")
    require_grey(path, entry, images, labels)


def require_grey(path: Path, entry: Entry, images: np.ndarray, labels: np.ndarray) -> None:
    """Raise `DataError` unless these are grey levels of any size and a class for each image."""
    if images.ndim < 3 or not len(images):
        raise foreign(path, entry, f"its images are an array of shape {images.shape}")
    if labels.shape[:1] != images.shape[:1] or labels.size != len(images):
        raise foreign(path, entry, f"it has {len(images)} images and labels {labels.shape}")
    if images.dtype.kind not in "uif" or not (images.min() >= 0 and images.max() <= 255):
        raise foreign(path, entry, "its images are no grey levels from 0 to 255")
    require_labels(path, entry, labels)


def require_labels(path: Path, entry: Entry, labels: np.ndarray) -> None:
    """Raise `DataError` unless all labels are numbers of classes."""
    known = range(len(entry.classes))
    if unknown := sorted(set(np.unique(labels).tolist()) - set(known), key=str):
        shown = ", ".join(map(str, unknown[:3]))
        raise foreign(path, entry, f"a label is {shown}, and there are {len(known)} classes from 0")


def require_training(path: Path, entry: Entry, images: np.ndarray, labels: np.ndarray) -> None:
    """Raise `DataError` if a class is missing, or grey levels were divided by 255 already."""
    if (there := len(np.unique(labels))) < len(entry.classes):
        raise foreign(path, entry, f"it has {there} of {len(entry.classes)} classes")
    if images.max() <= 1:
        raise foreign(path, entry, "its images end at 1, so they are no grey levels from 0 to 255")
