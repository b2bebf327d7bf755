"""Probes against constructed cases and naive versions."""

import keras
import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.metrics import roc_auc_score

from ssl_course import data, evaluate, networks
from ssl_course.data import Split
from ssl_course.diagnose import feature_std

RNG = np.random.default_rng(0)


def clusters(per_class, spread, seed=0):
    """Ten classes around ten orthogonal directions of 16 dimensions."""
    rng = np.random.default_rng(seed)
    y = np.repeat(np.arange(10), per_class)
    return Split(3 * np.eye(16)[y] + spread * rng.normal(size=(len(y), 16)), y)


def shuffled(split, seed=0):
    return Split(split.x, np.random.default_rng(seed).permutation(split.y))


def bright_quarters(per_class, seed):
    """Images of 28 × 28 with noise, and one quarter brighter than the rest: four easy classes."""
    rng = np.random.default_rng(seed)
    y = np.repeat(np.arange(4), per_class)
    x = rng.uniform(0, 0.5, (len(y), 2, 14, 2, 14))
    x[np.arange(len(y)), y // 2, :, y % 2] += 0.3
    return Split(x.reshape(-1, 28, 28, 1).astype("float32"), y)


def small_encoder():
    """Batch normalization and dropout: what must not run in training mode while embedding."""
    images = keras.Input((28, 28, 1))
    x = keras.layers.AveragePooling2D(7)(images)
    x = keras.layers.Dropout(0.5)(keras.layers.BatchNormalization()(x))
    return keras.Model(images, keras.layers.Dense(8, "relu")(x))


def test_measured_statistics_are_those_of_the_images():
    """Dropout comes after the normalization here, so it does not disturb the means."""
    encoder, images = small_encoder(), bright_quarters(500, seed=0).x
    weights = [np.array(weight) for weight in encoder.trainable_weights]
    norm = next(layer for layer in encoder.layers if "batch" in layer.name)
    assert evaluate.measure_statistics(encoder, np.tile(images, (10, 1, 1, 1))) is encoder
    for before, after in zip(weights, encoder.trainable_weights, strict=True):
        assert np.array_equal(before, after)
    # 400 batches at Keras's momentum of 0.99 leave 2 % of the fresh statistics.
    pooled = images.reshape(-1, 4, 7, 4, 7).mean(axis=(2, 4))
    assert np.allclose(norm.moving_mean, pooled.mean(), rtol=0.05)
    assert float(norm.moving_variance[0]) < 0.1


def test_an_encoder_without_statistics_stays_as_it_is():
    encoder = networks.dense_encoder(8)
    assert evaluate.measure_statistics(encoder, np.ones((60, 28, 28, 1), "float32")) is encoder


@pytest.mark.parametrize("build", [networks.conv_encoder, small_encoder])
def test_embedding_leaves_the_encoder_alone(build):
    keras.utils.set_random_seed(0)
    images = bright_quarters(10, 0)
    encoder = build()
    before = [weight.numpy() for weight in encoder.variables]
    split = evaluate.embed(encoder, images, batch_size=16)
    evaluate.linear_probe(split, split, split)
    for old, weight in zip(before, encoder.variables, strict=True):
        assert np.array_equal(old, weight.numpy())
    assert split.y is images.y
    # Eager and graph mode may round differently (float32, 6e-8 of numbers around 1).
    expected = np.asarray(encoder(images.x, training=False)).reshape(40, -1)
    assert np.allclose(split.x, expected, atol=1e-5)


def test_linear_probe_on_separable_and_on_meaningless_features():
    train, validation, test = (clusters(20, 0.1, seed) for seed in range(3))
    assert evaluate.linear_probe(train, validation, test)["accuracy"] == 1.0
    meaningless = [shuffled(clusters(40, 0.1, seed), seed) for seed in range(3)]
    # Chance is 0.1.  The 40 examples of a cluster stand or fall together, so that what counts
    # is ten clusters rather than 400 examples: shares up to 0.2 happen.
    assert 0.03 < evaluate.linear_probe(*meaningless)["accuracy"] < 0.2


def test_strength_is_chosen_on_validation_only():
    """For one train split, every strength that some validation split prefers is also returned
    when the test split would prefer another.
    """
    train, pool = clusters(5, 2.5, 0), clusters(10, 2.5, 1)

    def alone(strength, split):
        return evaluate.linear_probe(train, pool, split, strengths=(strength,))["accuracy"]

    # New points prefer the weakest probe, near copies of the training points the strongest.
    one = clusters(10, 2.5, 4)
    noise = 0.6 * np.random.default_rng(5).normal(size=(20 * len(train), 16))
    other = Split(np.tile(train.x, (20, 1)) + noise, np.tile(train.y, 20))
    best = [max(evaluate.STRENGTHS, key=lambda c, s=s: alone(c, s)) for s in (one, other)]
    assert best[0] != best[1], "the case cannot tell validation from test"
    for validation, test, strength in ((one, other, best[0]), (other, one, best[1])):
        result = evaluate.linear_probe(train, validation, test)
        assert result == {
            "strength": strength,
            "validation_accuracy": alone(strength, validation),
            "accuracy": alone(strength, test),
        }


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


def test_few_label_curve_rises_and_repeats(monkeypatch):
    draws = []

    def spy(split, per_class, draw):
        few = data.few_labels(split, per_class, draw)
        draws.append((per_class, draw, few.y.tobytes(), np.argsort(few.x[:, 0]).tobytes()))
        return few

    monkeypatch.setattr(evaluate, "few_labels", spy)
    train, test = clusters(100, 2.0, 0), clusters(20, 2.0, 1)
    curve = evaluate.few_label_curve(train, test)
    assert tuple(curve) == evaluate.LABELS_PER_CLASS == (1, 5, 10, 50, 100)
    assert [draw[:2] for draw in draws] == [(n, d) for n in curve for d in range(5)]
    means = [mean for mean, _ in curve.values()]
    assert means == sorted(means)
    assert means[0] < means[-1]
    assert curve[1][1] > 0
    assert curve[100][1] == 0, "all labels are in every draw"
    first = draws.copy()
    draws.clear()
    # Another representation of the same images, here 1 + 2x: the same examples are drawn.
    evaluate.few_label_curve(Split(1 + 2 * train.x, train.y), test)
    assert draws == first


ROTATION = np.linalg.qr(np.random.default_rng(0).normal(size=(16, 16)))[0]


@pytest.mark.parametrize(
    "change", [lambda x: 1000 * x + 5, lambda x: x / 1000, lambda x: x @ ROTATION]
)
def test_linear_probe_sees_neither_scale_nor_origin_nor_axes(change):
    splits = [clusters(10, 1.5, seed) for seed in range(3)]
    before = evaluate.linear_probe(*splits)
    after = evaluate.linear_probe(*(Split(change(split.x), split.y) for split in splits))
    # The optimizer stops a little earlier or later: one of 100 examples may change sides.
    assert before["accuracy"] == pytest.approx(after["accuracy"], abs=0.011)
    assert before["validation_accuracy"] == pytest.approx(after["validation_accuracy"], abs=0.011)


def test_nearest_neighbors_see_neither_length_nor_axes():
    train, test = clusters(8, 1.5, 0), clusters(8, 1.5, 1)
    accuracy = evaluate.nearest_neighbors(train, test)
    lengths = RNG.uniform(0.1, 10, (80, 1))
    stretched = [Split(lengths * split.x @ ROTATION, split.y) for split in (train, test)]
    # Exact but for ties, which noise does not produce.
    assert evaluate.nearest_neighbors(*stretched) == accuracy


def test_fewer_examples_than_neighbors():
    train = clusters(1, 0.1)
    assert evaluate.nearest_neighbors(train, clusters(5, 0.1, 1)) == 1.0


def test_constant_features_do_not_divide_by_zero():
    constant = Split(np.ones((20, 3)), np.repeat([0, 1], 10))
    assert evaluate.linear_probe(constant, constant, constant)["accuracy"] == 0.5


def test_controls():
    digits = data.load("mnist")
    flat = evaluate.pixels(digits.test).x
    assert flat.shape == (1500, 784)
    assert np.array_equal(flat[7].reshape(28, 28, 1), digits.test.x[7])
    components = evaluate.principal_components(digits.unlabeled, 32)(digits.test)
    assert components.x.shape == (1500, 32)
    assert np.array_equal(components.y, digits.test.y)
    # The directions come from the unlabeled images, here by NumPy; their signs are free.
    unlabeled = digits.unlabeled.reshape(2500, 784).astype(float)
    mean = unlabeled.mean(axis=0)
    _, directions = np.linalg.eigh(np.cov(unlabeled.T))
    expected = (flat - mean) @ directions[:, :-9:-1]
    # float32, and scikit-learn's randomized solver for the first 8 of 32 directions.
    assert np.allclose(np.abs(components.x[:, :8]), np.abs(expected), atol=0.02)


@pytest.fixture(scope="module")
def splits():
    return [bright_quarters(per_class, seed) for seed, per_class in enumerate((5, 20, 50))]


class TestSupervised:
    def test_learns_and_repeats(self, splits):
        train, validation, test = splits
        model = evaluate.supervised(small_encoder, train, validation)
        assert evaluate.accuracy(model, test) > 0.95
        again = evaluate.supervised(small_encoder, train, validation)
        assert np.array_equal(model.predict(test.x, verbose=0), again.predict(test.x, verbose=0))

    def test_keeps_the_best_weights(self, splits, monkeypatch):
        seen = []
        evaluate_epoch = keras.Model.evaluate

        def spy(self, *arguments, **options):
            logs = evaluate_epoch(self, *arguments, **options)
            seen.append(logs["accuracy"])
            return logs

        monkeypatch.setattr(keras.Model, "evaluate", spy)
        train, validation, _ = splits
        hard = shuffled(validation)  # the accuracy goes up and down by chance
        model = evaluate.supervised(small_encoder, train, hard)
        assert evaluate.accuracy(model, hard) == pytest.approx(max(seen))
        assert len(seen) == np.argmax(seen) + 16, "it stops 15 looks after the best one"

    def test_accuracy_is_the_share_of_right_answers(self, splits):
        test = splits[2]
        always_two = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten()])
        always_two.add(keras.layers.Dense(4, kernel_initializer="zeros"))
        always_two.layers[-1].bias.assign([0, 0, 1, 0])
        assert evaluate.accuracy(always_two, test) == 0.25


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
        lengths = RNG.uniform(0.1, 10, (100, 1))
        assert feature_std(features) == pytest.approx(feature_std(lengths * features))

    def test_one_line_in_four_dimensions(self):
        """+e and −e: deviation 1 in one of four features, times √4."""
        line = np.array([[1.0, 0, 0, 0], [-1.0, 0, 0, 0]])
        assert feature_std(line) == pytest.approx(0.5)

    def test_close_to_collapse_is_close_to_zero(self):
        nearly = 1 + 0.001 * RNG.normal(size=(100, 8))
        assert 0 < feature_std(nearly) < 0.01


