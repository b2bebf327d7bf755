"""Splits, labels and formats of the data sets."""

import dataclasses
import gzip
import hashlib
import io
import tarfile
from itertools import combinations

import numpy as np
import pytest

from ssl_course import data
from ssl_course.data import fetch, images
from ssl_course.data.registry import File

PACKAGED = [name for name, entry in data.REGISTRY.items() if entry.sample is not None]


def as_rows(images):
    return {image.tobytes() for image in images}


def block_sums(images):
    """Sums over blocks of 4 × 4 pixels, in grey levels: (n, 49)."""
    return (images.reshape(-1, 7, 4, 7, 4) * 255.0).sum(axis=(2, 4)).reshape(-1, 49)


def write_mirror(folder, monkeypatch, content: bytes):
    """A mirror whose list agrees with whatever ``mnist.npz`` it holds."""
    folder.mkdir(exist_ok=True)
    (folder / "mnist.npz").write_bytes(content)
    (folder / "SHA256SUMS").write_text(
        f"{hashlib.sha256(content).hexdigest()}  mnist.npz\n", encoding="utf-8"
    )
    monkeypatch.setenv("SSL_COURSE_DATA", str(folder))


def idx(array):
    """The gzip-ped IDX file of an array of bytes."""
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return gzip.compress(header + array.tobytes())


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
        assert split.y.dtype == np.int64
        assert len(set(np.bincount(split.y, minlength=10))) == 1, "classes are not balanced"
    for first, second in combinations(splits, 2):
        assert not as_rows(first.x) & as_rows(second.x)
    assert not as_rows(dataset.unlabeled) & as_rows(dataset.test.x)
    assert len(dataset.classes) == 10
    assert dataset.official_test is None
    assert dataset.source == "packaged sample"


@pytest.mark.parametrize("name", PACKAGED)
def test_loading_twice_gives_the_same_splits(name):
    first, second = data.load(name), data.load(name)
    for split in ("train", "validation", "test"):
        assert np.array_equal(getattr(first, split).x, getattr(second, split).x)
        assert np.array_equal(getattr(first, split).y, getattr(second, split).y)
    assert first.sha256 == second.sha256
    stored = first.unlabeled
    if stored.dtype == np.float32:  # grey levels; texts stay as they are
        stored = np.round(stored[..., 0] * 255).astype(np.uint8)
    assert first.sha256 == hashlib.sha256(np.ascontiguousarray(stored)).hexdigest()


def test_full_mnist_keeps_the_packaged_digits_out_of_pretraining(private, mirror, monkeypatch):
    monkeypatch.setenv("SSL_COURSE_DATA", str(mirror))
    digits = data.load("mnist", full=True)
    assert digits.unlabeled.shape == (55_000, 28, 28, 1)
    assert len(digits.official_test) == 10_000
    unlabeled = block_sums(digits.unlabeled)
    for split in (digits.train, digits.validation, digits.test):
        packaged = block_sums(split.x)
        squared = (packaged**2).sum(1)[:, None] + (unlabeled**2).sum(1) - 2 * packaged @ unlabeled.T
        # A copy that is off by one grey level everywhere differs by 16 in each of 49 sums:
        # whatever is further away than 49 · 16² is no copy.
        assert squared.min() > 12_544


