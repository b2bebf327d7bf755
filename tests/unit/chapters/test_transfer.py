"""Digits of other domains, and what brings two domains together without target labels."""

from itertools import combinations

import keras
import numpy as np
import pytest

from ssl_course import data, networks, objectives
from ssl_course.chapters.adaptation import Aligned, Logits, recolor, reestimate
from ssl_course.data.digits import in_frame
from ssl_course.pretrain.digits import digit_view, simclr


def test_frame_is_the_one_of_mnist():
    white = in_frame(np.ones((2, 8, 8)))
    assert white.shape == (2, 28, 28, 1)
    assert white.dtype == np.float32
    assert np.all(white[:, 4:24, 4:24] == 1)
    assert white.sum() == 2 * 20 * 20
    stroke = data.load("mnist").train.x.max(axis=(0, 3)) > 0
    assert stroke[4:24, 4:24].mean() > 0.95


def test_frame_keeps_an_image_of_its_own_size_and_does_not_mirror():
    image = np.random.default_rng(0).uniform(size=(1, 20, 20)).astype("float32")
    np.testing.assert_allclose(in_frame(image)[:, 4:24, 4:24, 0], image, atol=1e-6)
    ramp = np.tile(np.arange(8.0), (8, 1))[None]
    rows = in_frame(ramp, 28)[0, :, :, 0]
    assert np.all(np.diff(rows, axis=1) >= 0)
    assert np.allclose(np.diff(rows, axis=0), 0, atol=1e-5)


def test_optical_digits_splits():
    digits = data.load("optical_digits")
    splits = digits.train, digits.validation, digits.test
    assert [len(split) for split in splits] == [900, 300, 500]
    for split in splits:
        assert set(np.bincount(split.y)) == {len(split) // 10}
        assert split.x.dtype == np.float32
        assert 0 <= split.x.min() < split.x.max() <= 1
    for first, second in combinations(splits, 2):
        assert not {x.tobytes() for x in first.x} & {x.tobytes() for x in second.x}
    assert digits.sha256 == data.load("optical_digits", full=True).sha256


def test_usps_is_not_packaged():
    with pytest.raises(data.DataError, match="not packaged"):
        data.load("usps")


def test_recolor_gives_the_mean_and_covariance_of_the_target():
    random = np.random.default_rng(0)
    source = random.normal(size=(500, 4)) @ random.normal(size=(4, 4)) + 3
    target = random.normal(size=(400, 4)) @ random.normal(size=(4, 4)) - 1
    aligned = recolor(source, target, ridge=0.0)
    np.testing.assert_allclose(aligned.mean(axis=0), target.mean(axis=0), atol=1e-8)
    np.testing.assert_allclose(np.cov(aligned.T), np.cov(target.T), atol=1e-6)
    assert float(objectives.coral(aligned, target)) < 1e-10
    np.testing.assert_allclose(recolor(source, source), source, atol=1e-8)


def test_weighted_recolor_equals_repeated_examples():
    random = np.random.default_rng(0)
    source, target = random.normal(size=(60, 3)), random.normal(size=(50, 3)) * 2
    weights = np.repeat([1, 3], 30)
    repeated = recolor(np.repeat(source, weights, axis=0), target)
    weighted = np.repeat(recolor(source, target, weights=weights), weights, axis=0)
    # The two differ only in how a covariance counts its degrees of freedom.
    assert np.abs(weighted - repeated).max() < 0.05


def test_reestimated_statistics_normalize_the_target_and_leave_the_original_alone():
    keras.utils.set_random_seed(0)
    encoder = networks.patch_encoder()
    before = [weight.copy() for weight in encoder.get_weights()]
    images = np.random.default_rng(0).uniform(size=(64, 28, 28, 1)).astype("float32")
    adapted = reestimate(encoder, images)
    for layer in ("encode_1_norm", "encode_2_norm"):
        tap = keras.Model(adapted.inputs, adapted.get_layer(layer).output)
        seen = np.asarray(tap(images))
        np.testing.assert_allclose(seen.mean(axis=(0, 1, 2)), 0, atol=1e-3)
    for old, new in zip(before, encoder.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    for old, new in zip(encoder.trainable_weights, adapted.trainable_weights, strict=True):
        np.testing.assert_array_equal(np.asarray(old), np.asarray(new))


@pytest.mark.parametrize("distance", [objectives.coral, objectives.mmd])
def test_aligned_pulls_the_domains_together_and_moves_the_encoder(distance):
    random = np.random.default_rng(0)
    source = random.uniform(size=(32, 28, 28, 1)).astype("float32")
    target = 0.3 * random.uniform(size=(32, 28, 28, 1)).astype("float32")
    labels = np.arange(32) % 10

    def gap(weight):
        keras.utils.set_random_seed(0)
        head = networks.head(2048, 10)
        head.set_weights([30 * values for values in head.get_weights()])  # a trained one's size
        method = Aligned(networks.patch_encoder(), head, distance, weight)
        method.compile(keras.optimizers.Adam(1e-3))
        start = method.encoder.get_weights()[0]
        method.fit((source, target), labels, batch_size=32, epochs=15, verbose=0)
        assert not np.array_equal(start, method.encoder.get_weights()[0])
        return float(distance(method.logits(source), method.logits(target)))

    assert gap(100.0) < 0.9 * gap(0.0)


def test_aligned_looks_at_no_target_label():
    keras.utils.set_random_seed(0)
    method = Aligned(networks.patch_encoder(), networks.head(2048, 10), objectives.coral, 0.0)
    logits = np.eye(10, dtype="float32")
    loss = method.compute_loss(y=np.arange(10), y_pred=Logits(5 * logits, -5 * logits))
    expected = np.log(1 + 9 * np.exp(-5))
    assert float(loss) == pytest.approx(expected, rel=1e-4)


def test_digits_are_not_mirrored():
    assert digit_view().flip is False
    assert simclr().views.flip is False
    assert digit_view(flip=True).flip is True