def test_strength_chosen_on_part_of_the_labels():
    train, validation, test = (clusters(40, 2.0, seed) for seed in range(3))
    order = np.random.default_rng(0).permutation(len(train))
    train = Split(train.x[order], train.y[order])
    some = Split(train.x[:100], train.y[:100])
    chosen = evaluate.linear_probe(train, validation, test, choose_with=100)
    on_part = evaluate.linear_probe(some, validation, test)
    assert chosen["strength"] == on_part["strength"]
    assert chosen["accuracy"] > on_part["accuracy"], "the final probe sees all labels"
    everything = evaluate.linear_probe(train, validation, test, choose_with=len(train))
    assert everything == evaluate.linear_probe(train, validation, test)


def test_few_iterations_are_no_warning(recwarn):
    train, validation, test = (clusters(20, 1.0, seed) for seed in range(3))
    evaluate.linear_probe(train, validation, test, iterations=2)
    assert not recwarn.list


def test_a_probe_as_the_last_layer_of_a_network():
    train, test = clusters(10, 2.0, 0), clusters(20, 2.0, 1)
    probe = evaluate.Probe(train)
    layer = test.x @ probe.kernel + probe.bias
    np.testing.assert_allclose(layer, probe(test.x), rtol=1e-9, atol=1e-9)
    assert (layer.argmax(axis=1) == probe.predict(test.x)).all()
    assert 0.3 < probe.accuracy(test) == np.mean(probe.predict(test.x) == test.y) < 1


