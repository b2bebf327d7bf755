"""Measure the tables of chapter 9.2: python benchmarks/sequences.py [PART …]

Parts: ``dna`` (a masked language model on splice junctions, how well it guesses each place, and
what needs no network), ``splits`` (what copies on both sides of a split are worth) and
``solubility`` (ESOL from few labels; needs RDKit).
Needs dna_splice.csv.gz and esol.csv (mirror).  Writes course/results/sequences.csv.  About five
minutes of one core.
"""

import itertools
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import keras
import numpy as np
from command import Command, in_parts
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.model_selection import GroupKFold, KFold
from sklearn.naive_bayes import CategoricalNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
from table import Table

from ssl_course import data, evaluate, networks
from ssl_course.data import sequences, text
from ssl_course.methods import MaskedLanguageModel
from ssl_course.pretrain import pretrain

PER_CLASS = (5, 10, 50, 100, 400)
LABELS, DRAWS = (10, 30, 100, 300), 10
"""Of ESOL."""
KEYS = ("method", "part", "seed", "draw", "split", "place")
PLAIN = {"seed": 0, "draw": -1, "split": "", "place": -1}
"""Keys of a row that has no seed, draw, split or place of its own."""
TABLE = Table(
    "sequences",
    KEYS,
    (
        *(*KEYS, "nats"),
        *(f"few_{size}" for size in PER_CLASS),
        *("accuracy", "related"),
        *(f"rmse_{size}" for size in LABELS),
        *("cpu_minutes", "date"),
    ),
    whole=("seed", "draw", "place"),
)
SEEDS = (0, 1)

EPOCHS, BATCH, RATE, HIDDEN_SHARE = 30, 64, 3e-3, 0.15
"""Of the masked language model; the share is BERT's."""


class Probe(LogisticRegression):
    """Logistic regression on centered features of mean squared norm 1, as in `evaluate`."""

    def fit(self, x: np.ndarray, y: np.ndarray) -> "Probe":
        """As scikit-learn's."""
        self.shift = x.mean(axis=0)
        self.scale = np.sqrt(((x - self.shift) ** 2).sum(axis=1).mean())
        return super().fit((x - self.shift) / self.scale, y)

    def predict(self, x: np.ndarray) -> np.ndarray:
        """As scikit-learn's."""
        return super().predict((x - self.shift) / self.scale)


def probe() -> Probe:
    """A fresh probe of few labels."""
    return Probe(C=evaluate.FEW_LABEL_STRENGTH, max_iter=300)


def boosting() -> GradientBoostingClassifier:
    """A fresh forest of boosted trees."""
    return GradientBoostingClassifier(max_features="sqrt", random_state=0)


# DNA.


def one_hot(x: np.ndarray) -> np.ndarray:
    """(n, 60) tokens → (n, 240); a base that was not read is four zeros."""
    return (x[..., None] == np.arange(5, 9)).reshape(len(x), -1).astype("float32")


def words(x: np.ndarray) -> np.ndarray:
    """Counts of all words of one to four bases, wherever they stand: (n, 340)."""
    strings = text.decode(x, sequences.vocabulary("splice"))
    every = ["".join(w) for k in (1, 2, 3, 4) for w in itertools.product("ACGT", repeat=k)]
    counter = CountVectorizer(
        analyzer="char", ngram_range=(1, 4), vocabulary=every, lowercase=False
    )
    return counter.transform(strings).toarray().astype("float32")


def flat(vectors: np.ndarray) -> np.ndarray:
    """The vectors of all places in a row."""
    return vectors.reshape(len(vectors), -1)


def transformer() -> keras.Model:
    """A fresh transformer for windows of DNA."""
    return networks.text_transformer(9, 60)


