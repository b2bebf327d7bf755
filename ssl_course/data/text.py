"""Text data sets: from characters or words to token numbers and back.

Tokens 0 to 4 are padding, unknown, hidden, start and end; those of the text follow, the most
frequent first.  The vocabulary is counted on the unlabeled part only.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from ssl_course.data import contents
from ssl_course.data.dataset import Dataset, Split
from ssl_course.data.fetch import locate, packaged
from ssl_course.data.registry import REGISTRY, Entry

SPECIAL = ("·", "□", "■", "⟨", "⟩")
"""How padding, unknown, hidden, start and end are written."""

UNKNOWN, HIDDEN, START, END = 1, 2, 3, 4
SIZES = {"reviews": 2000, "sst2": 4000}
"""Number of tokens in the vocabulary of each data set."""


def load(entry: Entry, full: bool) -> Dataset:
    """Texts as token numbers (n, T), int32.

    ``reviews`` is packaged whole, so ``full`` makes no difference; ``sst2`` is not packaged.
    """
    parts, source = texts(entry.name), "packaged sample"
    if entry.sample is None:
        source = locate(entry)[1]
    words = vocabulary(entry.name)
    splits = {
        name: Split(
            encode(part["text"], words, entry.shape[0]),
            part["label"].to_numpy(np.int64),
        )
        for name, part in parts.items()
    }
    unlabeled = splits["train"].x
    return Dataset(
        name=entry.name,
        classes=entry.classes,
        unlabeled=unlabeled,
        train=splits["train"],
        validation=splits["validation"],
        test=splits["test"],
        official_test=None,
        source=source,
        sha256=hashlib.sha256(np.ascontiguousarray(unlabeled).data).hexdigest(),
    )


@lru_cache
def texts(name: str) -> dict[str, pd.DataFrame]:
    """The texts themselves, columns ``text`` and ``label``, of train, validation and test."""
    entry = REGISTRY[name]
    frame = _packaged(entry) if entry.sample is not None else _sentences(locate(entry)[0])
    return {
        part: frame[frame["part"] == part].reset_index(drop=True)
        for part in ("train", "validation", "test")
    }


@lru_cache
def vocabulary(name: str) -> tuple[str, ...]:
    """The tokens of a data set by number; ties in frequency go by code point."""
    counts = Counter(token for text in texts(name)["train"]["text"] for token in _cut(name, text))
    ordered = sorted(counts.keys() - set(SPECIAL), key=lambda token: (-counts[token], token))
    return SPECIAL + tuple(ordered[: SIZES[name] - len(SPECIAL)])


def encode(lines: Iterable[str], words: Sequence[str], length: int) -> np.ndarray:
    """Token numbers (n, length): start, the text, end; what is too long is cut off, end too.

    If every token of ``words`` is one character, texts are cut into characters, else at spaces.
    ■ in a text stands for a hidden token.
    """
    number = {token: position for position, token in enumerate(words) if token not in SPECIAL}
    number["■"] = HIDDEN
    characters = all(len(token) == 1 for token in words)
    lines = list(lines)
    encoded = np.zeros((len(lines), length), np.int32)
    for row, line in zip(encoded, lines, strict=True):
        tokens = [number.get(token, UNKNOWN) for token in (line if characters else line.split())]
        tokens = [START, *tokens, END][:length]
        row[: len(tokens)] = tokens
    return encoded


def decode(tokens: np.ndarray, words: Sequence[str]) -> list[str]:
    """Texts of token numbers (n, T), without start, end and padding; unknown is □, hidden ■."""
    between = "" if all(len(token) == 1 for token in words) else " "
    silent = (0, START, END)
    return [between.join(words[i] for i in row if i not in silent) for row in np.asarray(tokens)]


def _cut(name: str, text: str) -> Iterable[str]:
    return text if name == "reviews" else text.split()


def _packaged(entry: Entry) -> pd.DataFrame:
    with packaged(entry.sample) as path:
        return pd.read_csv(path, keep_default_na=False)


def _sentences(paths: list[Path]) -> pd.DataFrame:
    """SST-2 without its repetitions: phrases that stand inside a longer one are left out.

    GLUE lists every phrase of a sentence beside the sentence.  Parts of one sentence would lie
    on both sides of any random split.  A tenth of the sentences is kept for validation.
    """
    entry, columns = REGISTRY["sst2"], ["text", "label"]
    train, test = (contents.table(path, entry, columns, keep_default_na=False) for path in paths)
    for path, frame in zip(paths, (train, test), strict=True):
        contents.require_labels(path, entry, frame["label"].to_numpy())
    phrases = [tuple(text.split()) for text in train["text"]]
    inside: set[tuple[str, ...]] = set()
    whole = []
    for row in sorted(range(len(phrases)), key=lambda row: -len(phrases[row])):
        words = phrases[row]
        if words in inside:
            continue
        whole.append(row)
        stops = range(1, len(words) + 1)
        inside.update(words[start:stop] for stop in stops for start in range(stop))
    train = train.iloc[sorted(whole)].sample(frac=1, random_state=0)
    held_out = len(train) // 10
    train["part"] = ["validation"] * held_out + ["train"] * (len(train) - held_out)
    return pd.concat([train, test.assign(part="test")])
