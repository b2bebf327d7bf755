"""Data sets of rows: numbers about persons, one row each, no pictures."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from ssl_course.data import contents
from ssl_course.data.dataset import Dataset, Split
from ssl_course.data.fetch import locate
from ssl_course.data.registry import Entry

TARGET = "default_next_month"
PERSONAL = ["SEX", "EDUCATION", "MARRIAGE", "AGE"]
"""Columns of the credit data that no model of the course is given."""


def load(entry: Entry, full: bool) -> Dataset:
    """Default of credit card clients: limit, six months of payment state, bills and payments.

    Rows equal in all columns, `PERSONAL` included, are dropped; 3 % of the test rows still have a
    twin in train in the other columns.  Then 60, 20 and 20 % of the rows, with the same share of
    defaults, are train, validation and test.  ``unlabeled`` are the rows of train.
    """
    (path,), source = locate(entry)
    table = contents.table(path, entry, ["ID", TARGET, *PERSONAL])
    with contents.reading(path, entry):
        table = table.drop(columns=["ID"]).drop_duplicates()
        labels = table.pop(TARGET).to_numpy("int64")
        contents.require_labels(path, entry, labels)
        rows = table.drop(columns=PERSONAL)
        if rows.shape[1:] != entry.shape or rows.isna().any(axis=None):
            raise ValueError(f"{rows.shape[1]} columns of numbers, or gaps in them")
        return _dataset(entry.name, entry.classes, rows, labels, source)


def breast_cancer() -> Dataset:
    """Breast cancer Wisconsin (diagnostic): 569 rows, 30 measures of cell nuclei each.

    From scikit-learn (data: UCI, CC BY 4.0).  Here 1 is malignant, the class to detect.

    >>> table = breast_cancer()
    >>> table.train.x.shape, len(table.test)
    ((341, 30), 114)
    """
    rows, benign = load_breast_cancer(return_X_y=True)
    classes = ("benign", "malignant")
    return _dataset("breast_cancer", classes, rows, 1 - benign, "scikit-learn")


def standardized(table: Dataset) -> Dataset:
    """Columns on a logarithmic scale that keeps the sign, then mean 0 and variance 1.

    Mean and variance are those of ``unlabeled``; no other part is looked at.
    """
    scaler = StandardScaler().fit(_logarithm(table.unlabeled))

    def scaled(rows: np.ndarray) -> np.ndarray:
        return scaler.transform(_logarithm(rows)).astype("float32")

    return replace(
        table,
        unlabeled=scaled(table.unlabeled),
        train=Split(scaled(table.train.x), table.train.y),
        validation=Split(scaled(table.validation.x), table.validation.y),
        test=Split(scaled(table.test.x), table.test.y),
    )


def _logarithm(rows: np.ndarray) -> np.ndarray:
    return np.sign(rows) * np.log1p(np.abs(rows))


def _dataset(
    name: str, classes: tuple[str, ...], table: ArrayLike, labels: np.ndarray, source: str
) -> Dataset:
    rows = np.asarray(table, "float32")
    options = {"random_state": 0, "stratify": labels, "test_size": 0.2}
    rest, test, rest_labels, test_labels = train_test_split(rows, labels, **options)
    options |= {"stratify": rest_labels, "test_size": 0.25}
    train, validation, train_labels, validation_labels = train_test_split(
        rest, rest_labels, **options
    )
    return Dataset(
        name=name,
        classes=classes,
        unlabeled=train,
        train=Split(train, train_labels),
        validation=Split(validation, validation_labels),
        test=Split(test, test_labels),
        official_test=None,
        source=source,
        sha256=hashlib.sha256(np.ascontiguousarray(train).data).hexdigest(),
    )
