"""Measure how strong the noise of denoising should be: python benchmarks/noise.py [--seeds N …]

Denoising on Fashion-MNIST with its recipe of chapter 3, but for the standard deviation of the
noise.  The two ends of the sweep stand in the table of chapter 3: no noise (autoencoder) and 0.5
(denoising).  Needs the full Fashion-MNIST (download, cache or mirror).  Writes
course/results/noise.csv.  About four CPU minutes a row, and as long to probe it.
"""

from argparse import Namespace
from dataclasses import replace

import keras
from command import Command
from fashion_mnist import embedding, probe
from runs import forget, seeded
from table import Table

from ssl_course import data, evaluate, networks, views
from ssl_course.methods import Autoencoder
from ssl_course.pretrain import RECIPES
from ssl_course.pretrain.recipe import Recipe

STRENGTHS = {"noise_0.1": 0.1, "noise_0.3": 0.3}
"""Names of the rows, and the standard deviation of the noise."""
KEYS = ("method", "seed")
MEASURES = ("linear", "knn", *(f"few_{labels}" for labels in evaluate.LABELS_PER_CLASS), "rankme")
TABLE = Table("noise", KEYS, (*KEYS, "std", *MEASURES, "cpu_minutes", "date"))
COMMAND = Command(__doc__, TABLE, STRENGTHS, seeds=(0, 1, 2))


def with_noise(std: float) -> Recipe:
    """The recipe of chapter 3's denoising autoencoder with another strength of the noise."""

    def build() -> keras.Model:
        noise = views.AddNoise(std=std, seed=0)
        return Autoencoder(networks.patch_encoder(), networks.patch_decoder(), noise)

    recipe = RECIPES["fashion_mnist-denoising"]
    return replace(recipe, name=f"{recipe.name}-{std}", build=build)


def main(asked: Namespace, table: Table) -> None:
    """Measure the rows that are asked for."""
    clothes = data.load("fashion_mnist", full=True)
    for name in asked.names:
        for seed in asked.seeds:
            if table.done(method=name, seed=seed):
                continue
            method, minutes = seeded(with_noise(STRENGTHS[name]), seed, clothes)
            row = probe(clothes, embedding(method.encoder))
            table.put(
                {"method": name, "seed": seed, "std": STRENGTHS[name], "cpu_minutes": minutes}
                | {measure: row[measure] for measure in MEASURES}
            )
            keras.backend.clear_session()
    forget()


if __name__ == "__main__":
    COMMAND.run(main)
