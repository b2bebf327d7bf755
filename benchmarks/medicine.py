"""Measure the tables of chapter 9.1: python benchmarks/medicine.py [PART …] [--seeds N …]

Parts: ``records`` (credit data with values removed; needs the mirror; CC BY 4.0, not packaged),
``slide`` (segmentation over pretraining seeds, on the slide as it is and with its darkest pixels
raised), ``filling`` (breast-cancer rows with two kinds of gaps) and two choices on validation data:
``window`` (places that a feature is averaged over) and ``steps`` (of masked pretraining).  All but
the first need packaged data alone.  Writes course/results/medicine.csv.  About six minutes of one
free core.
"""

import itertools
import time
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import keras
import numpy as np
from command import Command
from scipy import ndimage
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, KNNImputer, SimpleImputer
from table import Table

from ssl_course import data, evaluate, networks
from ssl_course.chapters import clinic, segmentation
from ssl_course.chapters.records import MaskedValues, as_input, with_gaps
from ssl_course.data import Split, tables
from ssl_course.pretrain import RECIPES, pretrain, training

Map = Callable[[np.ndarray], np.ndarray]
"""From images or rows to what represents them, or to scores."""

KEYS = ("part", "method", "seed", "floor", "setting")
PLAIN = {"floor": 0.0, "setting": 0.0}
"""Of rows that raise no pixel and try no setting."""
TABLE = Table(
    "medicine",
    KEYS,
    (
        *(*KEYS, "dice", "iou", "rmse", "bias", "exam", "auc_5", "auc_25", "auc_10", "auc_100"),
        *("auc_1000", "auc_all", "cpu_minutes", "date"),
    ),
)

RECIPE = RECIPES["tissue-simclr"]
FLOORS = (0.0, 0.1)
"""Darker pixels of the slide are raised to so much."""
CLICKS, CLICK_DRAWS = 50, 10
STRIPS = {"train": (0, 280), "test": (344, 512)}
CHOOSING = {"train": (0, 152), "test": (216, 280)}
"""Columns of the training strip alone, with the same gap between them: what a choice may see."""
WINDOWS, WINDOW = (1, 3, 5), 5
"""Places that a feature is averaged over, and the best of these for encoders by ``window``."""
STEPS = (100, 200, 400, 800, 1600)
GAPS = ("at random", "by size")
GAP_SEEDS = (0, 1, 2, 3, 4)

MISSING, BUDGETS, LABEL_DRAWS = 0.3, (10, 100, 1000), 5
MEASURED = 3000
"""Rows of the test part on which the error of imputation is measured."""


def encoder_of(
    name: str, seed: int, floor: float, tissue: data.Dataset
) -> tuple[keras.Model, float]:
    """A frozen encoder and the CPU minutes of its training on patches with that floor."""
    images = np.maximum(tissue.unlabeled, np.float32(floor))
    keras.utils.set_random_seed(seed)
    if name == "random":
        return evaluate.measure_statistics(networks.patch_encoder(), images[:2000]), 0.0
    if seed == 0 and floor == 0:
        method = pretrain(RECIPE.name)
        return method.encoder, method.card["cpu_seconds"] / 60
    start = time.process_time()
    method = training.build(replace(RECIPE, seed=seed), tissue)
    method.fit(images, batch_size=RECIPE.batch_size, epochs=RECIPE.epochs, verbose=0)
    return method.encoder, (time.process_time() - start) / 60


class Slide:
    """Nuclei of the slide, and the glands that their marker shows: what segmentation is about."""

    def __init__(self, strips: Mapping[str, tuple[int, int]]) -> None:
        nuclei, marker = data.tissue_slide()
        gland = ndimage.gaussian_filter(marker, 4) > 73 / 255
        self.strips = [nuclei[:, slice(*columns)] for columns in strips.values()]
        self.answer = {part: gland[:, slice(*columns)] for part, columns in strips.items()}
        self.labels = segmentation.at_cells(self.answer["train"]).ravel().astype(int)

    def measures(
        self, represent: Map, classify: Callable[[Split], Map] = clinic.probe
    ) -> dict[str, float]:
        """Overlap of what is found in the test strip with the answer, the mean over the draws."""
        known, new = map(represent, self.strips)
        rows, scores, answer = known.reshape(-1, known.shape[-1]), [], self.answer["test"]
        for draw in range(CLICK_DRAWS):
            few = data.few_labels(Split(rows, self.labels), CLICKS, draw)
            score = classify(few)(new.reshape(-1, rows.shape[1])).reshape(new.shape[:2])
            found = segmentation.at_pixels(score, answer.shape) > 0
            scores.append(segmentation.overlap(found, answer))
        return dict(zip(("dice", "iou"), np.mean(scores, axis=0), strict=True))


def dense(encoder: keras.Model, floor: float = 0.0, window: int = WINDOW) -> Map:
    """A map from a strip of the slide to the features of its cells."""
    return lambda strip: segmentation.dense(encoder, np.maximum(strip, floor), window)


def forest(few: Split) -> Map:
    """The random forest that reads texture."""
    model = RandomForestClassifier(100, random_state=0).fit(few.x, few.y)
    return lambda features: model.predict_proba(features)[:, 1] - 0.5


