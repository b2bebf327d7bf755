"""Measure the slide of chapter 6.1 over seeds: python benchmarks/tissue.py [--seeds N …]

Needs nothing but the packaged slide.  Seed 0 of tissue is the shipped checkpoint; the other runs
are trained here and not stored.  Writes course/results/tissue.csv.  About two minutes.
"""

import argparse
from pathlib import Path

import keras
from rows import put
from runs import forget, seeded

from ssl_course import data, evaluate, networks
from ssl_course.chapters import clinic
from ssl_course.pretrain import RECIPES

TABLE = Path(__file__).parents[1] / "ssl_course/course/results" / "tissue.csv"
RECIPE = RECIPES["tissue-simclr"]
COLUMNS = ["method", "seed", "auc_50", "auc_all", "cpu_minutes", "date"]


def encoder_of(name: str, seed: int, tissue: data.Dataset):
    """The frozen encoder of a row and the CPU minutes of its training."""
    keras.utils.set_random_seed(seed)
    if name == "random":
        encoder = evaluate.measure_statistics(networks.patch_encoder(), tissue.unlabeled[:2000])
        return encoder, 0.0
    method, minutes = seeded(RECIPE, seed, tissue)
    return method.encoder, minutes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    tissue = data.load("tissue")
    for seed in parser.parse_args().seeds:
        for name in ("random", "tissue"):
            encoder, minutes = encoder_of(name, seed, tissue)
            represent = clinic.pooled(encoder)
            train, validation, test = (
                data.Split(represent(split.x), split.y)
                for split in (tissue.train, tissue.validation, tissue.test)
            )
            auc = evaluate.auc(test.y, clinic.probe(train, validation)(test.x))
            few = [
                evaluate.auc(test.y, clinic.probe(data.few_labels(train, 50, draw))(test.x))
                for draw in range(5)
            ]
            row = {"method": name, "seed": seed, "auc_50": sum(few) / len(few), "auc_all": auc}
            put(row | {"cpu_minutes": minutes}, TABLE, COLUMNS, ["method", "seed"], digits=4)
            print(row, flush=True)
    forget()


if __name__ == "__main__":
    main()
