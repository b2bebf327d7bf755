"""Measure the tables of section 6.2: python benchmarks/text.py [CORPUS or ROW …]

Sentiment from frozen features and 5 to 1,500 labels a class, or all; perplexity of language
models.  A corpus means all of its rows, a row that of both corpora, both that row of that corpus.
``reviews`` is packaged, with its checkpoints; ``sst2`` needs its two files (cache or mirror) and
trains its two language models here.  Writes course/results/text.csv, and text_draws.csv with every
draw and seed.  About 15 minutes on one core.

Every strength of a logistic regression is the one that is best on validation, for all draws of
a budget together; columns ``fixed_…`` of the draws have one strength for all, and no validation
label.  All rows see the same draws.
"""

import time
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import replace

import keras
import numpy as np
import pandas as pd
from command import Command
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from table import Table

from ssl_course import data, evaluate, methods, networks
from ssl_course.chapters import faults
from ssl_course.data import text
from ssl_course.pretrain import pretrain

Measured = tuple[dict, list[dict]]
"""A row of the table, and its runs: one for each seed and draw of labels."""
Measure = Callable[[str, data.Dataset], Measured]
"""From a corpus, by name and as a data set, to what was measured."""

BUDGETS = (5, 15, 50, 150, 500, 1500)
TUNED_BUDGETS = (50, 500)
DRAWS, SEEDS = 5, 3
FIXED = evaluate.FEW_LABEL_STRENGTH
"""The strength that no label chose."""
WIDTH = 64
PSEUDO_COUNTS = (20, 50, 100, 200, 400)


def few(dataset: data.Dataset, per_class: int, draw: int) -> np.ndarray:
    """Rows of the training part: a draw of so many examples of each class."""
    rows = np.arange(len(dataset.train))
    return data.few_labels(data.Split(rows, dataset.train.y), per_class, draw).x


def probe(
    dataset: data.Dataset,
    train: np.ndarray,
    validation: np.ndarray,
    test: np.ndarray,
    strengths: Sequence[float],
    seed: int = 0,
) -> Measured:
    """Accuracy of logistic regression at every budget, mean and deviation over the draws."""
    row = {}
    runs = [{"seed": seed, "draw": draw} for draw in range(DRAWS)]
    everything = np.arange(len(dataset.train))
    for budget in (*BUDGETS, "all"):
        draws = range(DRAWS) if budget != "all" else range(1)
        chosen = [everything if budget == "all" else few(dataset, budget, d) for d in draws]
        scores = np.zeros((len(strengths), len(chosen), 2))
        for i, strength in enumerate(strengths):
            for j, rows in enumerate(chosen):
                model = LogisticRegression(C=strength, max_iter=500)
                model.fit(train[rows], dataset.train.y[rows])
                scores[i, j] = (
                    model.score(validation, dataset.validation.y),
                    model.score(test, dataset.test.y),
                )
        best = scores[scores[..., 0].mean(axis=1).argmax(), :, 1]
        row |= _column(budget, best)
        fixed = scores[list(strengths).index(FIXED), :, 1]
        for run, score, plain in zip(runs, best, fixed, strict=False):
            run |= {_name(budget): score, f"fixed_{budget}": plain}
    return row, runs


def _name(budget: int | str) -> str:
    return "all" if budget == "all" else f"few_{budget}"


def _column(budget: int | str, scores: Sequence[float]) -> dict:
    """Mean and deviation at a budget, as columns of the table."""
    name = _name(budget)
    return {name: np.mean(scores)} | ({f"{name}_std": np.std(scores)} if len(scores) > 1 else {})


def n_grams(name: str) -> tuple:
    """Counts of characters and their pairs (Chinese), or of words and theirs (English)."""
    kind = {"analyzer": "char"} if name == "reviews" else {"token_pattern": r"\S+"}
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, **kind)
    parts = text.texts(name)
    fitted = vectorizer.fit_transform(parts["train"]["text"])
    return fitted, *(vectorizer.transform(parts[p]["text"]) for p in ("validation", "test"))


def tfidf(name: str, dataset: data.Dataset) -> Measured:
    """The row of a linear classifier on TF-IDF."""
    return probe(dataset, *n_grams(name), strengths=(1, 10, 100))


def lsa(name: str, dataset: data.Dataset) -> Measured:
    """The first principal directions of TF-IDF on the unlabeled texts, and nothing else."""
    train, *others = n_grams(name)
    svd = TruncatedSVD(WIDTH, random_state=0).fit(train)
    return probe(dataset, *_scaled(*map(svd.transform, (train, *others))), evaluate.STRENGTHS)