def slide(table: Table, seeds: Sequence[int]) -> None:
    """Rows of segmentation."""
    glands, tissue = Slide(STRIPS), data.load("tissue")
    for seed in seeds:
        for floor in FLOORS:
            for name in ("random", "tissue"):
                key = PLAIN | {"part": "slide", "method": name, "seed": seed, "floor": floor}
                if table.done(**key):
                    continue
                encoder, minutes = encoder_of(name, seed, floor, tissue)
                scores = glands.measures(dense(encoder, floor))
                table.put(key | scores | {"cpu_minutes": minutes})
                keras.backend.clear_session()


def window(table: Table, seeds: Sequence[int]) -> None:
    """Rows of every window, on two parts of the training strip."""
    glands, tissue = Slide(CHOOSING), data.load("tissue")
    clothes = pretrain("fashion_mnist-simclr").encoder
    encoders = {name: encoder_of(name, 0, 0.0, tissue)[0] for name in ("random", "tissue")}
    for places in WINDOWS:
        ways = {
            name: (dense(encoder, window=places), clinic.probe)
            for name, encoder in (encoders | {"clothes": clothes}).items()
        }
        ways["texture"] = partial(segmentation.texture, window=places), forest
        for name, way in ways.items():
            key = {"part": "window", "method": name, "seed": 0, "setting": places}
            if not table.done(**key):
                start = time.process_time()
                row = PLAIN | key | glands.measures(*way)
                table.put(row | {"cpu_minutes": (time.process_time() - start) / 60})


def boosted(few: Split) -> Map:
    """Gradient boosting that takes NaN; leaves of 3 rows where there are few."""
    leaf = 20 if len(few) > 200 else 3
    model = HistGradientBoostingClassifier(min_samples_leaf=leaf, max_iter=60, random_state=0)
    model.fit(few.x, few.y)
    return lambda rows: model.predict_proba(rows)[:, 1]


class Gaps:
    """Credit records of which `MISSING` of the values are removed."""

    def __init__(self, credit: data.Dataset, seed: int):
        random = np.random.default_rng(seed)
        self.credit = credit
        self.known, self.new = (
            np.where(random.random(x.shape) < MISSING, np.nan, x).astype("float32")
            for x in (credit.train.x, credit.test.x)
        )

    def error(self, fill: Map) -> float:
        """Root mean squared error of the values that ``fill`` puts into the gaps."""
        gaps, truth = self.new[:MEASURED], self.credit.test.x[:MEASURED]
        return np.sqrt(np.mean((fill(gaps) - truth)[np.isnan(gaps)] ** 2))

    def measures(self, represent: Map, classify: Callable[[Split], Map]) -> dict[str, float]:
        """AUC of default, from few labels and from all."""
        rows, queries = represent(self.known), represent(self.new)
        labels, answer = self.credit.train.y, self.credit.test.y
        row = {}
        for budget in BUDGETS:
            few = (data.few_labels(Split(rows, labels), budget, d) for d in range(LABEL_DRAWS))
            row[f"auc_{budget}"] = np.mean(
                [evaluate.auc(answer, classify(f)(queries)) for f in few]
            )
        row["auc_all"] = evaluate.auc(answer, classify(Split(rows, labels))(queries))
        return row


def imputed(gaps: Gaps, imputer: SimpleImputer | IterativeImputer) -> dict[str, float]:
    """The row of a probe on filled rows."""
    imputer.fit(gaps.known)
    fill = imputer.transform
    return {"rmse": gaps.error(fill)} | gaps.measures(fill, clinic.probe)


def untrained(gaps: Gaps, seed: int) -> dict[str, float]:
    """Control: the network of `masked` with random weights."""
    model = MaskedValues(seed=seed).untrained(gaps.known.shape[1])
    return gaps.measures(model.embed, clinic.probe)


def masked(gaps: Gaps, seed: int, hidden: bool) -> dict[str, float]:
    """Masked pretraining: rows filled by the network, or its ``hidden`` features."""
    model = MaskedValues(steps=1500, seed=seed).fit(gaps.known)
    if hidden:
        return gaps.measures(model.embed, clinic.probe)
    return {"rmse": gaps.error(model.transform)} | gaps.measures(model.transform, clinic.probe)


RECORDS: dict[str, Callable[[Gaps, int], dict[str, float]]] = {
    "boosting": lambda gaps, seed: gaps.measures(lambda rows: rows, boosted),
    "mean": lambda gaps, seed: imputed(gaps, SimpleImputer()),
    "iterative": lambda gaps, seed: imputed(gaps, IterativeImputer(random_state=0)),
    "mean_mask": lambda gaps, seed: gaps.measures(as_input, clinic.probe),
    "random": untrained,
    "masked": lambda gaps, seed: masked(gaps, seed, hidden=False),
    "masked_hidden": lambda gaps, seed: masked(gaps, seed, hidden=True),
}


