"""Finding the passage that belongs to a query: halves of reviews, BM25, ranks."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer

from ssl_course.data import text

MARKS = re.compile(r"[，。！？；,.!?;~～…、 ]+")
"""Where a review may be cut."""

SHORTEST = 8
"""Characters that each half of a review has at least."""


def halves(review: str) -> tuple[str, str] | None:
    """A review cut at the mark nearest to its middle; None if a half would be too short."""
    cuts = [found.end() for found in MARKS.finditer(review)]
    cuts = [cut for cut in cuts if SHORTEST <= cut <= len(review) - SHORTEST]
    if not cuts:
        return None
    cut = min(cuts, key=lambda cut: abs(cut - len(review) / 2))
    return review[:cut], review[cut:]


def pairs(part: str) -> tuple[list[str], list[str]]:
    """Passages (first halves) and queries (second halves) of a part of the reviews."""
    cut = [both for both in map(halves, text.texts("reviews")[part]["text"]) if both]
    passages, queries = map(list, zip(*cut, strict=True))
    return passages, queries


class BM25:
    r"""Count shared characters and pairs, rare ones more (Robertson & Zaragoza, 2009).

    .. math:: s(q, p) = \sum_{t \in q} \mathrm{idf}(t)
        \frac{(k + 1)\, n_{tp}}{n_{tp} + k (1 - b + b\, |p| / \overline{|p|})}

    Terms, and how rare they are, are counted on the passages given at first.
    """

    def __init__(self, passages: Sequence[str], k: float = 1.2, b: float = 0.75):
        self.k, self.b = k, b
        self.counter = CountVectorizer(analyzer="char", ngram_range=(1, 2), min_df=2)
        counts = self.counter.fit_transform(passages)
        holding = np.asarray((counts > 0).sum(axis=0)).ravel()
        self.holding = holding
        self.idf = np.log((len(passages) - holding + 0.5) / (holding + 0.5) + 1)

    def __call__(self, queries: Sequence[str], passages: Sequence[str]) -> np.ndarray:
        """Scores (queries, passages)."""
        counts = self.counter.transform(passages).astype("float64")
        length = np.asarray(counts.sum(axis=1)).ravel()
        norm = self.k * (1 - self.b + self.b * length / max(length.mean(), 1e-9))
        rows, terms = counts.nonzero()
        counts.data = self.idf[terms] * counts.data * (self.k + 1) / (counts.data + norm[rows])
        asked = (self.counter.transform(queries) > 0).astype("float64")
        return (asked @ counts.T).toarray()

    def rarest_shared(self, queries: Sequence[str], passages: Sequence[str]) -> np.ndarray:
        """How rare is what each query shares with its own passage? (n,)

        The number of the first passages that hold the rarest shared term; infinite if none is.
        """
        asked, held = (self.counter.transform(lines) > 0 for lines in (queries, passages))
        both = asked.multiply(held).tocsr()
        ends = zip(both.indptr, both.indptr[1:], strict=False)
        spans = (both.indices[start:stop] for start, stop in ends)
        return np.array([self.holding[row].min() if len(row) else np.inf for row in spans])


def ranks(scores: np.ndarray) -> np.ndarray:
    """Rank of passage i for query i in scores (n, n), from 1; ties count against it."""
    return (scores >= np.diag(scores)[:, None]).sum(axis=1)


def cosine(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Cosines (n, m) of vectors (n, d) and (m, d), each side centered first."""
    sides = (side - side.mean(axis=0) for side in (first, second))
    one, two = (s / np.maximum(np.linalg.norm(s, axis=1, keepdims=True), 1e-9) for s in sides)
    return one @ two.T
