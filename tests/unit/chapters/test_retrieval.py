"""Halves, BM25 and ranks of section 9.3, and the inverse cloze loss."""

import keras
import numpy as np

from ssl_course import networks
from ssl_course.chapters import retrieval
from ssl_course.chapters.inverse_cloze import InverseCloze


def test_halves():
    assert retrieval.halves("abcdefgh,ijklmnop") == ("abcdefgh,", "ijklmnop")
    assert retrieval.halves("abc,defghijklmnop") is None
    assert retrieval.halves("a" * 40) is None
    passages, queries = retrieval.pairs("test")
    assert len(passages) == len(queries) > 1000
    assert min(map(len, passages + queries)) >= retrieval.SHORTEST


def test_bm25_by_hand():
    passages = ["aab", "bcc", "cab"]
    bm25 = retrieval.BM25(passages, k=1.2, b=0.75)
    terms = list(bm25.counter.get_feature_names_out())
    assert terms == ["a", "ab", "b", "c"]
    counts = {"a": 2, "ab": 1, "b": 1}
    lengths = np.array([4, 3, 4])
    norm = 1.2 * (0.25 + 0.75 * lengths[0] / lengths.mean())
    idf = dict(zip(terms, np.log((3 - bm25.holding + 0.5) / (bm25.holding + 0.5) + 1), strict=True))
    wanted = sum(idf[t] * n * 2.2 / (n + norm) for t, n in counts.items())
    assert np.isclose(bm25(["ab"], passages)[0, 0], wanted)
    assert bm25(["zz"], passages).tolist() == [[0, 0, 0]]
    assert bm25.rarest_shared(["ab", "zz"], ["aab", "b"]).tolist() == [2, np.inf]


def test_ranks_count_ties_against():
    scores = np.array([[3.0, 1.0, 2.0], [5.0, 5.0, 1.0], [0.0, 0.0, 0.0]])
    assert retrieval.ranks(scores).tolist() == [1, 2, 3]


def test_cosine_is_centered():
    x = np.random.default_rng(0).normal(size=(5, 3))
    assert np.allclose(np.diag(retrieval.cosine(x, x + 7)), 1)


def test_inverse_cloze_learns_pairs():
    keras.utils.set_random_seed(0)
    encoder = networks.text_encoder(networks.text_transformer(20, 8, 32, 1))
    method = InverseCloze(encoder)
    method.compile(keras.optimizers.Adam(1e-2))
    tokens = np.random.default_rng(0).integers(5, 20, size=(16, 8)).astype("int32")
    pair = [tokens, tokens[:, ::-1]]
    first = method.evaluate(pair, batch_size=16, verbose=0)
    method.fit(pair, batch_size=16, epochs=30, verbose=0)
    assert method.evaluate(pair, batch_size=16, verbose=0) < first / 2
