"""Measure the retrieval table of section 9.3: python benchmarks/language.py [PART …]

Which first half of a review belongs to a second half?  Parts: ``tuning`` (rate and temperature of
the inverse cloze, from the checkpoint and from scratch, and the weight of the mixture, on
validation reviews, one seed) and ``test`` (counting with TF-IDF, BM25 and LSA, frozen language
models, and the inverse cloze from either start, three seeds each, on test reviews); without a part,
both.  About twenty-five CPU minutes, packaged data only.  Writes course/results/language.csv
after every row.  The mixture adds the cosine, times the weight, to the cosine of TF-IDF.
"""

import itertools
import time
from pathlib import Path

import keras
import numpy as np
from rows import measure_parts, put
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from ssl_course import networks
from ssl_course.chapters import retrieval
from ssl_course.chapters.inverse_cloze import InverseCloze
from ssl_course.data import text
from ssl_course.pretrain import pretrain

TABLE = Path(__file__).parents[1] / "ssl_course/course/results" / "language.csv"
COLUMNS = ["method", "part", "seed", "rate", "temperature", "weight"]
COLUMNS += ["recall_1", "recall_10", "recall_100", "mrr", "recall_10_rare", "recall_10_common"]
COLUMNS += ["cpu_minutes", "date"]
SEEDS, EPOCHS, BATCH = (0, 1, 2), 3, 128
RATES, TEMPERATURES, WEIGHTS = (3e-4, 1e-3, 3e-3, 1e-2), (0.05, 0.1, 0.2), (0.25, 0.5, 1.0, 2.0)
CHOSEN = {"cloze": (3e-3, 0.1, 0.5), "cloze_scratch": (1e-3, 0.1, 0.5)}
"""Rate, temperature and weight: the best of ``tuning`` by recall@10, the weight last."""
TUNING_SEED = 100
RARE = 10
"""A shared term is rare if at most so many of the passages of the training part hold it."""

WORDS = text.vocabulary("reviews")
TRAIN = retrieval.pairs("train")


def encode(lines) -> np.ndarray:
    return text.encode(lines, WORDS, 48)


class Queries:
    """The queries of a part, and the measures of a method's scores for them."""

    def __init__(self, part: str):
        self.passages, self.queries = retrieval.pairs(part)
        bm25 = retrieval.BM25(TRAIN[0])
        self.rare = bm25.rarest_shared(self.queries, self.passages) <= RARE
        counts = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), min_df=2, sublinear_tf=True)
        self.counts = counts.fit(TRAIN[0] + TRAIN[1])
        query, passage = map(self.counts.transform, (self.queries, self.passages))
        self.lexical = (query @ passage.T).toarray()

    def cosine(self, encoder: keras.Model) -> np.ndarray:
        sides = (self.queries, self.passages)
        return retrieval.cosine(
            *(encoder.predict(encode(side), batch_size=500, verbose=0) for side in sides)
        )

    def measures(self, scores: np.ndarray) -> dict:
        ranks, rare = retrieval.ranks(scores), self.rare
        row = {f"recall_{k}": np.mean(ranks <= k) for k in (1, 10, 100)}
        row |= {"mrr": np.mean(1 / ranks), "recall_10_rare": np.mean(ranks[rare] <= 10)}
        return row | {"recall_10_common": np.mean(ranks[~rare] <= 10)}


def untrained(seed: int) -> keras.Model:
    keras.utils.set_random_seed(seed)
    return networks.text_encoder(networks.text_transformer(len(WORDS)))


def trained(start: keras.Model | None, seed: int, rate: float, temperature: float) -> keras.Model:
    encoder = untrained(seed)
    if start is not None:
        encoder.set_weights(start.get_weights())
    method = InverseCloze(encoder, temperature)
    method.compile(keras.optimizers.Adam(rate))
    pair = [encode(TRAIN[1]), encode(TRAIN[0])]
    method.fit(pair, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    return encoder


def store(row: dict, start: float) -> None:
    row = row | {"cpu_minutes": (time.process_time() - start) / 60}
    print(row, flush=True)
    put(row, TABLE, COLUMNS, COLUMNS[:6])


def starts() -> dict[str, keras.Model | None]:
    return {"cloze": pretrain("reviews-masked").encoder, "cloze_scratch": None}


def tuning() -> None:
    judge = Queries("validation")
    for (name, before), rate, temperature in itertools.product(
        starts().items(), RATES, TEMPERATURES
    ):
        start = time.process_time()
        scores = judge.cosine(trained(before, TUNING_SEED, rate, temperature))
        row = {"part": "tuning", "seed": TUNING_SEED, "rate": rate, "temperature": temperature}
        store(row | {"method": name, "weight": 0.0} | judge.measures(scores), start)
        for weight in WEIGHTS:
            measures = judge.measures(weight * scores + judge.lexical)
            store(row | {"method": f"{name}+tfidf", "weight": weight} | measures, start)


def test() -> None:
    judge = Queries("test")

    def measure(method: str, scores: np.ndarray, start: float, seed: int = 0, **settings) -> None:
        settings = {"rate": 0.0, "temperature": 0.0, "weight": 0.0} | settings
        row = {"method": method, "part": "test", "seed": seed} | settings
        store(row | judge.measures(scores), start)

    start = time.process_time()
    query, passage = map(judge.counts.transform, (judge.queries, judge.passages))
    measure("tfidf", (query @ passage.T).toarray(), start)
    start = time.process_time()
    measure("bm25", retrieval.BM25(TRAIN[0])(judge.queries, judge.passages), start)
    start = time.process_time()
    whole = judge.counts.transform(map("".join, zip(*TRAIN, strict=True)))
    svd = TruncatedSVD(128, random_state=0).fit(whole)
    measure("lsa", retrieval.cosine(svd.transform(query), svd.transform(passage)), start)
    for name in ("masked", "causal"):
        encoder = pretrain(f"reviews-{name}").encoder
        start = time.process_time()
        measure(name, judge.cosine(encoder), start)
    begin = starts()
    for seed in SEEDS:
        start = time.process_time()
        measure("random", judge.cosine(untrained(seed)), start, seed)
        for name, before in begin.items():
            rate, temperature, weight = CHOSEN[name]
            settings = {"rate": rate, "temperature": temperature}
            start = time.process_time()
            scores = judge.cosine(trained(before, seed, **settings))
            measure(name, scores, start, seed, **settings)
            mixed = weight * scores + judge.lexical
            measure(f"{name}+tfidf", mixed, start, seed, weight=weight, **settings)


PARTS = {"tuning": tuning, "test": test}

if __name__ == "__main__":
    measure_parts(__doc__, PARTS)