def masked_model(unlabeled: np.ndarray, seed: int) -> MaskedLanguageModel:
    """A masked language model of windows of DNA."""
    keras.utils.set_random_seed(seed)
    method = MaskedLanguageModel(transformer(), rate=HIDDEN_SHARE, seed=seed)
    steps = EPOCHS * -(-len(unlabeled) // BATCH)
    method.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(RATE, steps)))
    method.fit(unlabeled, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    return method


def curve(
    train: data.Split, test: data.Split, build: Callable[[], Any], draw: int
) -> dict[str, float]:
    """The test accuracy for each number of labels, of one draw of them."""
    few = {size: data.few_labels(train, size, draw) for size in PER_CLASS}
    models = {size: build().fit(some.x, some.y) for size, some in few.items()}
    return {f"few_{n}": np.mean(one.predict(test.x) == test.y) for n, one in models.items()}


def dna(table: Table) -> None:
    """Rows of reading splice junctions, and of guessing each place."""
    splice = data.load("splice", full=True)

    def measure(
        method: str, features: Callable, build: Callable, seed: int = 0, before: float = 0.0
    ) -> None:
        key = PLAIN | {"part": "dna", "method": method, "seed": seed}
        if table.done(**key):
            return
        start = time.process_time()
        train, test = (data.Split(features(s.x), s.y) for s in (splice.train, splice.test))
        rows = [{"draw": d} | curve(train, test, build, d) for d in range(evaluate.DRAWS)]
        minutes = (time.process_time() - start) / 60 + before
        table.put(*(key | row | {"cpu_minutes": minutes} for row in rows))

    measure("words", words, probe)
    measure("one_hot", one_hot, probe)
    measure("one_hot_boosting", one_hot, boosting)
    measure(
        "weight_matrices", lambda x: np.maximum(x - 4, 0), lambda: CategoricalNB(min_categories=5)
    )
    for seed in SEEDS:
        names = [f"{name}_{end}" for name in ("untrained", "masked") for end in ("places", "mean")]
        surprised = seed != SEEDS[0] or table.done(part="surprise")
        if surprised and all(table.done(part="dna", method=name, seed=seed) for name in names):
            continue
        start = time.process_time()
        method = masked_model(splice.unlabeled, seed)
        minutes = (time.process_time() - start) / 60
        keras.utils.set_random_seed(seed)
        for name, network, cost in (
            ("untrained", transformer(), 0.0),
            ("masked", method.transformer, minutes),
        ):
            vectors = partial(network.predict, batch_size=500, verbose=0)
            measure(f"{name}_places", lambda x, v=vectors: flat(v(x)), probe, seed, cost)
            measure(f"{name}_mean", lambda x, v=vectors: v(x).mean(axis=1), probe, seed, cost)
        if not surprised:
            table.put(*surprise(splice, method))


def surprise(splice: data.Dataset, method: MaskedLanguageModel) -> list[dict]:
    """Rows of every place: hide it in 200 test windows that were read in full."""
    x = splice.test.x[(splice.test.x >= 5).all(axis=1)][:200]
    counts = 1 + (splice.unlabeled[..., None] == np.arange(5, 9)).sum(axis=0)
    share = counts / counts.sum(axis=1, keepdims=True)
    rows = []
    for place in range(60):
        hidden = x.copy()
        hidden[:, place] = text.HIDDEN
        vectors = method.transformer.predict(hidden, batch_size=200, verbose=0)[:, place]
        logits = np.array(method.score(vectors))[:, 5:9]
        logits -= np.log(np.exp(logits).sum(axis=1, keepdims=True))
        own = x[:, place] - 5
        found = {"masked": logits[np.arange(len(x)), own], "frequency": np.log(share[place, own])}
        for name, log in found.items():
            row = {"part": "surprise", "method": name, "place": place}
            rows.append(PLAIN | row | {"nats": -float(log.mean())})
    return rows


def splits(table: Table) -> None:
    """Each window is tested once, in five folds: of single windows, or of whole families."""
    splice = data.load("splice", full=True)
    parts = (splice.train, splice.validation, splice.test)
    x, y = (np.concatenate([getattr(part, name) for part in parts]) for name in "xy")
    family = sequences.groups(x)
    related = np.bincount(family)[family] > 1
    print(f"{len(y)} windows, {related.mean():.3f} have a relative")
    x = one_hot(x)
    for seed in SEEDS:
        folds = {
            "window": KFold(5, shuffle=True, random_state=seed).split(x),
            "family": GroupKFold(5, shuffle=True, random_state=seed).split(x, y, family),
        }
        for split, rows in folds.items():
            rows = list(rows)
            for name, build in (("nearest", partial(KNeighborsClassifier, 1)), ("one_hot", probe)):
                key = {"part": "splits", "method": name, "seed": seed, "split": split}
                if table.done(**key):
                    continue
                start, right = time.process_time(), np.zeros(len(y), bool)
                for train, test in rows:
                    right[test] = build().fit(x[train], y[train]).predict(x[test]) == y[test]
                row = {"accuracy": right.mean(), "related": right[related].mean()}
                row["cpu_minutes"] = (time.process_time() - start) / 60
                table.put(PLAIN | key | row)


# Molecules.


class Molecules:
    """ESOL: molecules as RDKit reads them, as lines and as tokens, and their solubility."""

    def __init__(self) -> None:
        from rdkit import Chem, RDLogger

        RDLogger.DisableLog("rdApp.*")
        esol = data.load("esol", full=True)
        parts = (esol.train, esol.validation, esol.test)
        self.molecules = [Chem.MolFromSmiles(one) for part in parts for one in part.x]
        self.y = np.concatenate([part.y for part in parts])
        # Written as MOSES writes: canonical, without stereochemistry.
        self.lines = [Chem.MolToSmiles(one, isomericSmiles=False) for one in self.molecules]
        self.tokens = text.encode(self.lines, sequences.vocabulary("molecules"), 57)
        unknown = (self.tokens == text.UNKNOWN).any(axis=1)
        strange = np.mean(unknown | (self.tokens[:, -1] > text.END))
        print(f"{strange:.1%} of the molecules have letters that MOSES lacks, or are too long")

    def descriptors(self) -> tuple[np.ndarray, np.ndarray]:
        """Four descriptors known to matter for solubility, and all that RDKit has."""
        from rdkit.Chem import Descriptors

        four, every = [], []
        for molecule in self.molecules:
            values = Descriptors.CalcMolDescriptors(molecule)
            aromatic = np.mean([atom.GetIsAromatic() for atom in molecule.GetAtoms()])
            chosen = [values[name] for name in ("MolLogP", "MolWt", "NumRotatableBonds")]
            four.append([*chosen, aromatic])
            every.append(list(values.values()))
        many = np.nan_to_num(np.array(every, float), posinf=0, neginf=0)
        return np.array(four, float), np.clip(many, -1e4, 1e4)

    def fingerprints(self, count: bool) -> np.ndarray:
        """Morgan fingerprints of radius 2, how often or (without ``count``) whether: (n, 2048)."""
        from rdkit.Chem import rdFingerprintGenerator

        generator = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048)
        read = generator.GetCountFingerprintAsNumPy if count else generator.GetFingerprintAsNumPy
        return np.array([read(molecule) for molecule in self.molecules], float)

    def by_scaffold(self) -> np.ndarray:
        """An order of the molecules: those of the most frequent scaffold first."""
        from rdkit.Chem.Scaffolds import MurckoScaffold

        scaffold = np.array([MurckoScaffold.MurckoScaffoldSmiles(mol=m) for m in self.molecules])
        names, size = np.unique(scaffold, return_counts=True)
        rank = dict(zip(names[np.lexsort((names, -size))], range(len(names)), strict=True))
        return np.argsort([rank[one] for one in scaffold], kind="stable")


