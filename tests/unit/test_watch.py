"""The short run that is looked at closely."""

import dataclasses
import sys

import keras
import numpy as np
import pytest

from ssl_course import data
from ssl_course.diagnose import feature_std, rank_me
from ssl_course.evaluate import embed, ridge_probe
from ssl_course.pretrain import RECIPES, fashion_mnist, quick_probe, read_card, training, watch

NAMES = ["step", "loss", "feature_std", "rank_me", "probe_accuracy"]
SMALL = {"steps": 6, "every": 2, "batch_size": 32}


@pytest.fixture(scope="module")
def clothes():
    sample = data.load("fashion_mnist")
    small = {
        name: data.few_labels(getattr(sample, name), 20, 0) for name in ("train", "validation")
    }
    return dataclasses.replace(sample, unlabeled=sample.unlabeled[:256], **small)


def fresh(build=fashion_mnist.dense):
    keras.utils.set_random_seed(0)
    return build()


@pytest.fixture(scope="module")
def run(clothes):
    """The method before and after, and its history."""
    method = fresh()
    before = [weight.numpy() for weight in method.weights]
    return before, method, watch(method, clothes, **SMALL)


def test_one_value_a_look(run):
    *_, history = run
    assert list(history) == NAMES
    assert history["step"] == [0, 2, 4, 6]
    assert {len(values) for values in history.values()} == {4}
    assert all(type(value) is float for values in history.values() for value in values)
    assert np.isnan(history["loss"][0])
    assert np.isfinite(history["loss"][1:]).all()


def test_the_method_is_trained(run):
    before, method, history = run
    for old, weight in zip(before, method.trainable_weights, strict=True):
        assert not np.array_equal(old, weight), f"{weight.path} did not move"
    assert int(method.optimizer.iterations) == 6
    assert history["loss"][-1] < history["loss"][1]


def test_looks_are_those_of_the_representation(run, clothes):
    _, method, history = run
    seen = embed(method.encoder, clothes.validation)
    assert history["feature_std"][-1] == pytest.approx(feature_std(seen.x), rel=1e-5)
    assert history["rank_me"][-1] == pytest.approx(rank_me(seen.x), rel=1e-5)
    accuracy = ridge_probe(embed(method.encoder, clothes.train), seen)
    assert history["probe_accuracy"][-1] == accuracy
    assert 0.1 < accuracy <= 1


def test_a_run_measures_the_same_probe_after_an_epoch(clothes):
    method = fresh()
    method.compile("adam")
    logs = training.run_epoch(RECIPES["fashion_mnist-dense"], clothes, method, 0)
    splits = (embed(method.encoder, split) for split in (clothes.train, clothes.validation))
    assert quick_probe(logs) == logs["probe_accuracy"] == ridge_probe(*splits)


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_every_card_says_which_probe_its_run_measured(name):
    card = read_card(name)
    assert 0 <= quick_probe(card["final"]) == quick_probe(card["history"])[-1] <= 1
    assert ("probe_accuracy" in card["final"]) != ("raw_probe_accuracy" in card["final"])


def test_the_first_look_is_at_the_untrained_method(run, clothes):
    *_, history = run
    seen = embed(fresh().encoder, clothes.validation)
    assert history["feature_std"][0] == pytest.approx(feature_std(seen.x), rel=1e-5)


def test_the_loss_is_the_mean_since_the_last_look(clothes):
    """With a step of 0 the network stays, and the loss is that of the drawn images."""
    whole = watch(fresh(), clothes, steps=1, every=1, batch_size=256, learning_rate=0.0)
    expected = fresh()
    expected.compile()
    loss = expected.evaluate(clothes.unlabeled, batch_size=256, verbose=0)
    assert whole["loss"][1] == pytest.approx(loss, rel=1e-5)
    assert whole["rank_me"][0] == whole["rank_me"][1]


@pytest.mark.parametrize("build", [fashion_mnist.dense, fashion_mnist.simclr])
def test_the_same_seed_gives_the_same_run(build, clothes):
    """With random views too."""
    settings = SMALL | {"steps": 2}
    first, again, other = (
        watch(fresh(build), clothes, **settings, seed=seed) for seed in (0, 0, 1)
    )
    assert str(first) == str(again)  # nan is not equal to itself
    assert first["loss"][1] != other["loss"][1]


def test_at_most_a_thousand_labels(clothes, monkeypatch):
    asked = []

    def spy(train, test):
        asked.append((len(train), len(test)))
        return 0.5

    # The package's ``watch`` is the function, which hides the module of that name.
    monkeypatch.setattr(sys.modules[watch.__module__], "ridge_probe", spy)
    watch(fresh(), dataclasses.replace(clothes, **labeled()), **SMALL | {"steps": 0})
    assert asked == [(1000, 1000)]


def labeled():
    sample = data.load("fashion_mnist")
    return {"train": sample.train, "validation": sample.train}
