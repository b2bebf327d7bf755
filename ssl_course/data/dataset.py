"""What `data.load` returns: one data set in splits that never change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Split:
    """Inputs ``x`` (n, …) and labels ``y`` (n,): int64, or float where a number is predicted.

    Images are (n, height, width, channels), float32 in [0, 1].
    """

    x: np.ndarray
    y: np.ndarray

    def __len__(self) -> int:
        return len(self.y)


@dataclass(frozen=True)
class Dataset:
    """One data set, split once and for all.

    ``unlabeled`` (n, …) is what pretraining may see; it never overlaps ``test``, and holds the
    images of ``train``, in most sets also those of ``validation``: a loss on these is not one on
    new images.  ``train`` and ``validation`` carry the labels that probes may use.
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


def stratified(x: np.ndarray, y: np.ndarray, per_class: tuple[int, ...]) -> list[Split]:
    """Cut (x, y) into consecutive splits with ``per_class`` examples of each class in each.

    Raises ValueError if a class has fewer examples than all splits together need.
    """
    order = np.random.default_rng(0).permutation(len(y))
    by_class = [order[y[order] == label] for label in np.unique(y)]
    smallest = min(map(len, by_class))
    if smallest < sum(per_class):
        raise ValueError(f"a class has {smallest} examples, and {sum(per_class)} are needed")
    splits, start = [], 0
    for size in per_class:
        index = np.sort(np.concatenate([rows[start : start + size] for rows in by_class]))
        splits.append(Split(x[index], y[index]))
        start += size
    return splits
