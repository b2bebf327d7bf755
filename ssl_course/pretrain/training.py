"""The training run itself: epochs, metrics, interruption and resumption."""

from __future__ import annotations

import json
import math
import random
import time
import zipfile
from pathlib import Path
from typing import TypeAlias

import keras
import numpy as np

from ssl_course.data import REGISTRY, Dataset, Split
from ssl_course.diagnose import feature_std, rank_me
from ssl_course.evaluate import embed, ridge_probe
from ssl_course.pretrain.hardware import halve_precision
from ssl_course.pretrain.recipe import Recipe

Rate: TypeAlias = float | keras.optimizers.schedules.LearningRateSchedule

WATCHED_TRAIN, WATCHED_VALIDATION = 10_000, 2_500
"""How many labeled examples the metrics after each epoch look at, at most."""


def build(
    recipe: Recipe, dataset: Dataset | None = None, *, mixed_precision: bool = False
) -> keras.Model:
    """The fresh method of a recipe: compiled, and built by calling it.

    With a data set it's ready for a run, and the random state of Python, NumPy and Keras is set by
    the recipe's seed.  Without one its learning rate does not fall, enough to load weights into,
    and that state is left alone.
    """
    if dataset is not None:
        keras.utils.set_random_seed(recipe.seed)
        return _built(recipe, _rate(recipe, dataset), mixed_precision)
    state = random.getstate()  # Keras takes from there the seeds of all that has none of its own
    random.seed(recipe.seed)
    try:
        return _built(recipe, recipe.learning_rate, mixed_precision)
    finally:
        random.setstate(state)


def _built(recipe: Recipe, rate: Rate, mixed_precision: bool) -> keras.Model:
    method = recipe.build()
    optimizer = keras.optimizers.Adam(rate, beta_1=recipe.beta_1)
    if mixed_precision:
        halve_precision(method)
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    method.compile(optimizer)
    entry = REGISTRY[recipe.dataset]
    method(np.zeros((2, *entry.shape), entry.dtype))
    method.optimizer.build(method.trainable_variables)  # so that a resumed run can load its state
    return method


def run(recipe: Recipe, dataset: Dataset, method: keras.Model, state: Path, key: str) -> dict:
    """Train to the end of the recipe and return the history, one list of values a metric.

    After each epoch the whole state goes to the folder ``state``; a run that was interrupted
    goes on from there and ends with the same weights.  ``key`` identifies code and data:
    a state with another key, or a damaged one, is discarded.  The caller removes the folder.
    """
    history = _resume(method, state, key)
    bar = keras.utils.Progbar(recipe.epochs, stateful_metrics=list(history), unit_name="epoch")
    for epoch in range(len(history["loss"]), recipe.epochs):
        wall, cpu = time.perf_counter(), time.process_time()
        logs = run_epoch(recipe, dataset, method, epoch)
        logs["wall_seconds"] = time.perf_counter() - wall
        logs["cpu_seconds"] = time.process_time() - cpu
        for name, value in logs.items():
            history[name].append(float(value))
        _store(method, history, state, key)
        bar.update(epoch + 1, [(name, history[name][-1]) for name in _SHOWN])
    return history


def run_epoch(recipe: Recipe, dataset: Dataset, method: keras.Model, epoch: int) -> dict:
    """One pass over the unlabeled images, and what the method is worth after it.

    ``validation_loss`` is measured in batches of 500: where negatives come from the batch, it
    cannot be compared with ``loss``.  ``probe_accuracy`` is `evaluate.ridge_probe`, as in `watch`,
    but with up to `WATCHED_TRAIN` labels.
    """
    loss = train_epoch(recipe, dataset.unlabeled, method, epoch)
    train = first_examples(dataset.train, WATCHED_TRAIN)
    validation = first_examples(dataset.validation, WATCHED_VALIDATION)
    representation = embed(method.encoder, validation)
    return {
        "loss": loss,
        "validation_loss": method.evaluate(validation.x, batch_size=500, verbose=0),
        "feature_std": feature_std(representation.x),
        "rank_me": rank_me(representation.x),
        "probe_accuracy": ridge_probe(embed(method.encoder, train), representation),
    }


def train_epoch(recipe: Recipe, images: np.ndarray, method: keras.Model, epoch: int) -> float:
    """One pass over the images in an order that depends on seed and epoch only; the mean loss.

    A last batch of one image is left out: it has no variance and no other image to compare with.
    """
    order = np.random.default_rng([recipe.seed, epoch]).permutation(len(images))
    if len(order) % recipe.batch_size == 1:
        order = order[:-1]
    logs = method.fit(images[order], batch_size=recipe.batch_size, shuffle=False, verbose=0)
    return logs.history["loss"][0]


_SHOWN = ("loss", "validation_loss", "feature_std", "rank_me", "probe_accuracy")
_METRICS = (*_SHOWN, "wall_seconds", "cpu_seconds")


def _rate(recipe: Recipe, dataset: Dataset) -> Rate:
    if not recipe.decay:
        return recipe.learning_rate
    steps = recipe.epochs * math.ceil(len(dataset.unlabeled) / recipe.batch_size)
    return keras.optimizers.schedules.CosineDecay(recipe.learning_rate, steps)


def first_examples(split: Split, count: int) -> Split:
    """The first ``count`` examples, or as many at equal distances if those lack a class."""
    rows = np.arange(min(count, len(split)))
    if len(np.unique(split.y[rows])) < len(np.unique(split.y)):  # sorted by class, as MNIST is
        rows = np.linspace(0, len(split) - 1, len(rows)).astype(int)
    return Split(split.x[rows], split.y[rows])


def _resume(method: keras.Model, state: Path, key: str) -> dict:
    fresh: dict[str, list[float]] = {name: [] for name in _METRICS}
    try:
        stored = json.loads((state / "history.json").read_text(encoding="utf-8"))
        if stored["key"] != key:
            return fresh
        with np.load(state / stored["variables"]) as saved:
            values = list(saved.values())
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return fresh  # none, cut off by a crash, or not ours
    variables = _variables(method)
    if [value.shape for value in values] != [tuple(variable.shape) for variable in variables]:
        return fresh  # of another version of Keras
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
    return stored["history"]


def _store(method: keras.Model, history: dict, state: Path, key: str) -> None:
    """The variables first, then the note that points at them, then the old ones go."""
    state.mkdir(parents=True, exist_ok=True)
    file = f"epoch-{len(history['loss'])}.npz"
    scratch = state / "history.new"
    try:
        np.savez(state / file, *(np.asarray(variable) for variable in _variables(method)))
        note = json.dumps({"key": key, "variables": file, "history": history})
        scratch.write_text(note, encoding="utf-8")
        scratch.replace(state / "history.json")
    except BaseException:  # half a file would only take room
        (state / file).unlink(missing_ok=True)
        scratch.unlink(missing_ok=True)
        raise
    for old in state.glob("*.npz"):
        if old.name != file:
            old.unlink()


def _variables(method: keras.Model) -> list[keras.Variable]:
    """All that a run needs to go on: weights, random seeds (Keras saves none), optimizer."""
    return method.variables + method.optimizer.variables
