"""Measure the retrieval table of section 9.3: python benchmarks/language.py [PART …]

Which first half of a review belongs to a second half?  Parts: ``tuning`` (rate and temperature of
the inverse cloze, from the checkpoint and from scratch, and the weight of the mixture, on
validation reviews, one seed) and ``test`` (counting with TF-IDF, BM25 and LSA, frozen language
models, and the inverse cloze from either start, three seeds each, on test reviews).  The mixture
adds the cosine, times the weight, to the cosine of TF-IDF.  ``names``: the strengths of the
taggers, in five folds over the annotated validation reviews.  Packaged data alone.  Writes
course/results/language.csv.  About twenty-eight CPU minutes.
"""

import itertools
import time
from collections.abc import Callable, Iterable

import keras
import numpy as np
from command import Command, in_parts
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfVectorizer
from table import Table

from ssl_course import networks
from ssl_course.chapters import entities, retrieval
from ssl_course.chapters.entities import taggers
from ssl_course.chapters.inverse_cloze import InverseCloze
from ssl_course.data import text
from ssl_course.pretrain import pretrain

KEYS = ("method", "part", "seed", "rate", "temperature", "weight", "strength")
TABLE = Table(
    "language",
    KEYS,
    (
        *(*KEYS, "recall_1", "recall_10", "recall_100", "mrr", "recall_10_rare"),
        *("recall_10_common", "f1", "cpu_minutes", "date"),
    ),
)
SEEDS, EPOCHS, BATCH = (0, 1, 2), 3, 128
RATES, TEMPERATURES, WEIGHTS = (3e-4, 1e-3, 3e-3, 1e-2), (0.05, 0.1, 0.2), (0.25, 0.5, 1.0, 2.0)
CHOSEN = {"cloze": (3e-3, 0.1, 0.5), "cloze_scratch": (1e-3, 0.1, 0.5)}
"""Rate, temperature and weight: the best of ``tuning`` by recall@10, the weight last."""
TUNING_SEED = 100
STRENGTHS = {"characters": (1.0, 10.0, 100.0), "random": (0.01, 0.1, 1.0)}
STRENGTHS["frozen"] = STRENGTHS["random"]
FOLDS = 5
RARE = 10
"""A shared term is rare if at most so many of the passages of the training part hold it."""


def encode(lines: Iterable[str]) -> np.ndarray:
    """Token numbers (n, 48)."""
    return text.encode(lines, text.vocabulary("reviews"), 48)


class Queries:
    """The queries of a part, and the measures of a method's scores for them."""

    def __init__(self, part: str):
        self.passages, self.queries = retrieval.pairs(part)
        self.train = retrieval.pairs("train")
        bm25 = retrieval.BM25(self.train[0])
        self.rare = bm25.rarest_shared(self.queries, self.passages) <= RARE
        counts = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), min_df=2, sublinear_tf=True)
        self.counts = counts.fit(self.train[0] + self.train[1])
        query, passage = map(self.counts.transform, (self.queries, self.passages))
        self.lexical = (query @ passage.T).toarray()

    def cosine(self, encoder: keras.Model) -> np.ndarray:
        """The cosine of the representations of every query and every passage."""
        sides = (self.queries, self.passages)
        return retrieval.cosine(
            *(encoder.predict(encode(side), batch_size=500, verbose=0) for side in sides)
        )

    def measures(self, scores: np.ndarray) -> dict[str, float]:
        """How often, and where, the scores find the passage of a query."""
        ranks, rare = retrieval.ranks(scores), self.rare
        row = {f"recall_{k}": np.mean(ranks <= k) for k in (1, 10, 100)}
        row |= {"mrr": np.mean(1 / ranks), "recall_10_rare": np.mean(ranks[rare] <= 10)}
        return row | {"recall_10_common": np.mean(ranks[~rare] <= 10)}


def untrained(seed: int) -> keras.Model:
    """The encoder with random weights."""
    keras.utils.set_random_seed(seed)
    return networks.text_encoder(networks.text_transformer(len(text.vocabulary("reviews"))))