def frozen(dataset: data.Dataset, encoder: keras.Model, seed: int = 0) -> Measured:
    """The row of probes on a frozen encoder."""
    parts = (dataset.train, dataset.validation, dataset.test)
    embedded = (evaluate.embed(encoder, part).x for part in parts)
    return probe(dataset, *_scaled(*embedded), evaluate.STRENGTHS, seed)


def _scaled(train: np.ndarray, *others: np.ndarray) -> list[np.ndarray]:
    """Centered, and with mean squared norm 1, as in `evaluate`."""
    mean = train.mean(axis=0)
    scale = np.sqrt(((train - mean) ** 2).sum(axis=1).mean())
    return [(part - mean) / scale for part in (train, *others)]


def network(name: str, dataset: data.Dataset, causal: bool = False) -> keras.Model:
    """A fresh transformer for a corpus."""
    length = dataset.train.x.shape[1]
    return networks.text_transformer(text.SIZES[name], length, WIDTH, causal=causal)


def untrained(name: str, dataset: data.Dataset) -> Measured:
    """Control: the mean over `SEEDS` draws of random weights."""
    rows, runs = [], []
    for seed in range(SEEDS):
        keras.utils.set_random_seed(seed)
        row, its_runs = frozen(dataset, networks.text_encoder(network(name, dataset)), seed)
        rows.append(row)
        runs += its_runs
    frame = pd.DataFrame(rows)
    return frame.mean().to_dict() | {"all_std": frame["all"].std()}, runs


SST2_EPOCHS = {"masked": 15, "causal": 8}


def language_model(name: str, kind: str, dataset: data.Dataset) -> tuple[keras.Model, float]:
    """A trained language model and its CPU minutes."""
    if name == "reviews":
        method = pretrain(f"reviews-{kind}")
        return method, method.card["cpu_seconds"] / 60
    start = time.process_time()
    keras.utils.set_random_seed(0)
    if kind == "masked":
        method = methods.MaskedLanguageModel(network(name, dataset), rate=0.25)
    else:
        method = methods.CausalLanguageModel(network(name, dataset, causal=True))
    steps = SST2_EPOCHS[kind] * -(-len(dataset.unlabeled) // 64)
    method.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(3e-3, steps)))
    method.fit(dataset.unlabeled, batch_size=64, epochs=SST2_EPOCHS[kind], verbose=0)
    return method, (time.process_time() - start) / 60


def pretrained(kind: str) -> Measure:
    """The row of a frozen language model, ``masked`` or ``causal``."""

    def measure(name: str, dataset: data.Dataset) -> Measured:
        method, minutes = language_model(name, kind, dataset)
        row, runs = frozen(dataset, method.encoder)
        row["cpu_minutes"] = minutes
        if kind == "causal":
            row["perplexity"] = perplexity(method, dataset.test.x)
        return row, runs

    return measure


def perplexity(method: keras.Model, tokens: np.ndarray) -> float:
    """exp of the mean surprise of all tokens but the first, padding left out."""
    total = count = 0.0
    for start in range(0, len(tokens), 100):
        some = tokens[start : start + 100]
        real = float((some[:, 1:] > 0).sum())
        total += real * float(method.evaluate(some, batch_size=100, verbose=0))
        count += real
    return float(np.exp(total / count))


def counted(pairs: bool) -> Measure:
    """Perplexity of guessing by frequency, or by the token before (pseudo-count: validation)."""

    def measure(name: str, dataset: data.Dataset) -> Measured:
        size = text.SIZES[name]
        train, validation, test = (
            (part.x[:, :-1][part.x[:, 1:] > 0], part.x[:, 1:][part.x[:, 1:] > 0])
            for part in (dataset.train, dataset.validation, dataset.test)
        )
        alone = np.bincount(train[1], minlength=size) + 1.0
        alone /= alone.sum()
        if not pairs:
            return {"perplexity": np.exp(-np.log(alone[test[1]]).mean())}, []
        table = np.zeros((size, size))
        np.add.at(table, train, 1)

        def surprise(part: tuple[np.ndarray, np.ndarray], k: int) -> float:
            before, after = part
            share = (table[before, after] + k * alone[after]) / (table[before].sum(axis=1) + k)
            return -np.log(share).mean()

        k = min(PSEUDO_COUNTS, key=lambda k: surprise(validation, k))
        return {"perplexity": np.exp(surprise(test, k))}, []

    return measure


