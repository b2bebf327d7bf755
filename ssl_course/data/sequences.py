"""Sequences that are no text: molecules in the letters of SMILES, DNA in bases.

As in `text`, tokens 0 to 4 are padding, unknown, hidden, start and end; the letters follow.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import connected_components
from sklearn.model_selection import StratifiedGroupKFold

from ssl_course.data import contents
from ssl_course.data.dataset import Dataset, Split
from ssl_course.data.fetch import locate, packaged
from ssl_course.data.registry import REGISTRY, Entry
from ssl_course.data.text import SPECIAL, encode

LETTERS = {"molecules": "#()-12345=BCFHNOS[]clnors", "splice": "ACGT"}
"""What a sequence is written in; anything else, such as a base that was not read, is unknown."""

NEAR = 12
"""Two DNA windows that differ at so few of 60 bases are copies of each other."""


def vocabulary(name: str) -> tuple[str, ...]:
    """The tokens of ``molecules`` or ``splice`` by number."""
    return SPECIAL + tuple(LETTERS[name])


def molecules(entry: Entry, full: bool) -> Dataset:
    """Drug-like molecules as SMILES: start, letters, end and padding (n, 57), int32.

    The label, counted from the digits of the SMILES, is 1 with three rings or more.
    They are packaged whole, so ``full`` makes no difference.
    """
    written = smiles()
    words = vocabulary(entry.name)
    splits = [
        Split(encode(part, words, entry.shape[0]), np.array([rings(one) > 2 for one in part], int))
        for part in written.values()
    ]
    return _dataset(entry, splits, "packaged sample", splits[0].x.tobytes())


@lru_cache
def smiles() -> dict[str, list[str]]:
    """The SMILES of ``molecules`` themselves, of train, validation and test."""
    with packaged(REGISTRY["molecules"].sample) as path:
        frame = pd.read_csv(path)
    parts = ("train", "validation", "test")
    return {part: frame["smiles"][frame["part"] == part].tolist() for part in parts}


def rings(one: str) -> int:
    """Rings of a molecule: in its SMILES, each is opened and closed with the same digit."""
    return sum(letter.isdigit() for letter in one) // 2


def splice(entry: Entry, full: bool) -> Dataset:
    """Windows of 60 bases of primate DNA, as tokens (n, 60), int32.

    In the middle of a window an intron begins (EI: exon to intron), or ends (IE), or neither.
    Each window is there once, and those with two labels not at all.  Near copies, of related
    genes, lie in one part together (`groups`): three fifths train, one validation, one test.
    """
    (path,), source = locate(entry)
    frame = contents.table(path, entry, ["sequence", "label"])
    with contents.reading(path, entry):
        return _windows(entry, frame, source)


def _windows(entry: Entry, frame: pd.DataFrame, source: str) -> Dataset:
    lengths = set(frame["sequence"].str.len())
    if lengths != {entry.shape[0]}:
        raise ValueError(f"sequences of {sorted(lengths, key=str)[:3]} bases")
    labels = frame.groupby("sequence")["label"].nunique()
    once = frame.drop_duplicates("sequence")
    once = once[once["sequence"].map(labels) == 1]
    x = encode(once["sequence"], vocabulary(entry.name), entry.shape[0] + 1)[:, 1:]
    y = once["label"].map(entry.classes.index).to_numpy(np.int64)
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=0).split(x, y, groups(x))
    fold = np.empty(len(y), int)
    for number, (_, rows) in enumerate(folds):
        fold[rows] = number
    splits = [Split(x[rows], y[rows]) for rows in (fold > 1, fold == 1, fold == 0)]
    return _dataset(entry, splits, source, splits[0].x.tobytes())


def groups(x: np.ndarray) -> np.ndarray:
    """Number of the family (n,) of each row of tokens (n, T).

    Rows that differ at `NEAR` places at most are one family, and so are their relatives.
    """
    equal = sum((x == token).astype("float32") @ (x == token).T for token in np.unique(x))
    return connected_components(equal >= x.shape[1] - NEAR, directed=False)[1]


def solubility(entry: Entry, full: bool) -> Dataset:
    """ESOL: ``x`` are SMILES (n,), strings; ``y`` the logarithm of the moles that a liter takes.

    Each SMILES is there once, in random order; three fifths are train, one validation, one test.
    """
    (path,), source = locate(entry)
    frame = contents.table(path, entry, ["smiles", "logS"])
    with contents.reading(path, entry):
        frame = frame.drop_duplicates("smiles").sample(frac=1, random_state=0)
        x, y = frame["smiles"].to_numpy(str), frame["logS"].to_numpy(float)
        if len(y) < 5 or not np.isfinite(y).all():
            raise ValueError("under five rows, or a solubility that is no number")
    fifth = len(y) // 5
    splits = [
        Split(x[rows], y[rows])
        for rows in (slice(2 * fifth, None), slice(fifth, 2 * fifth), slice(fifth))
    ]
    return _dataset(entry, splits, source, "\n".join(splits[0].x).encode())


def _dataset(entry: Entry, splits: list[Split], source: str, content: bytes) -> Dataset:
    train, validation, test = splits
    return Dataset(
        name=entry.name,
        classes=entry.classes,
        unlabeled=train.x,
        train=train,
        validation=validation,
        test=test,
        official_test=None,
        source=source,
        sha256=hashlib.sha256(content).hexdigest(),
    )