class TestMirrorOfMnist:
    """Mirrors made here, so that these run where the full set is out of reach."""

    @pytest.fixture
    def arrays(self):
        """Black images in the official order, except the 5,000 that are packaged."""
        sample = images._read_sample(data.REGISTRY["mnist"])
        x_train = np.zeros((60_000, 28, 28), np.uint8)
        x_train[sample["index"]] = sample["x"]
        few = {"x_test": np.zeros((3, 28, 28), np.uint8), "y_test": np.array([1, 2, 3], np.uint8)}
        return {"x_train": x_train, "y_train": np.arange(60_000) % 10, **few}

    @staticmethod
    def load(folder, monkeypatch, arrays):
        np.savez(folder / "written.npz", **arrays)
        write_mirror(folder, monkeypatch, (folder / "written.npz").read_bytes())
        return data.load("mnist", full=True)

    def test_every_packaged_digit_is_left_out(self, private, monkeypatch, arrays):
        digits = self.load(private, monkeypatch, arrays)
        assert digits.unlabeled.shape == (55_000, 28, 28, 1)
        assert digits.unlabeled.max() == 0
        assert digits.official_test.y.tolist() == [1, 2, 3]
        assert as_rows(digits.train.x) == as_rows(data.load("mnist").train.x)

    def test_another_order_is_refused(self, private, monkeypatch, arrays):
        """Otherwise packaged digits, which are the test images, would be pretrained on."""
        arrays["x_train"] = np.roll(arrays["x_train"], 1, axis=0)
        with pytest.raises(data.DataError, match=r"mirror holds MNIST.* in another order"):
            self.load(private, monkeypatch, arrays)

    def test_missing_array_is_named(self, private, monkeypatch, arrays):
        del arrays["y_test"]
        with pytest.raises(data.DataError, match=r"mnist\.npz does not hold MNIST.*no y_test"):
            self.load(private, monkeypatch, arrays)

    @pytest.mark.parametrize("content", [b"rubbish", b"PK\x03\x04 cut off", b""])
    def test_no_archive(self, private, monkeypatch, content):
        write_mirror(private / "mirror", monkeypatch, content)
        with pytest.raises(
            data.DataError,
            match=r"mnist\.npz does not hold MNIST.*not readable as an \.npz archive",
        ):
            data.load("mnist", full=True)


def test_four_official_files(private, monkeypatch):
    """The files of the official source, 70 small ones, out of the cache."""
    rng = np.random.default_rng(0)
    files = {
        "train-images": rng.integers(0, 256, (50, 28, 28), np.uint8),
        "train-labels": np.repeat(np.arange(10, dtype=np.uint8), 5),
        "test-images": rng.integers(0, 256, (20, 28, 28), np.uint8),
        "test-labels": np.repeat(np.arange(10, dtype=np.uint8), 2),
    }
    folder = private / "cache" / "data" / "fashion_mnist"
    folder.mkdir(parents=True)
    official = []
    for name, array in files.items():
        (folder / name).write_bytes(idx(array))
        official.append(File(name, hashlib.sha256(idx(array)).hexdigest()))
    small = dataclasses.replace(data.REGISTRY["fashion_mnist"], official=tuple(official))
    monkeypatch.setitem(data.REGISTRY, "fashion_mnist", small)
    clothes = data.load("fashion_mnist", full=True)
    assert clothes.source == "cache"
    assert tuple(map(len, (clothes.train, clothes.validation, clothes.test))) == (40, 10, 20)
    assert np.array_equal(np.round(clothes.test.x[..., 0] * 255), files["test-images"])
    assert np.array_equal(clothes.test.y, files["test-labels"])
    assert as_rows(clothes.train.x) | as_rows(clothes.validation.x) == as_rows(clothes.unlabeled)


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
    assert (np.bincount(few.y, minlength=10) == 5).all()
    labels = {image.tobytes(): label for image, label in zip(train.x, train.y, strict=True)}
    assert [labels[image.tobytes()] for image in few.x] == few.y.tolist()
    assert len(as_rows(few.x)) == 50
    assert np.array_equal(few.x, data.few_labels(train, 5, draw=1).x)
    assert not np.array_equal(few.x, data.few_labels(train, 5, draw=2).x)


def test_few_labels_refuses_more_than_there_are():
    split = data.Split(np.zeros((7, 1)), np.array([0, 0, 0, 0, 1, 1, 1]))
    assert len(data.few_labels(split, 3, draw=0)) == 6
    with pytest.raises(ValueError, match="cannot draw 4 per class: one class has only 3"):
        data.few_labels(split, 4, draw=0)


def test_idx_reader(tmp_path):
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    # Magic number, then the sizes 2, 3 and 4, most significant byte first.
    header = bytes([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4])
    path = tmp_path / "images.gz"
    path.write_bytes(gzip.compress(header + pixels.tobytes()))
    assert np.array_equal(images._read_idx(path), pixels)


