"""Filling up a class and judging samples: closed forms, naive loops, and what may not leak."""

import keras
import numpy as np
import pytest

from ssl_course import networks
from ssl_course.chapters import generation
from ssl_course.chapters.generation import ConditionalGAN, ConditionalVAE
from ssl_course.data import Split

RNG = np.random.default_rng(0)
IMAGES = RNG.random((12, 28, 28, 1)).astype("float32")
LABELS = np.arange(12) % 3


class TestFrechetDistance:
    def test_same_sample(self):
        points = RNG.normal(size=(50, 4))
        assert generation.frechet_distance(points, points) == pytest.approx(0, abs=1e-8)

    def test_shift_alone(self):
        points = RNG.normal(size=(50, 4))
        moved = points + np.array([1.0, 2.0, 0.0, 0.0])
        assert generation.frechet_distance(points, moved) == pytest.approx(5)

    def test_commuting_covariances(self):
        # Diagonal covariances: the sum of (σ_x − σ_y)².
        points = RNG.normal(size=(500, 3))
        white = np.linalg.qr(points - points.mean(axis=0))[0] * np.sqrt(499)
        first, second = np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 1.0])
        distance = generation.frechet_distance(white * first, white * second)
        assert distance == pytest.approx(1 + 0 + 4)

    def test_one_dimension_and_few_points(self):
        assert generation.frechet_distance(np.array([[0.0], [2.0]]), np.array([[1.0], [3.0]])) == 1
        few, many = RNG.normal(size=(5, 8)), RNG.normal(size=(50, 8))
        assert np.isfinite(generation.frechet_distance(few, many))

    def test_bias_falls_with_the_sample(self):
        def real_against_real(size):
            return generation.frechet_distance(*RNG.normal(size=(2, size, 8)))

        assert real_against_real(20) > 2 * real_against_real(200) > 0


class TestPrecisionRecall:
    def test_naive(self):
        real, made, k = RNG.normal(size=(15, 3)), 1 + RNG.normal(size=(10, 3)), 3

        def inside(point, points):
            for center in points:
                others = sorted(np.linalg.norm(points - center, axis=1))
                if np.linalg.norm(point - center) <= others[k]:  # others[0] is the center itself
                    return True
            return False

        precision = np.mean([inside(point, real) for point in made])
        recall = np.mean([inside(point, made) for point in real])
        assert generation.precision_recall(real, made, k) == pytest.approx((precision, recall))

    def test_one_point_again_and_again(self):
        real = RNG.normal(size=(30, 3))
        made = real[:1] + 1e-3 * RNG.normal(size=(30, 3))
        precision, recall = generation.precision_recall(real, made)
        assert precision == 1
        assert recall <= 1 / 30

    def test_far_away(self):
        real = RNG.normal(size=(30, 3))
        assert generation.precision_recall(real, real + 100) == (0, 0)


class TestMemorization:
    def test_copies(self):
        train, unseen = RNG.normal(size=(2, 100, 3))
        memory = generation.memorization(train, train, unseen)
        assert memory["ratio"] == pytest.approx(0, abs=1e-5)
        assert memory["copies"] == 1

    def test_unseen_is_its_own_measure(self):
        train, unseen = RNG.normal(size=(2, 100, 3))
        memory = generation.memorization(unseen, train, unseen)
        assert memory == {"ratio": 1, "copies": pytest.approx(generation.COPY_QUANTILE)}