def tuned(start_from: str | None) -> Measure:
    """All weights trained on labels, from a language model or from scratch.

    Each draw of a budget has its own seed; with all labels there are `SEEDS` seeds.
    """

    def measure(name: str, dataset: data.Dataset) -> Measured:
        row, runs = {}, {}
        for budget in (*TUNED_BUDGETS, "all"):
            scores = []
            full = budget == "all"
            for seed in range(SEEDS if full else DRAWS):
                rows = slice(None) if full else few(dataset, budget, seed)
                keras.utils.set_random_seed(seed)
                if start_from:
                    encoder = language_model(name, start_from, dataset)[0].encoder
                else:
                    encoder = networks.text_encoder(network(name, dataset))
                keras.utils.set_random_seed(seed)
                x, y = dataset.train.x[rows], dataset.train.y[rows]
                scores.append(_fine_tune(encoder, x, y, dataset))
                key = {"seed": seed, "draw": 0 if full else seed}
                runs.setdefault(tuple(key.values()), key)[_name(budget)] = scores[-1]
                keras.backend.clear_session()
            row |= _column(budget, scores)
        return row, list(runs.values())

    return measure


def _fine_tune(encoder: keras.Model, x: np.ndarray, y: np.ndarray, dataset: data.Dataset) -> float:
    """Test accuracy after a number of epochs that was fixed beforehand."""
    classify = keras.layers.Dense(1, "sigmoid", name="classify")
    model = keras.Model(encoder.input, classify(encoder.output))
    model.compile(keras.optimizers.Adam(5e-4), "binary_crossentropy", metrics=["accuracy"])
    model.fit(x, y, batch_size=32, epochs={100: 15, 1000: 8}.get(len(x), 2), verbose=0)
    return model.evaluate(dataset.test.x, dataset.test.y, 500, verbose=0)[1]


def short(kind: str) -> Measure:
    """Perplexity of a small causal model after seconds of training, right or with a fault.

    On the first tokens of validation reviews; the mean loss of `SEEDS` seeds.
    """

    def measure(name: str, dataset: data.Dataset) -> Measured:
        train, validation = (
            part.x[:, : faults.LENGTH] for part in (dataset.train, dataset.validation)
        )
        losses = []
        for seed in range(SEEDS):
            keras.utils.set_random_seed(seed)
            method = faults.small(kind)
            method.compile(keras.optimizers.Adam(1e-2))
            method.fit(train[:1250], batch_size=25, epochs=2, verbose=0)
            losses.append(method.evaluate(validation, batch_size=500, verbose=0))
            keras.backend.clear_session()
        return {"perplexity": np.exp(np.mean(losses))}, []

    return measure


ROWS = {
    "unigram": counted(pairs=False),
    "bigram": counted(pairs=True),
    "tfidf": tfidf,
    "lsa": lsa,
    "random": untrained,
    "masked": pretrained("masked"),
    "causal": pretrained("causal"),
    "scratch": tuned(None),
    "masked_tuned": tuned("masked"),
    **{f"short, {kind}": short(kind) for kind in faults.KINDS},
}
ONLY_REVIEWS = ("scratch", "masked_tuned", *(f"short, {kind}" for kind in faults.KINDS))
CORPORA = ("reviews", "sst2")

TABLE = Table(
    "text",
    ("method", "corpus"),
    (
        *("method", "corpus", "cpu_minutes", "perplexity", "date"),
        *(f"few_{budget}{end}" for budget in BUDGETS for end in ("", "_std")),
        *("all", "all_std"),
    ),
    order=lambda row: (row["corpus"], list(ROWS).index(row["method"])),
)
DRAW_TABLE = Table(
    "text_draws",
    ("method", "corpus", "seed", "draw"),
    (
        *("method", "corpus", "seed", "draw", "date"),
        *(f"few_{budget}" for budget in BUDGETS),
        "all",
        *(f"fixed_{budget}" for budget in (*BUDGETS, "all")),
    ),
    whole=("seed", "draw"),
    order=lambda row: (
        *(row["corpus"], list(ROWS).index(row["method"])),
        *(int(row["seed"]), int(row["draw"])),
    ),
)
COMMAND = Command(__doc__, TABLE, (*CORPORA, *ROWS), "NAME")


def main(asked: Namespace, table: Table) -> None:
    """Measure the rows that are asked for."""
    drawn = replace(DRAW_TABLE, folder=table.folder)
    rows = [name for name in ROWS if name in asked.names] or list(ROWS)
    for name in [name for name in CORPORA if name in asked.names] or CORPORA:
        wanted = [row for row in rows if name == "reviews" or row not in ONLY_REVIEWS]
        wanted = [row for row in wanted if not table.done(method=row, corpus=name)]
        if not wanted:
            continue  # so that its data are not needed either
        dataset = data.load(name, full=True)
        for method in wanted:
            start = time.process_time()
            row, runs = ROWS[method](name, dataset)
            spent = (time.process_time() - start) / 60
            common = {"method": method, "corpus": name}
            table.put(common | {"cpu_minutes": spent} | row)
            drawn.put(*(common | run for run in runs))


if __name__ == "__main__":
    COMMAND.run(main)
