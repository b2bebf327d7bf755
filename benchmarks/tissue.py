"""Measure the slide of chapter 6.1 over seeds: python benchmarks/tissue.py [--seeds N …]

Needs nothing but the packaged slide.  Seed 0 of tissue is the shipped checkpoint; the other runs
are trained here and not stored.  Writes benchmarks/results/tissue.csv.  About two minutes.
"""

import argparse
from dataclasses import replace
from datetime import date
from pathlib import Path

import keras
import pandas as pd

from ssl_course import clinic, data, evaluate, networks
from ssl_course.pretrain import RECIPES, pretrain, training

TABLE = Path(__file__).parent / "results" / "tissue.csv"
RECIPE = RECIPES["tissue-simclr"]


def encoder_of(name: str, seed: int, tissue: data.Dataset):
    """The frozen encoder of a row and the CPU minutes of its training."""
    keras.utils.set_random_seed(seed)
    if name == "random":
        encoder = evaluate.measure_statistics(networks.patch_encoder(), tissue.unlabeled[:2000])
        return encoder, 0.0
    if seed == 0:
        method = pretrain(RECIPE.name)
        return method.encoder, method.card["cpu_seconds"] / 60
    recipe = replace(RECIPE, seed=seed)
    method = training.build(recipe, tissue)
    state = data.cache_directory() / "runs" / f"{recipe.name}-{seed}"
    history = training.run(recipe, tissue, method, state, key=f"{recipe}")
    return method.encoder, sum(history["cpu_seconds"]) / 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    tissue = data.load("tissue")
    rows = []
    for seed in parser.parse_args().seeds:
        for name in ("random", "tissue"):
            encoder, minutes = encoder_of(name, seed, tissue)
            represent = clinic.pooled(encoder)
            train, validation, test = (
                data.Split(represent(split.x), split.y)
                for split in (tissue.train, tissue.validation, tissue.test)
            )
            auc = clinic.auc(test.y, clinic.Probe(train, validation)(test.x))
            few = [
                clinic.auc(test.y, clinic.Probe(data.few_labels(train, 50, draw))(test.x))
                for draw in range(5)
            ]
            row = {"method": name, "seed": seed, "auc_50": sum(few) / len(few), "auc_all": auc}
            rows.append(row | {"cpu_minutes": minutes, "date": date.today().isoformat()})
            print(rows[-1], flush=True)
    table = pd.DataFrame(rows).sort_values(["method", "seed"])
    table.round(4).to_csv(TABLE, index=False)


if __name__ == "__main__":
    main()