def trained(start: keras.Model | None, seed: int, rate: float, temperature: float) -> keras.Model:
    """The inverse cloze from the weights of ``start``, or from scratch."""
    encoder = untrained(seed)
    if start is not None:
        encoder.set_weights(start.get_weights())
    method = InverseCloze(encoder, temperature)
    method.compile(keras.optimizers.Adam(rate))
    passages, queries = retrieval.pairs("train")
    pair = [encode(queries), encode(passages)]
    method.fit(pair, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    return encoder


def starts() -> dict[str, keras.Model | None]:
    """What the two rows of the cloze begin with."""
    return {"cloze": pretrain("reviews-masked").encoder, "cloze_scratch": None}


def minutes(start: float) -> float:
    """CPU minutes since ``start``."""
    return (time.process_time() - start) / 60


def tuning(table: Table) -> None:
    """Rows of every rate, temperature and weight; one training gives those of all weights."""
    judge = Queries("validation")
    for (name, before), rate, temperature in itertools.product(
        starts().items(), RATES, TEMPERATURES
    ):
        key = {"part": "tuning", "seed": TUNING_SEED, "rate": rate, "temperature": temperature}
        key["strength"] = 0.0
        if table.done(method=name, **key):
            continue
        start = time.process_time()
        scores = judge.cosine(trained(before, TUNING_SEED, rate, temperature))
        row = key | {"method": name, "weight": 0.0} | judge.measures(scores)
        rows = [row | {"cpu_minutes": minutes(start)}]
        for weight in WEIGHTS:
            row = key | {"method": f"{name}+tfidf", "weight": weight}
            row |= judge.measures(weight * scores + judge.lexical)
            rows.append(row | {"cpu_minutes": minutes(start)})
        table.put(*rows)


def counting(judge: Queries) -> dict[str, Callable[[], np.ndarray]]:
    """Scores without a network: TF-IDF, BM25, and LSA learned from the training part."""

    def vectors() -> tuple:
        return tuple(map(judge.counts.transform, (judge.queries, judge.passages)))

    def tfidf() -> np.ndarray:
        query, passage = vectors()
        return (query @ passage.T).toarray()

    def bm25() -> np.ndarray:
        return retrieval.BM25(judge.train[0])(judge.queries, judge.passages)

    def lsa() -> np.ndarray:
        whole = judge.counts.transform(map("".join, zip(*judge.train, strict=True)))
        svd = TruncatedSVD(128, random_state=0).fit(whole)
        return retrieval.cosine(*map(svd.transform, vectors()))

    return {"tfidf": tfidf, "bm25": bm25, "lsa": lsa}


def test(table: Table) -> None:
    """Rows of the table of the chapter."""
    judge = Queries("test")

    def measure(method: str, seed: int, score: Callable[[], np.ndarray]) -> None:
        key = {"method": method, "part": "test", "seed": seed}
        key |= {"rate": 0.0, "temperature": 0.0, "weight": 0.0, "strength": 0.0}
        if not table.done(**key):
            start = time.process_time()
            row = judge.measures(score())
            table.put(key | row | {"cpu_minutes": minutes(start)})

    for name, score in counting(judge).items():
        measure(name, 0, score)
    for name in ("masked", "causal"):
        encoder = pretrain(f"reviews-{name}").encoder
        measure(name, 0, lambda encoder=encoder: judge.cosine(encoder))
    begin = starts()
    for seed in SEEDS:
        measure("random", seed, lambda seed=seed: judge.cosine(untrained(seed)))
        for name, before in begin.items():
            cloze(table, judge, name, before, seed)


def cloze(table: Table, judge: Queries, name: str, before: keras.Model | None, seed: int) -> None:
    """Two rows of one training: the inverse cloze alone, and mixed with TF-IDF."""
    rate, temperature, weight = CHOSEN[name]
    key = {"part": "test", "seed": seed, "rate": rate, "temperature": temperature}
    key["strength"] = 0.0
    if table.done(method=name, **key):
        return
    start = time.process_time()
    scores = judge.cosine(trained(before, seed, rate, temperature))
    alone = {"method": name, "weight": 0.0} | judge.measures(scores)
    alone["cpu_minutes"] = minutes(start)
    mixed = {"method": f"{name}+tfidf", "weight": weight}
    mixed |= judge.measures(weight * scores + judge.lexical)
    mixed["cpu_minutes"] = minutes(start)
    table.put(key | alone, key | mixed)


def names(table: Table) -> None:
    """Rows of every tagger and strength: F1 of whole names, each review tagged by other folds."""
    pool = entities.annotated("validation")
    masked, causal = (pretrain(f"reviews-{name}").transformer for name in ("masked", "causal"))
    keras.utils.set_random_seed(0)
    untrained = [networks.text_transformer(2000, causal=causal) for causal in (False, True)]
    counter = DictVectorizer()
    features = {
        "characters": counter.fit_transform(taggers.characters(pool.texts)),
        "random": taggers.Frozen(untrained, pool.texts)(pool.texts),
        "frozen": taggers.Frozen([masked, causal], pool.texts)(pool.texts),
    }
    fold = np.arange(len(pool.texts)) % FOLDS
    of_character = np.repeat(fold, [len(line) for line in pool.texts])
    for name, x in features.items():
        for strength in STRENGTHS[name]:
            key = {"method": name, "part": "names", "seed": 0, "strength": strength}
            key |= {"rate": 0.0, "temperature": 0.0, "weight": 0.0}
            if table.done(**key):
                continue
            start, hit, said = time.process_time(), 0, 0
            for one in range(FOLDS):
                known = part(pool, np.flatnonzero(fold != one))
                asked = part(pool, np.flatnonzero(fold == one))
                tagger = taggers.Tagger(x[of_character != one], known, strength)
                found = tagger(x[of_character == one], asked.texts)
                pairs = zip(found, asked.names, strict=True)
                hit += sum(len(ours & theirs) for ours, theirs in pairs)
                said += sum(map(len, found))
            f1 = 2 * hit / (said + sum(map(len, pool.names)))
            table.put(key | {"f1": f1, "cpu_minutes": minutes(start)})


def part(pool: entities.Annotated, rows: np.ndarray) -> entities.Annotated:
    """Some of the annotated reviews."""
    return entities.Annotated([pool.texts[i] for i in rows], [pool.names[i] for i in rows])


PARTS = {"tuning": tuning, "test": test, "names": names}
COMMAND = Command(__doc__, TABLE, PARTS, "PART")


if __name__ == "__main__":
    COMMAND.run(in_parts(PARTS))