@pytest.mark.parametrize("name", ["mnist", "tissue"])
def test_damaged_sample_is_refused(name, tmp_path, monkeypatch):
    (tmp_path / "samples").mkdir()
    monkeypatch.setattr(fetch.resources, "files", lambda _: tmp_path)
    with pytest.raises(data.DataError, match=rf"{name}.npz is missing.*install ssl_course again"):
        data.load(name)
    (tmp_path / "samples" / f"{name}.npz").write_bytes(b"not the sample")
    with pytest.raises(data.DataError, match="truncated or altered"):
        data.load(name)


def test_what_may_not_be_packaged_says_so():
    with pytest.raises(data.DataError, match=r"not packaged.*license.*full=True"):
        data.load("cifar10")


def test_cifar_is_read_from_its_binary_batches(private, monkeypatch):
    """Ten records a class and batch: a label, then red, green and blue rows."""
    random = np.random.default_rng(0)
    names = [f"data_batch_{number}.bin" for number in range(1, 6)] + ["test_batch.bin"]
    records = {name: random.integers(0, 256, (10_000, 3073), np.uint8) for name in names}
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz", compresslevel=1) as tar:
        for name, batch in reversed(records.items()):
            batch[:, 0] = np.arange(10_000) % 10
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            member.size = batch.nbytes
            tar.addfile(member, io.BytesIO(batch.tobytes()))
    mirror = private / "mirror"
    mirror.mkdir()
    (mirror / "cifar-10-binary.tar.gz").write_bytes(archive.getvalue())
    digest = hashlib.sha256(archive.getvalue()).hexdigest()
    (mirror / "SHA256SUMS").write_text(f"{digest}  cifar-10-binary.tar.gz\n", encoding="utf-8")
    monkeypatch.setenv("SSL_COURSE_DATA", str(mirror))

    photographs = data.load("cifar10", full=True)
    assert photographs.unlabeled.shape == (50_000, 32, 32, 3)
    assert tuple(map(len, (photographs.train, photographs.validation, photographs.test))) == (
        40_000,
        10_000,
        10_000,
    )
    second = records["data_batch_1.bin"][1]
    image = photographs.unlabeled[1]
    for channel in range(3):
        plane = second[1 + 1024 * channel : 1 + 1024 * (channel + 1)].reshape(32, 32)
        assert np.allclose(image[..., channel], plane / 255)
    assert np.array_equal(photographs.test.y, np.arange(10_000) % 10)


WITHOUT_ADDRESS = [
    file for entry in data.REGISTRY.values() for file in entry.official if not file.urls
]


@pytest.mark.parametrize("file", WITHOUT_ADDRESS, ids=lambda file: file.name)
def test_the_registry_names_the_bytes_that_the_course_used(file, mirror):
    if not (mirror / file.name).is_file():
        pytest.skip("not on this machine")
    assert fetch.sha256_of(mirror / file.name) == file.sha256


def test_usps_validation_comes_out_of_training(private, monkeypatch):
    random = np.random.default_rng(0)
    arrays = {
        "x_train": random.integers(0, 256, (5420, 16, 16), np.uint8),
        "y_train": np.repeat(np.arange(10), 542),
        "x_test": random.integers(0, 256, (20, 16, 16), np.uint8),
        "y_test": np.arange(20) % 10,
    }
    np.savez(private / "usps.npz", **arrays)
    (private / "SHA256SUMS").write_text(
        f"{fetch.sha256_of(private / 'usps.npz')}  usps.npz\n", encoding="utf-8"
    )
    monkeypatch.setenv("SSL_COURSE_DATA", str(private))
    usps = data.load("usps", full=True)
    parts = usps.unlabeled, usps.train, usps.validation, usps.test
    assert [len(part) for part in parts] == [5420, 4420, 1000, 20]
    train, validation = ({x.tobytes() for x in part.x} for part in (usps.train, usps.validation))
    assert not train & validation
