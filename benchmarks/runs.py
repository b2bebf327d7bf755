"""Runs of a recipe with other seeds than the checkpoint's, for scripts that measure a spread."""

import shutil
from dataclasses import replace

import keras

from ssl_course import data
from ssl_course.pretrain import RECIPES, pretrain, training
from ssl_course.pretrain.golden import losses
from ssl_course.pretrain.recipe import Recipe


def seeded(recipe: Recipe, seed: int, dataset: data.Dataset) -> tuple[keras.Model, float]:
    """The method of a recipe trained with a seed, and its CPU minutes.

    Seed 0 of a recipe of the course is its checkpoint.  Other runs are trained here; one that is
    interrupted goes on from its last epoch, until `forget` is called.
    """
    if seed == 0 and recipe.name in RECIPES:
        method = pretrain(recipe.name)
        return method, method.card["cpu_seconds"] / 60
    recipe = replace(recipe, seed=seed)
    code = [f"{loss:.3g}" for loss in losses(recipe)]  # roundings are no other code
    method = training.build(recipe, dataset)
    settings = {name: value for name, value in vars(recipe).items() if name != "build"}
    key = f"{settings} {code} {dataset.sha256}"
    history = training.run(recipe, dataset, method, _states() / f"{recipe.name}-{seed}", key)
    return method, sum(history["cpu_seconds"]) / 60


def forget() -> None:
    """Remove the states of all runs, once they have been measured."""
    shutil.rmtree(_states(), ignore_errors=True)


def _states():
    return data.cache_directory() / "runs"
