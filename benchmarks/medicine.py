"""Measure the tables of chapter 9.1: python benchmarks/medicine.py [PART …] [--seeds N …]

Parts: ``records`` (credit data with values removed; needs the mirror; CC BY 4.0, not packaged)
and ``slide`` (segmentation over pretraining seeds, on the slide as it is and with its darkest
pixels raised; packaged).  Writes course/results/medicine.csv.  About four minutes of one free core.
"""

import time
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import replace

import keras
import numpy as np
from command import Command
from scipy import ndimage
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, SimpleImputer
from table import Table

from ssl_course import data, evaluate, networks
from ssl_course.chapters import clinic, segmentation
from ssl_course.chapters.records import MaskedValues, as_input
from ssl_course.data import Split, tables
from ssl_course.pretrain import RECIPES, pretrain, training

Map = Callable[[np.ndarray], np.ndarray]
"""From images or rows to what represents them, or to scores."""

TABLE = Table(
    "medicine",
    ("part", "method", "seed", "floor"),
    (
        *("part", "method", "seed", "floor", "dice", "iou", "rmse", "auc_10", "auc_100"),
        *("auc_1000", "auc_all", "cpu_minutes", "date"),
    ),
)

RECIPE = RECIPES["tissue-simclr"]
FLOORS = (0.0, 0.1)
"""Darker pixels of the slide are raised to so much."""
CLICKS, CLICK_DRAWS = 50, 10
STRIPS = {"train": (0, 280), "test": (344, 512)}

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

    def __init__(self) -> None:
        self.nuclei, marker = data.tissue_slide()
        gland = ndimage.gaussian_filter(marker, 4) > 73 / 255
        self.answer = {part: gland[:, slice(*columns)] for part, columns in STRIPS.items()}
        self.labels = segmentation.at_cells(self.answer["train"]).ravel().astype(int)

    def measures(self, represent: Map) -> dict[str, float]:
        """Overlap of what is found in the test strip with the answer, the mean over the draws."""
        known, new = (represent(self.nuclei[:, slice(*STRIPS[part])]) for part in STRIPS)
        rows, scores, answer = known.reshape(-1, known.shape[-1]), [], self.answer["test"]
        for draw in range(CLICK_DRAWS):
            few = data.few_labels(Split(rows, self.labels), CLICKS, draw)
            score = clinic.probe(few)(new.reshape(-1, rows.shape[1])).reshape(new.shape[:2])
            found = segmentation.at_pixels(score, answer.shape) > 0
            scores.append(segmentation.overlap(found, answer))
        return dict(zip(("dice", "iou"), np.mean(scores, axis=0), strict=True))


def dense(encoder: keras.Model, floor: float) -> Map:
    """A map from a strip of the slide to the features of its cells."""
    return lambda strip: segmentation.dense(encoder, np.maximum(strip, floor))


def slide(table: Table, seeds: Sequence[int]) -> None:
    """Rows of segmentation."""
    glands, tissue = Slide(), data.load("tissue")
    for seed in seeds:
        for floor in FLOORS:
            for name in ("random", "tissue"):
                key = {"part": "slide", "method": name, "seed": seed, "floor": floor}
                if table.done(**key):
                    continue
                encoder, minutes = encoder_of(name, seed, floor, tissue)
                scores = glands.measures(dense(encoder, floor))
                table.put(key | scores | {"cpu_minutes": minutes})
                keras.backend.clear_session()


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
            key = {"part": "records", "method": name, "seed": seed, "floor": 0.0}
            if table.done(**key):
                continue
            start = time.process_time()
            row = measure(gaps, seed)
            table.put(key | row | {"cpu_minutes": (time.process_time() - start) / 60})


PARTS = {"records": records, "slide": slide}
COMMAND = Command(__doc__, TABLE, PARTS, "PART", seeds=(0, 1, 2))


def main(asked: Namespace, table: Table) -> None:
    """Measure the rows that are asked for."""
    for part in asked.names:
        PARTS[part](table, asked.seeds)


if __name__ == "__main__":
    COMMAND.run(main)
