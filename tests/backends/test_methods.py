"""Every method trains, is evaluated and predicts on the backend that KERAS_BACKEND names."""

import dataclasses
import functools
import inspect
import os

import keras
import numpy as np
import pytest

from ssl_course import methods
from ssl_course.data import Dataset, Split
from ssl_course.pretrain import RECIPES, golden, training

BATCH, STEPS = 16, 3
BASES = {"Method", "TwoViewMethod"}
"""What others derive from and nobody trains."""


@functools.cache
def fresh(name):
    """The method of a recipe, ready for a run of a few steps; and examples for it."""
    recipe = dataclasses.replace(RECIPES[name], epochs=1, batch_size=BATCH)
    seen = golden.examples(recipe, STEPS * BATCH)
    none = Split(seen[:0], np.zeros(0, int))
    dataset = Dataset(recipe.dataset, (), seen, none, none, none, None, "random", "")
    return recipe, training.build(recipe, dataset), seen


def test_backend():
    assert keras.backend.backend() == os.environ["KERAS_BACKEND"]


@pytest.mark.parametrize("name", RECIPES)
def test_three_steps(name):
    recipe, method, seen = fresh(name)
    before = [np.array(keras.ops.convert_to_numpy(weight)) for weight in method.weights]
    loss = training.train_epoch(recipe, seen, method, 0)
    assert int(keras.ops.convert_to_numpy(method.optimizer.iterations.value)) == STEPS
    after = [keras.ops.convert_to_numpy(weight) for weight in method.weights]
    assert np.isfinite(loss)
    assert all(np.isfinite(weight).all() for weight in after)
    moved = [not np.array_equal(old, new) for old, new in zip(before, after, strict=True)]
    assert np.mean(moved) > 0.5, "most weights stayed where they were"
    assert np.isfinite(method.evaluate(seen[:BATCH], batch_size=BATCH, verbose=0))
    outputs = keras.tree.flatten(method.predict(seen[:BATCH], batch_size=BATCH, verbose=0))
    assert all(np.isfinite(np.asarray(output, "float64")).all() for output in outputs)


def test_every_method_is_in_a_recipe():
    trained = {kind.__name__ for name in RECIPES for kind in type(fresh(name)[1]).__mro__}
    known = {name for name in methods.__all__ if inspect.isclass(getattr(methods, name))}
    assert known - BASES <= trained
    assert known >= BASES