class TestFilling:
    split = Split(np.arange(30.0)[:, None], np.repeat([0, 1, 2], 10))

    def test_starve(self):
        few = generation.starve(self.split, 1, 2, 8, draw=0)
        assert np.bincount(few.y).tolist() == [8, 2, 8]
        assert np.array_equal(self.split.y[few.x[:, 0].astype(int)], few.y)
        assert len(np.unique(few.x)) == 18
        assert np.array_equal(few.x, generation.starve(self.split, 1, 2, 8, draw=0).x)
        assert not np.array_equal(few.x, generation.starve(self.split, 1, 2, 8, draw=1).x)
        with pytest.raises(ValueError, match="class 0 has only 10"):
            generation.starve(self.split, 1, 2, 11, draw=0)

    def test_fill(self):
        filled = generation.fill(self.split, 1, np.full((4, 1), -1.0))
        assert (filled.y[filled.x[:, 0] < 0] == 1).all()
        assert len(filled) == 34
        assert filled.y.dtype == self.split.y.dtype

    def test_smote_stays_between_near_points(self):
        points = np.array([[0.0, 0.0], [1.0, 0.0], [10.0, 0.0], [11.0, 0.0]])
        made = generation.smote(points, 200, neighbors=1, seed=0)
        assert made.shape == (200, 2)
        assert (made[:, 1] == 0).all()
        assert ((made[:, 0] <= 1) | (made[:, 0] >= 10)).all()
        assert len(np.unique(made[:, 0])) > 150

    def test_shift_and_flip(self):
        image = np.zeros((200, 9, 9, 1), "float32")
        image[:, 4, 3] = 1
        moved = generation.shift_and_flip(image, 2, seed=0)
        assert (moved.sum(axis=(1, 2, 3)) == 1).all()
        rows, columns = np.nonzero(moved)[1:3]
        assert set(rows) == {2, 3, 4, 5, 6}
        assert set(columns) == {1, 2, 3, 4, 5, 6, 7}
        assert image[:, 4, 3].all()

    def test_balanced_rows(self):
        labels = np.array([0] * 50 + [1] * 2)
        rows = generation.balanced(labels, steps=2, seed=0)
        assert len(rows) == 2 * generation.BATCH
        assert np.bincount(labels[rows]).tolist() == [64, 64]

    def test_shuffled_rows_are_whole_passes(self):
        rows = generation.shuffled(32, steps=1, seed=0)
        assert (np.bincount(rows) == 2).all()


@pytest.fixture(params=[1, 3], ids=["one class", "three classes"])
def inputs(request):
    return IMAGES, generation.one_hot(LABELS, request.param)


def models(classes):
    encoder = networks.dense_encoder(8, 16)
    yield ConditionalVAE(encoder, networks.image_generator(4 + classes, 16), classes, seed=0)
    critic, generator = networks.conv_critic(2), networks.conv_generator(4 + classes, 2)
    yield ConditionalGAN(critic, generator, classes, seed=0)


def weights_of(model):
    return [np.copy(keras.ops.convert_to_numpy(weight)) for weight in model.trainable_variables]


def test_conditional_models_train_and_generate(inputs):
    labels = inputs[1]
    for model in models(labels.shape[1]):
        model(inputs)
        before = weights_of(model)
        model.compile("adam", jit_compile=False)
        model.fit(inputs, verbose=0)
        moved = [
            not np.array_equal(*pair)
            for pair in zip(before, model.trainable_variables, strict=True)
        ]
        assert all(moved), model.name
        made = model.generate(labels, seed=1)
        assert made.shape == IMAGES.shape
        assert np.array_equal(made, model.generate(labels, seed=1))
        assert not np.array_equal(made, model.generate(labels, seed=2))


def test_a_class_has_a_verdict_of_its_own():
    """What a critic says of one class does not enter the loss of another."""
    gan = list(models(3))[1]
    verdicts = [RNG.normal(size=(2, 3)).astype("float32") for _ in range(3)]
    labels = generation.one_hot(np.array([0, 2]), 3)
    loss = float(gan.compute_loss(x=(None, labels), y_pred=verdicts))
    other = [part + np.array([[0, 9, 9], [9, 9, 0]], "float32") for part in verdicts]
    assert float(gan.compute_loss(x=(None, labels), y_pred=other)) == pytest.approx(loss)


def test_trainer_starts_anew_each_time():
    trainer = generation.Trainer(lambda: next(models(1)), (IMAGES[:2], np.ones((2, 1), "float32")))
    inputs = IMAGES, np.ones((12, 1), "float32")
    first = weights_of(trainer.fit(inputs, seed=0))
    other = weights_of(trainer.fit(inputs, seed=1))
    again = weights_of(trainer.fit(inputs, seed=0))
    assert all(np.allclose(*pair, atol=1e-6) for pair in zip(first, again, strict=True))
    assert not np.allclose(first[0], other[0])


def test_with_few_points_smote_moves_to_others_all_the_same():
    points = np.arange(5.0)[:, None] ** 2
    new = generation.smote(points, 200, neighbors=5, seed=0)
    assert not np.isin(new, points).any()
    with pytest.raises(ValueError, match="single point"):
        generation.smote(points[:1], 3, neighbors=5, seed=0)