def described(esol: Molecules) -> dict[str, tuple[np.ndarray, float]]:
    """Features (n, d) and the CPU minutes that they cost beforehand, by the name of the row."""
    start = time.process_time()
    four, many = esol.descriptors()
    cost = (time.process_time() - start) / 60
    letters = CountVectorizer(analyzer="char", ngram_range=(1, 2), lowercase=False)
    method = pretrain("molecules-causal")
    trained = method.card["cpu_seconds"] / 60
    keras.utils.set_random_seed(0)
    untrained = networks.text_encoder(networks.text_transformer(30, 57, depth=3, causal=True))
    states = method.encoder.predict(esol.tokens, batch_size=500, verbose=0)
    return {
        "mean": (np.zeros((len(esol.y), 1)), 0.0),
        "letters": (letters.fit_transform(esol.lines).toarray().astype(float), 0.0),
        "fingerprints": (esol.fingerprints(count=False), 0.0),
        "counts": (esol.fingerprints(count=True), 0.0),
        "four": (four, cost),
        "descriptors": (many, cost),
        "untrained": (untrained.predict(esol.tokens, batch_size=500, verbose=0), 0.0),
        "causal": (states, trained),
        "causal_descriptors": (np.concatenate([states, many], axis=1), trained + cost),
    }


AS_THEY_ARE = ("letters", "fingerprints", "counts")
"""Features that are counts: scaling would blow up what hardly any molecule has."""


def error(
    x: np.ndarray, y: np.ndarray, labels: int, draw: int, order: np.ndarray | None, scale: bool
) -> float:
    """Error of ridge regression from a draw of so many ``labels``.

    The last fifth of ``order`` is the test, always the same; without an order, random ones are.
    """
    random, held_out = np.random.default_rng([labels, draw]), len(y) // 5
    where = random.permutation(len(y)) if order is None else order
    pool, test = where[:-held_out], where[-held_out:]
    rows = random.choice(pool, labels, replace=False)
    scaled = StandardScaler().fit(x[pool]).transform(x) if scale else x
    model = RidgeCV(np.logspace(-2, 4, 13)).fit(scaled[rows], y[rows])
    # No molecule may be predicted beyond what the labels span.
    guess = np.clip(model.predict(scaled[test]), y[rows].min(), y[rows].max())
    return float(np.sqrt(np.mean((guess - y[test]) ** 2)))


def solubility(table: Table) -> None:
    """Rows of ESOL, over draws of molecules and over a split by scaffold."""
    esol = Molecules()
    features, orders = described(esol), {"random": None, "scaffold": esol.by_scaffold()}
    for (split, order), (name, (x, before)) in itertools.product(orders.items(), features.items()):
        key = {"part": "solubility", "method": name, "split": split}
        if table.done(**key):
            continue
        start, rows = time.process_time(), []
        for draw in range(DRAWS):
            found = (error(x, esol.y, n, draw, order, name not in AS_THEY_ARE) for n in LABELS)
            rows.append(
                {"draw": draw} | dict(zip((f"rmse_{n}" for n in LABELS), found, strict=True))
            )
        minutes = (time.process_time() - start) / 60 + before
        table.put(*(PLAIN | key | row | {"cpu_minutes": minutes} for row in rows))


PARTS = {"dna": dna, "splits": splits, "solubility": solubility}
COMMAND = Command(__doc__, TABLE, PARTS, "PART")


if __name__ == "__main__":
    COMMAND.run(in_parts(PARTS))
