"""Medical data and the measures of chapter 6.1."""

import hashlib

import keras
import numpy as np
import pytest

from ssl_course import data, evaluate, networks
from ssl_course.chapters import clinic
from ssl_course.data import Split, medical


@pytest.fixture(scope="module")
def tissue():
    return data.load("tissue")


@pytest.fixture(scope="module")
def encoder():
    keras.utils.set_random_seed(0)
    return networks.patch_encoder()


@pytest.fixture(scope="module")
def probe(encoder, tissue):
    represent = clinic.pooled(encoder)
    return clinic.probe(Split(represent(tissue.train.x[::4]), tissue.train.y[::4]))


def test_tissue_has_its_splits(tissue):
    sizes = [len(split) for split in (tissue.train, tissue.validation, tissue.test)]
    assert sizes == [665, 105, 108]
    assert tissue.unlabeled.shape == (2590, 28, 28, 1)
    for split in (tissue.train, tissue.validation, tissue.test):
        assert split.x.dtype == np.float32
        assert split.y.dtype == np.int64
        assert 0 <= split.x.min() < split.x.max() <= 1
        assert 0.2 < split.y.mean() < 0.8


def test_no_pixel_of_the_slide_is_in_two_splits():
    used = np.zeros(512, int)
    for start, stop, _ in medical.STRIPS.values():
        used[start:stop] += 1
    assert used.max() == 1


def test_unlabeled_patches_are_those_of_the_training_strip(tissue):
    nuclei, _ = data.tissue_slide()
    start, stop, _ = medical.STRIPS["train"]
    assert np.array_equal(tissue.unlabeled[..., 0], medical.patches(nuclei, (start, stop), 7))


def test_patches_of_the_test_strip_do_not_overlap(tissue):
    nuclei, _ = data.tissue_slide()
    tiles = tissue.test.x[..., 0].reshape(6, 18, 28, 28)
    strip = tiles.transpose(1, 2, 0, 3).reshape(18 * 28, 6 * 28)
    assert np.array_equal(strip, nuclei[: 18 * 28, 344:512])


def test_label_is_the_amount_of_marker(tissue):
    _, marker = data.tissue_slide()
    amount = medical.patches(marker, (344, 512), 28).mean(axis=(1, 2))
    assert np.array_equal(tissue.test.y, amount > medical.THRESHOLD / 255)


def test_retina_patches_lie_in_the_disc():
    patches = data.retina_patches()
    assert patches.shape == (96, 28, 28, 1)
    assert patches.mean(axis=(1, 2, 3)).min() > 0.05, "a patch of the black surroundings"


def mirror_of_xrays(private, monkeypatch, **arrays):
    np.savez(private / "pneumoniamnist.npz", **arrays)
    content = (private / "pneumoniamnist.npz").read_bytes()
    line = f"{hashlib.sha256(content).hexdigest()}  pneumoniamnist.npz\n"
    (private / "SHA256SUMS").write_text(line, encoding="utf-8")
    monkeypatch.setenv("SSL_COURSE_DATA", str(private))
    monkeypatch.setenv("SSL_COURSE_CACHE", str(private / "cache"))


def test_xrays_keep_the_official_splits(tmp_path, monkeypatch):
    sizes = {"train": 6, "val": 4, "test": 2}
    arrays = {f"x_{name}": np.full((n, 28, 28), n, np.uint8) for name, n in sizes.items()}
    arrays |= {f"y_{name}": np.arange(n, dtype=np.uint8)[:, None] % 2 for name, n in sizes.items()}
    mirror_of_xrays(tmp_path, monkeypatch, **arrays)
    xrays = data.load("pneumoniamnist", full=True)
    assert [len(s) for s in (xrays.train, xrays.validation, xrays.test)] == [6, 4, 2]
    assert np.array_equal(xrays.unlabeled, xrays.train.x)
    assert xrays.validation.x[0, 0, 0, 0] == np.float32(4 / 255)
    assert xrays.test.y.tolist() == [0, 1]


def test_xrays_without_a_split_are_refused(tmp_path, monkeypatch):
    mirror_of_xrays(tmp_path, monkeypatch, x_train=np.zeros((2, 28, 28), np.uint8))
    with pytest.raises(data.DataError, match="x_test"):
        data.load("pneumoniamnist", full=True)


def test_xrays_are_not_packaged():
    with pytest.raises(data.DataError, match="not packaged"):
        data.load("pneumoniamnist")


def test_evidence_adds_up_to_the_score(encoder, probe, tissue):
    images = tissue.test.x[:5]
    evidence = clinic.evidence_map(encoder, probe, images)
    total = evidence.sum(axis=(1, 2)) + probe.classifier.intercept_
    assert np.allclose(total, probe(clinic.pooled(encoder)(images)), atol=1e-3)


def test_occlusion_finds_the_block_that_the_score_reads(tissue):
    images = tissue.test.x[:4]
    drops = clinic.occlusion_map(lambda batch: batch[:, 8:12, 20:24].sum(axis=(1, 2, 3)), images)
    assert drops.shape == (4, 7, 7)
    others = np.delete(drops.reshape(4, -1), 2 * 7 + 5, axis=1)
    assert np.abs(others).max() == 0
    assert np.abs(drops[:, 2, 5]).max() > 0


def test_shuffling_touches_the_named_layers_alone(encoder):
    before = [weight.copy() for weight in encoder.get_weights()]
    copy = clinic.randomized(encoder, "encode_2")
    assert all(map(np.array_equal, before, encoder.get_weights())), "the original was changed"
    first, second = (network.get_layer("encode_1").get_weights() for network in (encoder, copy))
    assert all(map(np.array_equal, first, second))
    old, new = (n.get_layer("encode_2").get_weights()[0] for n in (encoder, copy))
    assert not np.array_equal(old, new)
    assert np.array_equal(np.sort(old.ravel()), np.sort(new.ravel()))


def test_rank_agreement_of_equal_and_opposite_maps():
    maps = np.random.default_rng(0).normal(size=(3, 4, 4))
    assert clinic.rank_agreement(maps, np.exp(maps)) == pytest.approx(1)
    assert clinic.rank_agreement(maps, -maps) == pytest.approx(-1)


def test_nearest_finds_copies():
    bank = np.random.default_rng(0).normal(size=(30, 8)).astype("float32")
    index, distance = clinic.nearest(bank, bank[[4, 20]] + 1e-3)
    assert index.tolist() == [4, 20]
    assert np.allclose(distance, 1e-3 * np.sqrt(8), atol=1e-3)


def test_a_gain_is_paired_case_by_case():
    labels = np.repeat([0, 1], 20)
    scores = np.random.default_rng(0).normal(size=40)
    assert clinic.auc_gain(labels, scores, scores) == (0, 0, 0)
    perfect = labels + 0.0
    assert clinic.auc_gain(labels, perfect, -perfect) == (1, 1, 1)
    gain, low, high = clinic.auc_gain(labels, perfect, scores)
    assert gain == pytest.approx(1 - evaluate.auc(labels, scores))
    assert low < gain < high
    back = clinic.auc_gain(labels, scores, perfect)
    assert back == pytest.approx((-gain, -high, -low))


def test_dark_pixels_are_counted_up_to_the_threshold():
    images = np.zeros((2, 4, 4, 1), "float32")
    images[1, :2] = 0.5
    assert clinic.dark_share(images).tolist() == [1, 0.5]
    assert clinic.dark_share(images, threshold=0.5).tolist() == [1, 1]
