"""What a recipe does is told by numbers: they see other behavior, and no other names."""

import dataclasses
import inspect
import random

import keras
import numpy as np
import pytest

from ssl_course import networks, views
from ssl_course.methods import Autoencoder
from ssl_course.pretrain import RECIPES, Recipe, golden, pretrain, training
from ssl_course.views import corruptions

HIDE = {"size": 4, "fraction": 0.5}


def masking():
    hide = views.MaskPatches(**HIDE)
    return Autoencoder(networks.conv_encoder(4), networks.conv_decoder(4), hide)


TINY = Recipe("tiny", "mnist", masking, epochs=20, decay=True, learning_rate=0.01)


@pytest.fixture(scope="module")
def stored():
    """The golden numbers of the recipe, with a representation that is not its own."""
    return {"losses": golden.losses(TINY), "representation": [[1.0, 2.0]]}


def seen(stored, recipe=TINY):
    return golden.difference(stored, stored | {"losses": golden.losses(recipe)})


class TestLosses:
    def test_same_code_same_numbers(self, stored):
        assert len(stored["losses"]) == golden.STEPS
        assert seen(stored) is None

    def test_epochs_and_batches_of_the_recipe_do_not_count(self, stored):
        """They are settings, which the card names."""
        assert seen(stored, dataclasses.replace(TINY, epochs=3, batch_size=5)) is None

    def test_other_names_are_no_difference(self, stored, monkeypatch):
        source = inspect.getsource(corruptions)
        assert "visible" in source
        renamed = {"__name__": "renamed"}
        exec(source.replace("visible", "shown"), renamed)
        monkeypatch.setattr(views, "MaskPatches", renamed["MaskPatches"])
        assert seen(stored) is None

    def test_another_corruption(self, stored, monkeypatch):
        monkeypatch.setitem(HIDE, "fraction", 0.4)
        assert seen(stored).startswith("losses differ")

    def test_another_optimizer(self, stored, monkeypatch):
        monkeypatch.setattr(
            keras.optimizers, "Adam", lambda rate, beta_1: keras.optimizers.SGD(rate)
        )
        assert seen(stored).startswith("losses differ")

    def test_another_schedule(self, stored, monkeypatch):
        monkeypatch.setattr(training, "_rate", lambda recipe, dataset: recipe.learning_rate)
        assert seen(stored).startswith("losses differ")


BEFORE = {"losses": [4.0, 2.0, 1.0], "representation": [[-10.0, 0.0], [5.0, 1e-9]]}


class TestDifference:
    def now(self, kind, change):
        return BEFORE | {kind: (np.array(BEFORE[kind]) + change).tolist()}

    @pytest.mark.parametrize("kind", ["losses", "representation"])
    def test_tolerance_is_a_share_of_the_largest(self, kind):
        largest = np.abs(BEFORE[kind]).max()
        allowed = golden.TOLERANCE * largest
        assert golden.difference(BEFORE, self.now(kind, 0.99 * allowed)) is None
        found = golden.difference(BEFORE, self.now(kind, -1.01 * allowed))
        assert found == f"{kind} differ by {golden.TOLERANCE:.1%}"

    def test_nothing_equals_nan(self):
        assert "losses" in golden.difference(BEFORE, self.now("losses", np.nan))

    def test_another_shape(self):
        now = BEFORE | {"losses": [4.0, 2.0]}
        assert golden.difference(BEFORE, now) == "losses of shape (2,), not (3,)"


class TestRepresentation:
    def test_any_feature_is_seen(self):
        encoder = training.build(TINY).encoder
        before = golden.representation(TINY, encoder)
        assert np.shape(before) == (golden.SEEN, golden.DIRECTIONS)
        assert golden.representation(TINY, encoder) == before
        *_, bias = encoder.trainable_weights
        bias.assign(np.array(bias) + np.array([0, 0, 0.1, 0]))
        now = golden.representation(TINY, encoder)
        both = {"losses": [1.0]}
        found = golden.difference(both | {"representation": before}, both | {"representation": now})
        assert found.startswith("representation differ")


def draws():
    """One number from each source of chance that Keras's users have."""
    legacy = np.random.rand()  # noqa: NPY002 - the one that has a global state
    return random.random(), legacy, float(keras.random.uniform(()))


@pytest.mark.parametrize("name", ["mnist-denoising", "fashion_mnist-moco"])
def test_loading_leaves_the_random_state_alone(name):
    """MoCo's queue begins with random vectors, its target network is a second random one."""
    keras.utils.set_random_seed(3)
    expected = draws(), draws()
    keras.utils.set_random_seed(3)
    first = draws()
    pretrain(name, "cached")
    assert (first, draws()) == expected


def test_a_run_sets_the_random_state():
    """Quick and full runs begin with `training.build` for a data set."""
    name, found = "mnist-denoising", []
    for seed in (1, 2):
        keras.utils.set_random_seed(seed)
        pretrain(name, "quick")
        found.append(draws())
    assert found[0] == found[1]
    assert name in RECIPES