def test_ridge_probe_on_separable_and_on_meaningless_features():
    train, test = clusters(20, 0.1, 0), clusters(20, 0.1, 1)
    assert evaluate.ridge_probe(train, test) == 1.0
    # 200 guesses among ten: 0.1 with a standard error of 0.02.
    assert evaluate.ridge_probe(shuffled(train), test) < 0.25
    scaled = (Split(s.x * 1000 + 5, s.y) for s in (train, test))
    assert evaluate.ridge_probe(*scaled) == 1.0, "the scale of the features does not matter"


def test_supervised_sees_views_while_training_only(recwarn):
    """A view that erases everything leaves nothing to learn; validation images stay whole."""

    class Erase(keras.layers.Layer):
        def call(self, images):
            return images * 0

    train, validation = bright_quarters(10, 0), bright_quarters(10, 1)
    blind = evaluate.supervised(small_encoder, train, validation, view=Erase())
    assert evaluate.accuracy(blind, validation) <= 0.6
    outputs = blind.predict(validation.x, verbose=0)
    assert outputs.std(axis=0).max() > 0, "outside of training the images pass unchanged"
    assert not [w for w in recwarn.list if "build()" in str(w.message)]


def test_supervised_takes_rows(splits):
    """Inputs of any rank: here the 16 means of blocks of 7 × 7 pixels."""
    train, validation, test = (
        Split(s.x.reshape(-1, 4, 7, 4, 7).mean(axis=(2, 4)).reshape(-1, 16), s.y) for s in splits
    )

    def rows_encoder():
        return keras.Sequential([keras.Input((16,)), keras.layers.Dense(32, "relu")])

    model = evaluate.supervised(rows_encoder, train, validation)
    assert evaluate.accuracy(model, test) > 0.95


