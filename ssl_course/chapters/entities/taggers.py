"""Taggers of named entities: a linear classifier of characters, read as whole names (9.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import keras
import numpy as np
from sklearn.linear_model import LogisticRegression

from ssl_course.chapters import entities
from ssl_course.data import text

LENGTH, REACH = 48, 2
"""Tokens of a review, and how many neighbors on either side a character is seen with."""

NEVER = -20.0
"""Score of a tag that the classifier has not seen."""


def token_vectors(network: keras.Model, tokens: np.ndarray) -> np.ndarray:
    """Vectors (n, T, d) of token numbers (n, T)."""
    parts = (tokens[i : i + 500] for i in range(0, len(tokens), 500))
    return np.concatenate([np.asarray(network(part)) for part in parts])


def characters(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    """For each character a dictionary of those around it, and of the pairs among them."""
    for line in lines:
        wide = "⟨" * REACH + line + "⟩" * REACH
        for at in range(REACH, len(line) + REACH):
            single = {f"at {d}": wide[at + d] for d in range(-REACH, REACH + 1)}
            pairs = {f"pair {d}": wide[at + d : at + d + 2] for d in range(-REACH, REACH)}
            yield single | pairs


class Frozen:
    """Token vectors of networks side by side, with those of a character's neighbors.

    They are centered and scaled by what ``lines`` give, without labels.
    """

    def __init__(self, networks: Sequence[keras.Model], lines: Sequence[str]):
        self.networks = networks
        rows = self._raw(lines)
        self.mean, self.scale = rows.mean(axis=0), rows.std()

    def __call__(self, lines: Sequence[str]) -> np.ndarray:
        """Features of all characters of all lines, (characters, d)."""
        return (self._raw(lines) - self.mean) / self.scale

    def _raw(self, lines: Sequence[str]) -> np.ndarray:
        tokens = text.encode(lines, text.vocabulary("reviews"), LENGTH)
        seen = [token_vectors(network, tokens) for network in self.networks]
        both = np.concatenate(seen, axis=-1)
        rows = [part[1 : len(line) + 1] for part, line in zip(both, lines, strict=True)]
        return np.vstack(entities.window(rows, REACH))


class Tagger:
    """Logistic regression of `entities.TAGS` that is decoded to legal names."""

    def __init__(self, features: Any, known: entities.Annotated, strength: float):
        """Fit to the features of all characters of the annotated reviews."""
        lines = zip(known.texts, known.names, strict=True)
        tags = [entities.to_tags(names, len(line)) for line, names in lines]
        self.model = LogisticRegression(C=strength, max_iter=200)
        self.model.fit(features, np.concatenate(tags))

    def __call__(
        self, features: Any, lines: Sequence[str], courage: float = 0.0
    ) -> list[set[entities.Name]]:
        """The names of each line; ``courage`` (nats) is taken from the score of "no name"."""
        scores = np.full((features.shape[0], len(entities.TAGS)), NEVER)
        scores[:, self.model.classes_] = self.model.predict_log_proba(features)
        scores[:, 0] -= courage
        parts = np.split(scores, np.cumsum([len(line) for line in lines])[:-1])
        return [entities.to_names(entities.best_tags(part)) for part in parts]
