"""Measure the tables of chapter 9.1: python benchmarks/medicine.py [PART …]

Parts: ``records`` (credit data with values removed; needs the mirror; CC BY 4.0, not packaged)
and ``slide`` (segmentation over pretraining seeds, on the slide as it is and with its darkest
pixels raised; packaged); without a part, both.  Writes course/results/medicine.csv after
every row, with the date; the rows of the other part stay.  About four minutes of one free core.
"""

import argparse
import time
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
from rows import put
from scipy import ndimage
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, SimpleImputer

from ssl_course import data, evaluate, networks
from ssl_course.chapters import clinic, segmentation
from ssl_course.chapters.records import MaskedValues, as_input
from ssl_course.data import Split, tables
from ssl_course.pretrain import RECIPES, pretrain, training

TABLE = Path(__file__).parents[1] / "ssl_course/course/results" / "medicine.csv"
COLUMNS = ["part", "method", "seed", "floor", "dice", "iou", "rmse", "auc_10", "auc_100"]
COLUMNS += ["auc_1000", "auc_all", "cpu_minutes", "date"]

RECIPE = RECIPES["tissue-simclr"]
FLOORS = (0.0, 0.1)
"""Darker pixels of the slide are raised to so much."""
CLICKS, CLICK_DRAWS = 50, 10
STRIPS = {"train": (0, 280), "test": (344, 512)}

MISSING, BUDGETS, LABEL_DRAWS = 0.3, (10, 100, 1000), 5
MEASURED = 3000
"""Rows of the test part on which the error of imputation is measured."""


def encoder_of(name: str, seed: int, floor: float, tissue: data.Dataset):
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


def slide(seeds) -> None:
    nuclei, marker = data.tissue_slide()
    tissue, gland = data.load("tissue"), ndimage.gaussian_filter(marker, 4) > 73 / 255
    answer = {part: gland[:, slice(*columns)] for part, columns in STRIPS.items()}
    labels = segmentation.at_cells(answer["train"]).ravel().astype(int)

    def measure(represent):
        known, new = (represent(nuclei[:, slice(*STRIPS[part])]) for part in STRIPS)
        rows, scores = known.reshape(-1, known.shape[-1]), []
        for draw in range(CLICK_DRAWS):
            few = data.few_labels(Split(rows, labels), CLICKS, draw)
            score = clinic.probe(few)(new.reshape(-1, rows.shape[1])).reshape(new.shape[:2])
            found = segmentation.at_pixels(score, answer["test"].shape) > 0
            scores.append(segmentation.overlap(found, answer["test"]))
        return dict(zip(("dice", "iou"), np.mean(scores, axis=0), strict=True))

    for seed in seeds:
        for floor in FLOORS:
            for name in ("random", "tissue"):
                encoder, minutes = encoder_of(name, seed, floor, tissue)
                row = {"part": "slide", "method": name, "seed": seed, "floor": floor}
                scores = measure(
                    lambda strip, encoder=encoder, floor=floor: segmentation.dense(
                        encoder, np.maximum(strip, floor)
                    )
                )
                store(row | scores | {"cpu_minutes": minutes})
                keras.backend.clear_session()


def boosted(few: Split):
    """Gradient boosting that takes NaN; leaves of 3 rows where there are few."""
    leaf = 20 if len(few) > 200 else 3
    model = HistGradientBoostingClassifier(min_samples_leaf=leaf, max_iter=60, random_state=0)
    model.fit(few.x, few.y)
    return lambda rows: model.predict_proba(rows)[:, 1]


def records(seeds) -> None:
    credit = tables.standardized(data.load("credit_default", full=True))
    truth = credit.test.x[:MEASURED]
    for seed in seeds:
        random = np.random.default_rng(seed)
        known, new = (
            np.where(random.random(x.shape) < MISSING, np.nan, x).astype("float32")
            for x in (credit.train.x, credit.test.x)
        )
        missing = np.isnan(new[:MEASURED])

        def measure(
            name, fill, represent, classify, start, seed=seed, known=known, new=new, missing=missing
        ):
            row = {"part": "records", "method": name, "seed": seed}
            if fill is not None:
                errors = (fill(new[:MEASURED]) - truth)[missing]
                row["rmse"] = np.sqrt(np.mean(errors**2))
            rows, queries = represent(known), represent(new)
            for budget in BUDGETS:
                aucs = []
                for draw in range(LABEL_DRAWS):
                    few = data.few_labels(Split(rows, credit.train.y), budget, draw)
                    aucs.append(evaluate.auc(credit.test.y, classify(few)(queries)))
                row[f"auc_{budget}"] = np.mean(aucs)
            scores = classify(Split(rows, credit.train.y))(queries)
            row["auc_all"] = evaluate.auc(credit.test.y, scores)
            store(row | {"cpu_minutes": (time.process_time() - start) / 60})

        start = time.process_time()
        measure("boosting", None, lambda rows: rows, boosted, start)
        for name, imputer in (
            ("mean", SimpleImputer()),
            ("iterative", IterativeImputer(random_state=0)),
        ):
            start = time.process_time()
            imputer.fit(known)
            measure(name, imputer.transform, imputer.transform, clinic.probe, start)
        start = time.process_time()
        measure("mean_mask", None, as_input, clinic.probe, start)
        untrained = MaskedValues(seed=seed).untrained(known.shape[1])
        measure("random", None, untrained.embed, clinic.probe, time.process_time())
        start = time.process_time()
        model = MaskedValues(steps=1500, seed=seed).fit(known)
        fitted = time.process_time() - start
        measure("masked", model.transform, model.transform, clinic.probe, start)
        start = time.process_time() - fitted
        measure("masked_hidden", None, model.embed, clinic.probe, start)


PARTS = {"records": records, "slide": slide}


def store(row: dict) -> None:
    """Put a row into the table in place of the one that it repeats."""
    print({k: round(v, 4) if isinstance(v, float) else v for k, v in row.items()}, flush=True)
    put({"floor": 0.0} | row, TABLE, COLUMNS, ["part", "method", "seed", "floor"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"unknown part {', '.join(sorted(unknown))}; known: {', '.join(PARTS)}")
    for part in options.parts or PARTS:
        PARTS[part](options.seeds)


if __name__ == "__main__":
    main()
