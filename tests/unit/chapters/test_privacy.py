"""DP-SGD, federated averaging and tables: against autodiff, closed forms and naive NumPy."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ssl_course import data, networks, objectives
from ssl_course.chapters import fraud, privacy
from ssl_course.data import tables
from ssl_course.methods import Autoencoder


@pytest.fixture(scope="module")
def method():
    keras.utils.set_random_seed(0)
    return Autoencoder(networks.dense_encoder(4, 8), networks.dense_decoder(4, 8))


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).uniform(size=(12, 28, 28, 1)).astype("float32")


@pytest.fixture(scope="module")
def factors(method, images):
    return privacy.example_gradients(privacy.read(method), images.reshape(12, -1))


def flat(parts) -> np.ndarray:
    return np.concatenate([np.ravel(part) for part in parts])


def one_by_one(factors) -> np.ndarray:
    """Every example's gradient, formed: (n, parameters)."""
    count = len(factors[0][0])
    return np.stack(
        [flat(p for a, e in factors for p in (np.outer(a[i], e[i]), e[i])) for i in range(count)]
    )


class TestGradients:
    def test_equal_those_of_autodiff_one_by_one(self, method, images, factors):
        for image, ours in zip(images, one_by_one(factors), strict=True):
            with tf.GradientTape() as tape:
                loss = 784 * objectives.binary_cross_entropy(image[None], method(image[None]))
            theirs = flat(tape.gradient(loss, method.trainable_weights))
            np.testing.assert_allclose(ours, theirs, atol=1e-3)

    def test_lengths(self, factors):
        lengths = np.linalg.norm(one_by_one(factors), axis=1)
        np.testing.assert_allclose(privacy.gradient_lengths(factors), lengths, rtol=1e-4)

    def test_losses(self, method, images):
        ours = privacy.example_losses(privacy.read(method), images.reshape(12, -1))
        copies = np.asarray(method(images))
        terms = images * np.log(copies) + (1 - images) * np.log(1 - copies)
        np.testing.assert_allclose(ours, -terms.sum(axis=(1, 2, 3)), rtol=1e-4)

    def test_other_layers_are_refused(self):
        convolutional = Autoencoder(networks.conv_encoder(4), networks.conv_decoder(4))
        with pytest.raises(ValueError, match="only dense layers"):
            privacy.read(convolutional)

    def test_other_outputs_are_refused(self):
        linear = Autoencoder(networks.dense_encoder(4), networks.dense_decoder(4))
        with pytest.raises(ValueError, match="sigmoid"):
            privacy.read(linear)


class TestClippingAndNoise:
    def test_sum_of_clipped_gradients(self, factors):
        rows = one_by_one(factors)
        bound = np.median(np.linalg.norm(rows, axis=1))
        clipped = rows * np.minimum(1, bound / np.linalg.norm(rows, axis=1))[:, None]
        ours = flat(privacy.private_gradient(factors, bound, 0, 5, None))
        np.testing.assert_allclose(ours, clipped.sum(axis=0) / 5, atol=1e-3)

    @pytest.mark.parametrize("bound", [0.1, 1.0, 50.0])
    def test_nobody_moves_the_sum_by_more_than_the_bound(self, factors, bound):
        whole = flat(privacy.private_gradient(factors, bound, 0, 1, None))
        for i in range(12):
            rest = [(np.delete(a, i, 0), np.delete(e, i, 0)) for a, e in factors]
            move = whole - flat(privacy.private_gradient(rest, bound, 0, 1, None))
            assert np.linalg.norm(move) <= bound * 1.001

    def test_noise_has_the_scale_of_the_bound(self, factors):
        quiet = flat(privacy.private_gradient(factors, 2.0, 0, 4, None))
        loud = flat(privacy.private_gradient(factors, 2.0, 3.0, 4, np.random.default_rng(0)))
        assert (loud - quiet).std() == pytest.approx(3.0 * 2.0 / 4, rel=0.05)

    def test_an_empty_sample_is_all_noise(self, method):
        nobody = privacy.example_gradients(privacy.read(method), np.zeros((0, 784), "float32"))
        gradient = flat(privacy.private_gradient(nobody, 1.0, 1.0, 10, np.random.default_rng(0)))
        assert gradient.std() == pytest.approx(0.1, rel=0.05)

    def test_poisson_sample(self):
        generator = np.random.default_rng(0)
        sizes = [len(privacy.poisson_sample(1000, 0.1, generator)) for _ in range(300)]
        assert np.mean(sizes) == pytest.approx(100, rel=0.03)
        assert np.std(sizes) == pytest.approx(90**0.5, rel=0.15)