def records(table: Table, seeds: Sequence[int]) -> None:
    """Rows of records with gaps."""
    credit = tables.standardized(data.load("credit_default", full=True))
    for seed in seeds:
        gaps = Gaps(credit, seed)
        for name, measure in RECORDS.items():
            key = PLAIN | {"part": "records", "method": name, "seed": seed}
            if table.done(**key):
                continue
            start = time.process_time()
            row = measure(gaps, seed)
            table.put(key | row | {"cpu_minutes": (time.process_time() - start) / 60})


class Rows:
    """Breast-cancer rows with gaps of one kind in all parts; the truth is known."""

    def __init__(self, how: str, seed: int):
        whole = tables.standardized(data.breast_cancer())
        self.truth, self.labels, self.answer = whole.test.x, whole.train.y, whole.test.y
        self.known, self.asked, self.new = (
            with_gaps(part.x, how, 3 * seed + place)
            for place, part in enumerate((whole.train, whole.validation, whole.test))
        )

    def filled(self, fill: Map) -> dict[str, float]:
        """Root of the mean squared error, and mean error, of what fills the gaps."""
        error = (fill(self.new) - self.truth)[np.isnan(self.new)]
        return {"rmse": np.sqrt(np.mean(error**2)), "bias": np.mean(error)}

    def labeled(self, represent: Map, classify: Callable[[Split], Map]) -> dict[str, float]:
        """AUC of the diagnosis, from few labels and from all."""
        rows, queries = represent(self.known), represent(self.new)
        split, row = Split(rows, self.labels), {}
        for count in (5, 25):
            few = (data.few_labels(split, count, draw) for draw in range(LABEL_DRAWS))
            scores = [evaluate.auc(self.answer, classify(one)(queries)) for one in few]
            row[f"auc_{count}"] = np.mean(scores)
        return row | {"auc_all": evaluate.auc(self.answer, classify(split)(queries))}


def exam(model: MaskedValues, rows: np.ndarray, seed: int) -> float:
    """Error of a model that hides a tenth of the known values of ``rows``, and predicts them."""
    hidden = (np.random.default_rng(seed).random(rows.shape) < 0.1) & ~np.isnan(rows)
    error = (model.predict(np.where(hidden, np.nan, rows)) - rows)[hidden]
    return np.sqrt(np.mean(error**2))


def steps(table: Table, seeds: Sequence[int]) -> None:
    """Rows of every length of training: the exam in validation rows, which needs no truth."""
    for how, seed, length in itertools.product(GAPS, seeds, STEPS):
        key = {"part": "steps", "method": how, "seed": seed, "setting": length}
        if table.done(**key):
            continue
        start, rows = time.process_time(), Rows(how, seed)
        model = MaskedValues(steps=length, seed=seed).fit(rows.known)
        row = PLAIN | key | {"exam": exam(model, rows.asked, seed)}
        table.put(row | {"cpu_minutes": (time.process_time() - start) / 60})


def chosen_steps(table: Table, how: str) -> int:
    """The length of training with the smallest error in the exam, the mean over the seeds."""
    exams: dict[str, list[float]] = {}
    for row in table.rows():
        if (row["part"], row["method"]) == ("steps", how):
            exams.setdefault(row["setting"], []).append(float(row["exam"]))
    return int(float(min(exams, key=lambda setting: np.mean(exams[setting]))))


def filling(table: Table, _seeds: Sequence[int]) -> None:
    """Rows of both kinds of gaps: what fills them, and what the filled rows are worth.

    Needs the rows of `steps`.
    """
    for how, seed in itertools.product(GAPS, GAP_SEEDS):
        if table.done(part=how, seed=seed):
            continue
        rows, length, found = Rows(how, seed), chosen_steps(table, how), {}
        fillers = {
            "mean": SimpleImputer(),
            "nearest": KNNImputer(),
            "iterative": IterativeImputer(random_state=0),
            "masked": MaskedValues(steps=length, seed=seed),
        }
        for name, filler in fillers.items():
            start, fill = time.process_time(), filler.fit(rows.known).transform
            found[name] = rows.filled(fill) | rows.labeled(fill, clinic.probe)
            found[name]["cpu_minutes"] = (time.process_time() - start) / 60
        model = fillers["masked"]
        found["masked"]["exam"] = exam(model, rows.new, seed)
        found["masked_hidden"] = rows.labeled(model.embed, clinic.probe)
        found["boosting"] = rows.labeled(lambda gaps: gaps, boosted)
        untrained_rows = MaskedValues(seed=seed).untrained(rows.known.shape[1])
        found["random"] = rows.labeled(untrained_rows.embed, clinic.probe)
        key = {"part": how, "seed": seed, "floor": 0.0, "setting": length}
        table.put(*(key | {"method": name} | row for name, row in found.items()))


PARTS = {
    "records": records,
    "slide": slide,
    "window": window,
    "steps": steps,
    "filling": filling,
}
COMMAND = Command(__doc__, TABLE, PARTS, "PART", seeds=(0, 1, 2))


def main(asked: Namespace, table: Table) -> None:
    """Measure the rows that are asked for."""
    for part in asked.names:
        PARTS[part](table, asked.seeds)


if __name__ == "__main__":
    COMMAND.run(main)
