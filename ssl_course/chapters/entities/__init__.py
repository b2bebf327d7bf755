"""Names in reviews: annotated characters, tags, and a decoder that keeps them legal.

The annotation is the course's own: one reader (a language model), once, no second opinion.  It
covers the first 500 validation reviews (to learn from) and the first 700 test reviews, every name
of a `KINDS`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from ssl_course.data import text
from ssl_course.data.fetch import packaged
from ssl_course.data.registry import File

KINDS = ("brand", "place", "person")
"""Makers, brands, shops and named hotels; places of any size; people, real or invented."""

TAGS = ("O", *(f"{start}-{kind}" for kind in KINDS for start in "BI"))
"""Outside, and for each kind the first character of a name (B) and the others (I)."""

_FILE = File(
    "reviews_entities.csv", "a132262a824ed503b43b822da050724deeff0dadbb0f32502f656ab9bb5b0869"
)

LENGTHS = {"validation": 500, "test": 700}
"""How many reviews of each part are annotated, from the first on."""

Name = tuple[int, int, str]
"""First character, the one after the last, kind."""


class Annotated(NamedTuple):
    """Reviews and, for each, its names."""

    texts: list[str]
    names: list[set[Name]]


@lru_cache
def annotated(part: str) -> Annotated:
    """The annotated reviews of ``"validation"`` or ``"test"``; raises ValueError for others."""
    if part not in LENGTHS:
        raise ValueError(f"no reviews of {part!r} are annotated; there are: {', '.join(LENGTHS)}")
    with packaged(_FILE) as path:
        frame = pd.read_csv(path, keep_default_na=False, dtype={"name": str})
    lines = text.texts("reviews")[part]["text"][: LENGTHS[part]].tolist()
    names: list[set[Name]] = [set() for _ in lines]
    for _, row, start, name, kind in frame[frame["part"] == part].itertuples(index=False):
        end = start + len(name)
        if lines[row][start:end] != name:
            raise ValueError(f"{part} review {row} has no {name!r} at character {start}")
        names[row].add((start, end, kind))
    return Annotated(lines, names)


def to_tags(names: Iterable[Name], length: int) -> np.ndarray:
    """Numbers of `TAGS`, one a character (length,); names may not overlap."""
    tags = np.zeros(length, np.int64)
    for start, end, kind in names:
        first = TAGS.index(f"B-{kind}")
        tags[start], tags[start + 1 : end] = first, first + 1
    return tags


def to_names(tags: Iterable[int]) -> set[Name]:
    """The names that tags (T,) spell; an I that continues nothing begins a name."""
    names: set[Name] = set()
    start, kind = None, ""
    for place, tag in enumerate([*tags, 0]):
        begins, own = TAGS[tag][0], TAGS[tag][2:]
        if start is not None and (begins != "I" or own != kind):
            names.add((start, place, kind))
            start = None
        if begins != "O" and start is None:
            start, kind = place, own
    return names


_KIND = np.array([tag[2:] for tag in TAGS])
_INSIDE = np.array([tag[0] == "I" for tag in TAGS])
LEGAL = ~_INSIDE[None, :] | (_KIND[:, None] == _KIND[None, :])
"""Whether a tag (row) may be followed by another (column): an I continues its own kind."""


def best_tags(scores: np.ndarray) -> np.ndarray:
    """The legal sequence of tags with the largest sum of scores (T, tags): Viterbi, (T,)."""
    scores = np.asarray(scores)
    if not len(scores):
        return np.zeros(0, np.int64)
    total = np.where(_INSIDE, -np.inf, scores[0])
    back = []
    for row in scores[1:]:
        arrive = np.where(LEGAL, total[:, None], -np.inf)
        back.append(arrive.argmax(axis=0))
        total = arrive.max(axis=0) + row
    tags = [int(total.argmax())]
    for step in reversed(back):
        tags.append(int(step[tags[-1]]))
    return np.array(tags[::-1])


def window(rows: Iterable[np.ndarray], reach: int) -> list[np.ndarray]:
    """Features (T, d) of each text → (T, (2 · reach + 1) · d): with those of the neighbors."""
    wide = []
    for row in rows:
        padded = np.pad(row, ((reach, reach), (0, 0)))
        wide.append(np.hstack([padded[i : i + len(row)] for i in range(2 * reach + 1)]))
    return wide


def look_up(line: str, lexicon: dict[str, str]) -> set[Name]:
    """Names of a lexicon {name: kind} in a line, longest first, without overlaps."""
    free, names = np.ones(len(line), bool), set()
    for name in sorted(lexicon, key=lambda name: (-len(name), name)):
        start = line.find(name)
        while start >= 0:
            end = start + len(name)
            if free[start:end].all():
                free[start:end] = False
                names.add((start, end, lexicon[name]))
            start = line.find(name, start + 1)
    return names
