"""Write with a causal language model, one token at a time, without repeating any work."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ssl_course.methods import CausalLanguageModel
from ssl_course.methods.language import END, PADDING, START
from ssl_course.networks import text_step


def write(
    method: CausalLanguageModel, temperatures: Sequence[float], seed: int | None = None
) -> np.ndarray:
    """Sequences (n, T) that a `CausalLanguageModel` samples, one for each temperature (n,).

    Each begins with the start token.  A logit is divided by the temperature and one of the
    tokens from the end token on is drawn; after the end token comes padding.  T is the length
    that the method was made for.

    A token sees only what came before, so the keys and values of earlier tokens stay as they
    are.  They are kept, and each step computes those of one token.
    """
    length = method.transformer.input_shape[1]
    random = np.random.default_rng(seed)
    divisors = np.asarray(temperatures, "float32")[:, None]
    tokens = np.full((len(divisors), length), PADDING, "int32")
    tokens[:, 0] = START
    cache: dict[int, tuple] = {}
    for place in range(1, length):
        vectors = text_step(method.transformer, tokens[:, place - 1], place - 1, cache)
        scores = np.asarray(method.score(vectors))[:, 0] / divisors
        scores[:, :END] = -np.inf
        drawn = (scores + random.gumbel(size=scores.shape)).argmax(axis=1)
        over = np.isin(tokens[:, place - 1], (PADDING, END))
        tokens[:, place] = np.where(over, PADDING, drawn)
        if over.all():
            break
    return tokens
