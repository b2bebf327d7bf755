"""Probes against constructed cases and naive versions."""

import keras
import numpy as np
import pytest

from ssl_course import data, evaluate, networks
from ssl_course.data import Split
from ssl_course.diagnose import feature_std

RNG = np.random.default_rng(0)


def clusters(per_class, spread, seed=0):
    """Ten classes around ten orthogonal directions of 16 dimensions."""
    rng = np.random.default_rng(seed)
    y = np.repeat(np.arange(10), per_class)
    return Split(3 * np.eye(16)[y] + spread * rng.normal(size=(len(y), 16)), y)


def test_embedding_leaves_the_encoder_alone():
    digits = data.load("mnist")
    encoder = networks.conv_encoder()
    before = [weight.numpy() for weight in encoder.weights]
    split = evaluate.embed(encoder, digits.validation)
    evaluate.linear_probe(split, split, split)
    assert split.x.shape == (1000, 3136)
    for old, weight in zip(before, encoder.weights, strict=True):
        assert np.array_equal(old, weight.numpy())


def test_linear_probe_on_separable_and_on_meaningless_features():
    train, validation, test = (clusters(20, 0.1, seed) for seed in range(3))
    assert evaluate.linear_probe(train, validation, test)["accuracy"] == 1.0
    shuffled = Split(RNG.normal(size=(400, 16)), np.repeat(np.arange(10), 40))
    # Chance is 0.1; the standard error over 400 examples is 0.015.
    assert evaluate.linear_probe(train, validation, shuffled)["accuracy"] < 0.2


def test_strength_is_chosen_on_validation_only():
    train, validation = clusters(5, 2.0, 0), clusters(50, 2.0, 1)
    first = evaluate.linear_probe(train, validation, clusters(50, 2.0, 2))
    second = evaluate.linear_probe(train, validation, Split(-validation.x, validation.y))
    assert first["strength"] == second["strength"]
    assert first["validation_accuracy"] == second["validation_accuracy"]
    assert first["accuracy"] > second["accuracy"]


def test_nearest_neighbors_against_a_naive_vote():
    train, test = clusters(8, 1.5, 0), clusters(8, 1.5, 1)
    right = 0
    for x, y in zip(test.x, test.y, strict=True):
        cosine = train.x @ x / np.linalg.norm(train.x, axis=1) / np.linalg.norm(x)
        votes = np.zeros(10)
        for neighbor in np.argsort(-cosine)[: evaluate.NEIGHBORS]:
            votes[train.y[neighbor]] += np.exp(cosine[neighbor] / evaluate.TEMPERATURE)
        right += votes.argmax() == y
    accuracy = evaluate.nearest_neighbors(train, test)
    assert accuracy == right / len(test)
    assert 0.3 < accuracy < 1, "the case is too easy or too hard to tell two versions apart"


def test_few_label_curve_rises_and_repeats():
    train, test = clusters(100, 2.0, 0), clusters(50, 2.0, 1)
    curve = evaluate.few_label_curve(train, test)
    assert tuple(curve) == evaluate.LABELS_PER_CLASS
    means = [mean for mean, _ in curve.values()]
    assert means == sorted(means)
    assert curve == evaluate.few_label_curve(train, test)


def test_scaling_features_changes_nothing():
    train, validation, test = (clusters(10, 1.5, seed) for seed in range(3))
    scaled = [Split(1000 * split.x + 5, split.y) for split in (train, validation, test)]
    before = evaluate.linear_probe(train, validation, test)
    after = evaluate.linear_probe(*scaled)
    assert before["accuracy"] == pytest.approx(after["accuracy"], abs=0.011)  # one of 100


def test_constant_features_do_not_divide_by_zero():
    constant = Split(np.ones((20, 3)), np.repeat([0, 1], 10))
    assert evaluate.linear_probe(constant, constant, constant)["accuracy"] == 0.5


def test_controls():
    digits = data.load("mnist")
    assert evaluate.pixels(digits.test).x.shape == (1500, 784)
    components = evaluate.principal_components(digits.unlabeled, 32)(digits.test)
    assert components.x.shape == (1500, 32)
    variance = components.x.var(axis=0)
    assert variance[:4].min() > variance[-4:].max()


def test_supervised_control_learns():
    digits = data.load("mnist")
    few = data.few_labels(digits.train, 10, draw=0)
    model = evaluate.supervised(networks.conv_encoder, few, digits.validation)
    assert isinstance(model, keras.Model)
    assert evaluate.accuracy(model, digits.test) > 0.7


class TestFeatureStd:
    def test_collapsed_is_zero(self):
        assert feature_std(np.full((50, 8), 0.3)) < 1e-6
        assert feature_std(np.zeros((50, 8))) == 0

    def test_uniform_on_the_sphere_is_one(self):
        # 10,000 points: the standard error of each feature's deviation is below 0.01.
        assert feature_std(RNG.normal(size=(10_000, 64))) == pytest.approx(1, abs=0.02)

    def test_scale_does_not_matter(self):
        features = RNG.normal(size=(100, 8))
        assert feature_std(features) == pytest.approx(feature_std(1000 * features))