def test_auc_agrees_with_scikit_learn_with_ties():
    random = np.random.default_rng(0)
    labels, scores = random.integers(2, size=60), random.integers(5, size=60) / 5
    assert evaluate.auc(labels, scores) == pytest.approx(roc_auc_score(labels, scores))


def test_interval_holds_the_auc_and_narrows_with_cases():
    random = np.random.default_rng(0)
    widths = []
    for count in (50, 800):
        labels = np.arange(count) % 2
        value, low, high = evaluate.auc_interval(labels, labels + random.normal(size=count), 300)
        assert low <= value <= high
        widths.append(high - low)
    assert widths[1] < widths[0] / 2  # a quarter, by the root of 16


def test_auc_of_one_class_is_refused():
    with pytest.raises(ValueError, match="only one"):
        evaluate.auc(np.ones(3), np.arange(3))


def test_squared_distances_against_scipy():
    first, second = RNG.normal(size=(20, 5)), RNG.normal(size=(30, 5))
    expected = cdist(first, second, "sqeuclidean")
    np.testing.assert_allclose(evaluate.squared_distances(first, second), expected, atol=1e-12)
    # In float32 a point far out is not at exactly 0 from itself, and never below.
    far = (1000 + first).astype("float32")
    assert evaluate.squared_distances(far, far).min() == 0


def test_scaling_by_feature_makes_units_irrelevant():
    """The same table in meters and in millimeters gives the same probe."""
    train, test = clusters(10, 1.5, 0), clusters(10, 1.5, 1)
    units = np.logspace(-3, 3, 16)
    other = [Split(split.x * units, split.y) for split in (train, test)]
    for by_feature in (False, True):
        one = evaluate.Probe(train, by_feature=by_feature)(test.x)
        two = evaluate.Probe(other[0], by_feature=by_feature)(other[1].x)
        assert np.allclose(one, two, rtol=1e-6) == by_feature


def test_best_probe_takes_the_quality_that_it_is_told():
    train, validation = clusters(5, 2.5, 0), clusters(20, 2.5, 1)
    wanted = {1.0: 0.1, 10.0: 0.7, 100.0: 0.7}
    probe = evaluate.best_probe(
        train, validation, strengths=wanted, quality=lambda probe, _: wanted[probe.strength]
    )
    assert probe.strength == 10, "the smallest of equally good ones"


def test_auc_of_a_probe_is_that_of_its_logits():
    train, test = (
        Split(s.x, (s.y > 4).astype(int)) for s in (clusters(5, 2.5, 0), clusters(5, 2.5, 1))
    )
    probe = evaluate.Probe(train)
    assert probe.auc(test) == evaluate.auc(test.y, probe(test.x)) > 0.7
