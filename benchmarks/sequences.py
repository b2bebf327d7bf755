"""Measure the tables of chapter 9.2: python benchmarks/sequences.py [PART …]

Parts: ``dna`` (a masked language model on splice junctions, how well it guesses each place, and
what needs no network), ``splits`` (what copies on both sides of a split are worth) and
``solubility`` (ESOL from few labels; needs RDKit).  Without a part, all.
Needs dna_splice.csv.gz and esol.csv (mirror).  Writes course/results/sequences.csv after
every row, with the date; the rows of the other parts stay.  About five minutes of one core.
"""

import itertools
import time
from datetime import date
from functools import partial
from pathlib import Path

import keras
import numpy as np
import pandas as pd
from rows import measure_parts
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.model_selection import GroupKFold, KFold
from sklearn.naive_bayes import CategoricalNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from ssl_course import data, evaluate, networks
from ssl_course.data import sequences, text
from ssl_course.methods import MaskedLanguageModel
from ssl_course.pretrain import pretrain

TABLE = Path(__file__).parents[1] / "ssl_course/course/results" / "sequences.csv"
PER_CLASS = (5, 10, 50, 100, 400)
LABELS, DRAWS = (10, 30, 100, 300), 10
"""Of ESOL."""
COLUMNS = ["method", "part", "seed", "split", "place", "nats"]
COLUMNS += [f"few_{size}{end}" for size in PER_CLASS for end in ("", "_std")]
COLUMNS += [
    "accuracy",
    "related",
    *(f"rmse_{size}{end}" for size in LABELS for end in ("", "_std")),
]
COLUMNS += ["cpu_minutes", "date"]
SEEDS = (0, 1)

EPOCHS, BATCH, RATE, HIDDEN_SHARE = 30, 64, 3e-3, 0.15
"""Of the masked language model; the share is BERT's."""


def store(row: dict) -> None:
    """Put a row into the table in place of the one that it repeats."""
    print({k: round(v, 3) if isinstance(v, float) else v for k, v in row.items()}, flush=True)
    row = {"seed": 0, "split": "", "place": -1} | row | {"date": date.today().isoformat()}
    table = pd.DataFrame(columns=COLUMNS)
    if TABLE.is_file():
        table = pd.read_csv(TABLE, converters={"split": str})
    key = ["part", "method", "seed", "split", "place"]
    same = (table[key] == pd.Series(row)[key]).all(axis=1)
    rows = [*table[~same].to_dict("records"), row]
    pd.DataFrame(rows, columns=COLUMNS).round(5).to_csv(TABLE, index=False)


class Probe(LogisticRegression):
    """Logistic regression on centered features of mean squared norm 1, as in `evaluate`."""

    def fit(self, x, y):
        self.shift = x.mean(axis=0)
        self.scale = np.sqrt(((x - self.shift) ** 2).sum(axis=1).mean())
        return super().fit((x - self.shift) / self.scale, y)

    def predict(self, x):
        return super().predict((x - self.shift) / self.scale)


def probe():
    return Probe(C=evaluate.FEW_LABEL_STRENGTH, max_iter=300)


def boosting():
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
    return vectors.reshape(len(vectors), -1)


def transformer() -> keras.Model:
    return networks.text_transformer(9, 60)


