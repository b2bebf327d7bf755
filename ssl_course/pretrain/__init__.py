"""From a recipe to a trained method: load a verified checkpoint, or train and write one."""

from __future__ import annotations

import os
import platform
import shutil
import warnings
from dataclasses import replace
from datetime import date
from importlib import import_module

import keras

from ssl_course import data
from ssl_course.data.fetch import CACHE_VARIABLE
from ssl_course.pretrain import checkpoint, golden, training
from ssl_course.pretrain.checkpoint import CheckpointError, read_card
from ssl_course.pretrain.hardware import for_gpu, has_gpu
from ssl_course.pretrain.recipes import RECIPES, Recipe
from ssl_course.pretrain.watch import quick_probe, watch

__all__ = [
    "RECIPES",
    "CheckpointError",
    "Recipe",
    "is_stale",
    "pretrain",
    "problem",
    "quick_probe",
    "read_card",
    "watch",
]

MODE_VARIABLE = "SSL_COURSE_MODE"
MODES = ("cached", "quick", "full")
QUICK_IMAGES = 2500


def pretrain(name: str, mode: str | None = None) -> keras.Model:
    """The trained method of a recipe.

    Parameters
    ----------
    name : one of `RECIPES`
    mode : ``"cached"`` (default) loads the verified checkpoint; ``"quick"`` trains one epoch on
        at most 2,500 images of the packaged sample and stores nothing; ``"full"`` trains on the
        full data set, resuming an interrupted run, and writes the checkpoint; on a GPU with
        larger batches and in mixed precision.
        ``SSL_COURSE_MODE`` sets the default.

    Returns the method with ``method.history`` (one list a metric) and ``method.card`` (None
    after a quick run).  A checkpoint whose recipe has changed is loaded with a warning.  Loading
    leaves the random state of Python, NumPy and Keras as it was; training sets it.

    Raises
    ------
    ValueError : unknown name or mode
    CheckpointError : the checkpoint is missing, altered or does not fit
    DataError : the full data set is out of reach, or a quick run has no sample
    """
    mode = mode or os.environ.get(MODE_VARIABLE) or "cached"
    if name not in RECIPES:
        raise ValueError(f"Unknown recipe {name!r}. Known: {', '.join(sorted(RECIPES))}.")
    if mode not in MODES:
        raise ValueError(
            f"Unknown mode {mode!r}. Known: {', '.join(MODES)}; the argument, or {MODE_VARIABLE}."
        )
    recipe = RECIPES[name]
    if mode == "full":
        return _train(recipe)
    if mode == "quick":
        if data.REGISTRY[recipe.dataset].sample is None:
            raise data.DataError(
                f"{name} has no quick run, because its data are not packaged. "
                f'Use pretrain({name!r}, mode="cached") or mode="full".'
            )
        dataset = data.load(recipe.dataset)
        method = training.build(recipe, dataset)
        few = replace(dataset, unlabeled=dataset.unlabeled[:QUICK_IMAGES])
        method.card = None
        method.history = {k: [v] for k, v in training.run_epoch(recipe, few, method, 0).items()}
        return method
    method = training.build(recipe)
    method.card = checkpoint.load(name, method)
    method.history = method.card["history"]
    if is_stale(method.card):
        warnings.warn(
            f"Checkpoint {name!r} is stale: its recipe has changed since it was trained. "
            f"Train it again: python -m ssl_course.pretrain {name}",
            stacklevel=2,
        )
    return method


def is_stale(card: dict) -> bool:
    """Whether the recipe's settings have changed since the training.

    Whether the code does what it did then takes seconds to find out: `problem`.
    """
    return card["recipe"] != _settings(RECIPES[card["recipe"]["name"]])


def problem(name: str) -> str | None:
    """Why the checkpoint of a recipe needs training (missing, altered, stale), or None.

    Stale is what has other settings, or whose first training steps or representations are not
    those on the card any more (`golden`).
    """
    recipe = RECIPES[name]
    method = training.build(recipe)
    try:
        card = checkpoint.load(name, method)
    except CheckpointError as error:
        return str(error)
    if is_stale(card):
        return f"Checkpoint {name!r} is stale: its recipe has changed"
    found = golden.difference(card["golden"], golden.numbers(recipe, method.encoder))
    return f"Checkpoint {name!r} is stale: its code does something else, {found}" if found else None


def _settings(recipe: Recipe) -> dict:
    settings = {name: value for name, value in vars(recipe).items() if name != "build"}
    return settings | {"build": recipe.build.__qualname__}


def _train(recipe: Recipe) -> keras.Model:
    checkpoint.require_writable(checkpoint.folder(), checkpoint.FOLDER_VARIABLE)
    checkpoint.require_writable(data.cache_directory(), CACHE_VARIABLE)
    dataset = data.load(recipe.dataset, full=True)
    first_losses = golden.losses(recipe)
    gpu = has_gpu()
    run = for_gpu(recipe) if gpu else recipe
    method = training.build(run, dataset, mixed_precision=gpu)
    card = _card(recipe, dataset, method)
    if gpu:
        card["gpu"] = {"batch_size": run.batch_size, "learning_rate": run.learning_rate}
    state = data.cache_directory() / "runs" / recipe.name
    code = [f"{loss:.3g}" for loss in first_losses]  # roundings are no other code
    key = f"{card['recipe']} {card.get('gpu')} {code} {dataset.sha256}"
    with checkpoint.writing(state, CACHE_VARIABLE):
        method.history = training.run(run, dataset, method, state, key)
    card["wall_seconds"] = round(sum(method.history.pop("wall_seconds")))
    card["cpu_seconds"] = round(sum(method.history.pop("cpu_seconds")))
    card["history"] = method.history
    card["final"] = {name: values[-1] for name, values in method.history.items()}
    loaded = training.build(recipe)  # in full precision, on a GPU too
    loaded.set_weights(method.get_weights())
    card["golden"] = {
        "losses": first_losses,
        "representation": golden.representation(recipe, loaded.encoder),
    }
    checkpoint.save(recipe.name, method, card)
    shutil.rmtree(state, ignore_errors=True)
    method.card = read_card(recipe.name)
    return method


def _card(recipe: Recipe, dataset: data.Dataset, method: keras.Model) -> dict:
    named = checkpoint.tensors(method)
    packages = ("keras", keras.backend.backend(), "numpy", "safetensors")
    return {
        "recipe": _settings(recipe),
        "data": {
            "name": dataset.name,
            "images": len(dataset.unlabeled),
            "sha256": dataset.sha256,
            "source": dataset.source,
        },
        "date": date.today().isoformat(),
        "versions": {name: import_module(name).__version__ for name in packages}
        | {"python": platform.python_version()},
        "device": f"{platform.machine()}, {os.cpu_count()} cores",
        "parameters": method.count_params(),
        "tensors": {key: list(variable.shape) for key, variable in named.items()},
    }
