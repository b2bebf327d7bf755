"""Splits, labels and formats of the data sets."""

import gzip

import numpy as np
import pytest

from ssl_course import data


def as_rows(images):
    return {image.tobytes() for image in images}


@pytest.mark.parametrize(
    ("name", "sizes"), [("mnist", (2500, 1000, 1500)), ("fashion_mnist", (8000, 2000, 2000))]
)
def test_sample_splits(name, sizes):
    dataset = data.load(name)
    splits = (dataset.train, dataset.validation, dataset.test)
    assert tuple(map(len, splits)) == sizes
    for split in splits:
        assert split.x.shape[1:] == (28, 28, 1)
        assert split.x.dtype == np.float32
        assert 0 <= split.x.min() < split.x.max() <= 1
        assert len(set(np.bincount(split.y, minlength=10))) == 1, "classes are not balanced"
    assert not as_rows(dataset.train.x) & as_rows(dataset.validation.x)
    assert not as_rows(dataset.unlabeled) & as_rows(dataset.test.x)
    assert dataset.official_test is None


def test_loading_twice_gives_the_same_splits():
    first, second = data.load("mnist"), data.load("mnist")
    assert np.array_equal(first.validation.x, second.validation.x)
    assert first.sha256 == second.sha256


def test_full_mnist_keeps_the_packaged_digits_out_of_pretraining(private, mirror, monkeypatch):
    monkeypatch.setenv("SSL_COURSE_DATA", str(mirror))
    digits = data.load("mnist", full=True)
    assert digits.unlabeled.shape == (55_000, 28, 28, 1)
    assert len(digits.official_test) == 10_000
    unlabeled = np.round(digits.unlabeled.reshape(55_000, -1) * 255)
    for split in (digits.train, digits.validation, digits.test):
        packaged = np.round(split.x.reshape(len(split), -1) * 255)
        squared = (packaged**2).sum(1)[:, None] + (unlabeled**2).sum(1) - 2 * packaged @ unlabeled.T
        # A copy that is off by one grey level everywhere is 784 away at most; two different
        # digits are tens of thousands apart.
        assert squared.min() > 10_000


def test_full_fashion_mnist(private, mirror, monkeypatch):
    monkeypatch.setenv("SSL_COURSE_DATA", str(mirror))
    clothes = data.load("fashion_mnist", full=True)
    assert len(clothes.unlabeled) == 60_000
    assert tuple(map(len, (clothes.train, clothes.validation, clothes.test))) == (
        50_000,
        10_000,
        10_000,
    )
    assert clothes.source == "mirror"


def test_unknown_name_lists_the_known_ones():
    with pytest.raises(data.DataError, match=r"'cifar'.*fashion_mnist, mnist"):
        data.load("cifar")


def test_few_labels_is_stratified_and_repeatable():
    train = data.load("mnist").train
    few = data.few_labels(train, 5, draw=1)
    assert (np.bincount(few.y) == 5).all()
    assert np.array_equal(few.x, data.few_labels(train, 5, draw=1).x)
    assert not np.array_equal(few.x, data.few_labels(train, 5, draw=2).x)


def test_few_labels_refuses_more_than_there_are():
    split = data.Split(np.zeros((7, 1)), np.array([0, 0, 0, 0, 1, 1, 1]))
    assert len(data.few_labels(split, 3, draw=0)) == 6
    with pytest.raises(ValueError, match="cannot draw 4 per class: one class has only 3"):
        data.few_labels(split, 4, draw=0)


def test_idx_reader(tmp_path):
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    header = bytes([0, 0, 8, 3]) + np.array(pixels.shape, ">u4").tobytes()
    path = tmp_path / "images.gz"
    path.write_bytes(gzip.compress(header + pixels.tobytes()))
    assert np.array_equal(data._read_idx(path), pixels)


def test_damaged_sample_is_refused(tmp_path, monkeypatch):
    (tmp_path / "samples").mkdir()
    monkeypatch.setattr(data.resources, "files", lambda _: tmp_path)
    with pytest.raises(data.DataError, match=r"mnist.npz is missing.*install ssl_course again"):
        data.load("mnist")
    (tmp_path / "samples" / "mnist.npz").write_bytes(b"not the digits")
    with pytest.raises(data.DataError, match="truncated or altered"):
        data.load("mnist")