class TestTraining:
    def build(self):
        keras.utils.set_random_seed(0)
        return Autoencoder(networks.dense_encoder(4, 8), networks.dense_decoder(4, 8))

    def test_learns_and_repeats(self, images):
        runs = [self.build() for _ in range(2)]
        settings = {"rate": 0.5, "steps": 15, "learning_rate": 1e-2}
        before = np.mean(privacy.example_losses(privacy.read(runs[0]), images.reshape(12, -1)))
        for run in runs:
            privacy.train(run, images, bound=1.0, noise=0.1, seed=3, **settings)
        after = np.mean(privacy.example_losses(privacy.read(runs[0]), images.reshape(12, -1)))
        assert after < before
        for one, other in zip(runs[0].get_weights(), runs[1].get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)

    def test_first_step_of_adam_is_keras(self):
        weight = np.array([1.0, -2.0], "float32")
        gradient = np.array([0.5, -0.1], "float32")
        variable = keras.Variable(weight)
        optimizer = keras.optimizers.Adam(0.1)
        ours = [(weight.copy(), np.zeros(1, "float32"), False)]
        adam = privacy.Adam(0.1)
        for _ in range(3):
            optimizer.apply([keras.ops.convert_to_tensor(gradient)], [variable])
            adam.step(ours, [gradient, np.zeros(1, "float32")])
        np.testing.assert_allclose(ours[0][0], np.asarray(variable), atol=1e-4)


class TestAccountant:
    def test_monotone(self):
        pytest.importorskip("dp_accounting")
        base = privacy.epsilon(1.0, 0.05, 50, 1e-5)
        assert privacy.epsilon(2.0, 0.05, 50, 1e-5) < base
        assert privacy.epsilon(1.0, 0.01, 50, 1e-5) < base
        assert privacy.epsilon(1.0, 0.05, 100, 1e-5) > base
        assert privacy.epsilon(1.0, 0.05, 50, 1e-6) > base

    def test_noise_for_reaches_its_target(self):
        pytest.importorskip("dp_accounting")
        noise = privacy.noise_for(2.0, 0.05, 50, 1e-5)
        reached = privacy.epsilon(noise, 0.05, 50, 1e-5)
        assert reached <= 2.0 < privacy.epsilon(noise - 0.02, 0.05, 50, 1e-5)