def masked_model(unlabeled: np.ndarray, seed: int) -> MaskedLanguageModel:
    keras.utils.set_random_seed(seed)
    method = MaskedLanguageModel(transformer(), rate=HIDDEN_SHARE, seed=seed)
    steps = EPOCHS * -(-len(unlabeled) // BATCH)
    method.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(RATE, steps)))
    method.fit(unlabeled, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    return method


def curve(train: data.Split, test: data.Split, build) -> dict:
    """Mean and deviation of the test accuracy over five draws for each number of labels."""
    row = {}
    for size in PER_CLASS:
        few = (data.few_labels(train, size, draw) for draw in range(evaluate.DRAWS))
        scores = [np.mean(build().fit(s.x, s.y).predict(test.x) == test.y) for s in few]
        row |= {f"few_{size}": float(np.mean(scores)), f"few_{size}_std": float(np.std(scores))}
    return row


def dna() -> None:
    splice = data.load("splice", full=True)

    def measure(method, features, build, seed=0, before=0.0):
        start = time.process_time()
        train, test = (data.Split(features(s.x), s.y) for s in (splice.train, splice.test))
        row = {"part": "dna", "method": method, "seed": seed} | curve(train, test, build)
        store(row | {"cpu_minutes": (time.process_time() - start) / 60 + before})

    measure("words", words, probe)
    measure("one_hot", one_hot, probe)
    measure("one_hot_boosting", one_hot, boosting)
    measure(
        "weight_matrices", lambda x: np.maximum(x - 4, 0), lambda: CategoricalNB(min_categories=5)
    )
    for seed in SEEDS:
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
        if seed == SEEDS[0]:
            surprise(splice, method)


def surprise(splice: data.Dataset, method: MaskedLanguageModel) -> None:
    """Hide one place at a time in 200 test windows that were read in full."""
    x = splice.test.x[(splice.test.x >= 5).all(axis=1)][:200]
    counts = 1 + (splice.unlabeled[..., None] == np.arange(5, 9)).sum(axis=0)
    share = counts / counts.sum(axis=1, keepdims=True)
    for place in range(60):
        hidden = x.copy()
        hidden[:, place] = text.HIDDEN
        vectors = method.transformer.predict(hidden, batch_size=200, verbose=0)[:, place]
        logits = np.array(method.score(vectors))[:, 5:9]
        logits -= np.log(np.exp(logits).sum(axis=1, keepdims=True))
        own = x[:, place] - 5
        found = {"masked": logits[np.arange(len(x)), own], "frequency": np.log(share[place, own])}
        for name, log in found.items():
            store({"part": "surprise", "method": name, "place": place, "nats": -float(log.mean())})


def splits() -> None:
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
                start, right = time.process_time(), np.zeros(len(y), bool)
                for train, test in rows:
                    right[test] = build().fit(x[train], y[train]).predict(x[test]) == y[test]
                row = {"part": "splits", "method": name, "seed": seed, "split": split}
                row |= {"accuracy": float(right.mean()), "related": float(right[related].mean())}
                store(row | {"cpu_minutes": (time.process_time() - start) / 60})


# Molecules.


def solubility() -> None:
    from rdkit import Chem, RDLogger
    from rdkit.Chem import Descriptors, rdFingerprintGenerator
    from rdkit.Chem.Scaffolds import MurckoScaffold

    RDLogger.DisableLog("rdApp.*")
    esol = data.load("esol", full=True)
    parts = (esol.train, esol.validation, esol.test)
    molecules = [Chem.MolFromSmiles(one) for part in parts for one in part.x]
    y = np.concatenate([part.y for part in parts])
    # Written as MOSES writes: canonical, without stereochemistry.
    lines = [Chem.MolToSmiles(molecule, isomericSmiles=False) for molecule in molecules]
    tokens = text.encode(lines, sequences.vocabulary("molecules"), 57)
    strange = np.mean((tokens == text.UNKNOWN).any(axis=1) | (tokens[:, -1] > text.END))
    print(f"{strange:.1%} of the molecules have letters that MOSES lacks, or are too long")

    def descriptors(molecule):
        four = ("MolLogP", "MolWt", "NumRotatableBonds")
        values = Descriptors.CalcMolDescriptors(molecule)
        aromatic = np.mean([atom.GetIsAromatic() for atom in molecule.GetAtoms()])
        return [values[name] for name in four] + [aromatic], list(values.values())

    start = time.process_time()
    few, many = (np.array(table, float) for table in zip(*map(descriptors, molecules), strict=True))
    many = np.clip(np.nan_to_num(many, posinf=0, neginf=0), -1e4, 1e4)
    described = (time.process_time() - start) / 60
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048)
    fingerprints = np.array([generator.GetFingerprintAsNumPy(m) for m in molecules], float)
    letters = CountVectorizer(analyzer="char", ngram_range=(1, 2), lowercase=False)
    method = pretrain("molecules-causal")
    trained = method.card["cpu_seconds"] / 60
    keras.utils.set_random_seed(0)
    untrained = networks.text_encoder(networks.text_transformer(30, 57, depth=3, causal=True))
    states = method.encoder.predict(tokens, batch_size=500, verbose=0)
    features = {
        "mean": (np.zeros((len(y), 1)), 0),
        "letters": (letters.fit_transform(lines).toarray().astype(float), 0),
        "fingerprints": (fingerprints, 0),
        "four": (few, described),
        "descriptors": (many, described),
        "untrained": (untrained.predict(tokens, batch_size=500, verbose=0), 0),
        "causal": (states, trained),
        "causal_descriptors": (np.concatenate([states, many], axis=1), trained + described),
    }
    scaffold = np.array([MurckoScaffold.MurckoScaffoldSmiles(mol=m) for m in molecules])
    names, size = np.unique(scaffold, return_counts=True)
    rank = dict(zip(names[np.lexsort((names, -size))], range(len(names)), strict=True))
    order = np.argsort([rank[one] for one in scaffold], kind="stable")
    held_out = len(y) // 5
    for split, (name, (x, before)) in itertools.product(("random", "scaffold"), features.items()):
        start, row = time.process_time(), {}
        for labels in LABELS:
            errors = []
            for draw in range(DRAWS):
                random = np.random.default_rng([labels, draw])
                # By scaffold: the rarest are the test, always the same.
                where = random.permutation(len(y)) if split == "random" else order
                pool, test = where[:-held_out], where[-held_out:]
                rows = random.choice(pool, labels, replace=False)
                scaled = x
                if not name.startswith(("fingerprint", "letters")):
                    scaled = StandardScaler().fit(x[pool]).transform(x)
                model = RidgeCV(np.logspace(-2, 4, 13)).fit(scaled[rows], y[rows])
                # No molecule may be predicted beyond what the labels span.
                guess = np.clip(model.predict(scaled[test]), y[rows].min(), y[rows].max())
                errors.append(np.sqrt(np.mean((guess - y[test]) ** 2)))
            row |= {f"rmse_{labels}": np.mean(errors), f"rmse_{labels}_std": np.std(errors)}
        row = {k: float(v) for k, v in row.items()}
        minutes = (time.process_time() - start) / 60 + before
        store({"part": "solubility", "method": name, "split": split, "cpu_minutes": minutes} | row)


PARTS = {"dna": dna, "splits": splits, "solubility": solubility}


if __name__ == "__main__":
    measure_parts(__doc__, PARTS)