class TestFederated:
    def test_everyone_is_dealt_out_once(self):
        labels = np.repeat(np.arange(10), 20)
        for concentration in (0.1, 100):
            parts = privacy.dirichlet_clients(labels, 7, concentration, seed=0)
            np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(200))

    def test_small_concentration_is_skewed(self):
        labels = np.repeat(np.arange(10), 100)

        def classes(concentration):
            parts = privacy.dirichlet_clients(labels, 10, concentration, seed=0)
            return np.mean([np.bincount(labels[p], minlength=10).max() / len(p) for p in parts])

        assert classes(0.1) > 0.4 > 0.2 > classes(1000)

    def test_average_is_weighted(self):
        updates = [[(np.full((2, 2), v), np.full(2, v), True)] for v in (1.0, 4.0)]
        ((kernel, bias, rectified),) = privacy.federated_average(updates, [200, 100])
        assert rectified
        np.testing.assert_allclose(kernel, 2.0)
        np.testing.assert_allclose(bias, 2.0)

    def test_one_client_in_one_round_is_plain_training(self, images):
        runs = []
        for _ in range(2):
            keras.utils.set_random_seed(0)
            runs.append(Autoencoder(networks.dense_encoder(4, 8), networks.dense_decoder(4, 8)))
        privacy.federated_train(runs[0], images, [np.arange(12)], rounds=1, steps=3, seed=1)
        options = {"rate": 1, "steps": 3, "bound": np.inf, "noise": 0}
        privacy.train(runs[1], images, seed=[1, 0, 0], **options)
        for one, other in zip(runs[0].get_weights(), runs[1].get_weights(), strict=True):
            np.testing.assert_allclose(one, other, atol=1e-7)


class TestTables:
    def test_breast_cancer(self):
        table = data.breast_cancer()
        parts = (table.train, table.validation, table.test)
        assert sum(map(len, parts)) == 569
        rates = [part.y.mean() for part in parts]
        assert max(rates) - min(rates) < 0.01
        rows = {row.tobytes() for row in table.train.x}
        assert not any(row.tobytes() in rows for part in parts[1:] for row in part.x)

    def test_standardized_by_the_unlabeled_part(self):
        table = tables.standardized(data.breast_cancer())
        np.testing.assert_allclose(table.unlabeled.mean(axis=0), 0, atol=1e-4)
        np.testing.assert_allclose(table.unlabeled.std(axis=0), 1, atol=1e-3)
        assert abs(table.test.x.mean(axis=0)).max() > 1e-3

    def test_credit_leaves_personal_columns_out(self, tmp_path, monkeypatch):
        import dataclasses
        import hashlib

        generator = np.random.default_rng(0)
        columns = ["ID", "LIMIT_BAL", *tables.PERSONAL, *(f"C{i}" for i in range(18))]
        lines = [",".join([*columns, "default_next_month"])]
        for i in range(60):
            numbers = generator.integers(1, 1000, len(columns) - 1)
            lines.append(",".join(map(str, [i, *numbers, i % 3 // 2])))
        path = tmp_path / "credit_default_taiwan.csv"
        path.write_text("\n".join([*lines, lines[-1].replace("59,", "60,", 1)]), encoding="utf-8")
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        (tmp_path / "SHA256SUMS").write_text(f"{sha256}  {path.name}\n", encoding="utf-8")
        monkeypatch.setenv("SSL_COURSE_DATA", str(tmp_path))
        monkeypatch.setenv("SSL_COURSE_CACHE", str(tmp_path / "cache"))
        entry = data.REGISTRY["credit_default"]
        file = dataclasses.replace(entry.official[0], name=path.name, sha256=sha256)
        changed = dataclasses.replace(entry, official=(file,))
        monkeypatch.setitem(data.REGISTRY, "credit_default", changed)
        table = data.load("credit_default", full=True)
        assert table.train.x.shape == (36, 19)  # the repeated row is dropped: 60 remain
        assert table.test.y.mean() == pytest.approx(1 / 3)
        with pytest.raises(data.DataError, match="not packaged"):
            data.load("credit_default")

    def test_detectors_on_an_easy_table(self):
        table = tables.standardized(data.breast_cancer())
        method = fraud.row_autoencoder(table.unlabeled, 4, steps=20, seed=0)
        assert fraud.errors(method, table.test.x).shape == (114,)
        for scores in fraud.without_labels(table, method, 0).values():
            assert scores.shape == (114,)
        for scores in (
            fraud.regression(table.train, table.validation, table.test, few=False),
            fraud.boosting(table.train, table.validation, table.test, few=True, seed=0),
        ):
            assert fraud.quality(scores, table.test.y)["auc"] > 0.95
