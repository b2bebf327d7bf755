"""Molecules and DNA: splits, tokens, copies, and writing token by token."""

import gzip
import hashlib

import keras
import numpy as np
import pytest

from ssl_course import data, methods, networks
from ssl_course.chapters.molecules import write
from ssl_course.data import sequences, text
from ssl_course.methods import language
from ssl_course.pretrain import training
from ssl_course.pretrain.sequences import LENGTH, LETTERS, RECIPES


@pytest.fixture(scope="module")
def molecules():
    return data.load("molecules")


class TestMolecules:
    def test_splits(self, molecules):
        parts = (molecules.train, molecules.validation, molecules.test)
        assert [len(part) for part in parts] == [20_000, 1_000, 1_000]
        rows = [{row.tobytes() for row in part.x} for part in parts]
        assert sum(map(len, rows)) == len(set.union(*rows)) == 22_000
        for part in parts:
            assert part.x.shape[1:] == (LENGTH,)
            assert part.x.dtype == np.int32
            assert part.y.dtype == np.int64
            assert 0.4 < part.y.mean() < 0.6

    def test_letters_are_known_and_decoding_gives_the_smiles(self, molecules):
        words = sequences.vocabulary("molecules")
        assert len(words) == len(set(words)) == LETTERS
        for name, written in sequences.smiles().items():
            assert text.decode(getattr(molecules, name).x, words) == written

    def test_every_molecule_ends(self, molecules):
        assert ((molecules.train.x == language.END).sum(axis=1) == 1).all()

    def test_full_is_the_packaged_file(self, molecules):
        assert data.load("molecules", full=True).sha256 == molecules.sha256

    @pytest.mark.parametrize(("one", "count"), [("CCO", 0), ("c1ccccc1", 1), ("C1CC12CC2", 2)])
    def test_rings(self, one, count):
        assert sequences.rings(one) == count


def mirrored(monkeypatch, folder, name, content):
    """A mirror that holds one data set with this content."""
    entry = data.REGISTRY[name]
    file = entry.official[0].name
    (folder / file).write_bytes(content)
    (folder / "SHA256SUMS").write_text(
        f"{hashlib.sha256(content).hexdigest()}  {file}\n", encoding="utf-8"
    )
    monkeypatch.setenv("SSL_COURSE_DATA", str(folder))
    return data.load(name, full=True)


@pytest.fixture
def windows():
    """40 windows a class, each with a near copy, one of them under two labels."""
    random = np.random.default_rng(0)
    lines, fresh = ["sequence,label,name"], random.choice(list("ACGT"), (120, 60))
    for row, label in zip(fresh, ["EI", "IE", "N"] * 40, strict=True):
        copy = row.copy()
        copy[:3] = np.where(copy[:3] == "A", "C", "A")
        lines += [f"{''.join(each)},{label},name" for each in (row, copy, copy)]
    lines += [f"{''.join(fresh[0])},N,name", f"{'N' + ''.join(fresh[1][1:])},IE,name"]
    return gzip.compress("\n".join(lines).encode())


class TestSplice:
    def test_copies_stay_together_and_doubtful_windows_out(self, private, monkeypatch, windows):
        splice = mirrored(monkeypatch, private, "splice", windows)
        parts = (splice.train, splice.validation, splice.test)
        assert sum(map(len, parts)) == 240  # 120 twice, one less, one with an unread base
        family = sequences.groups(np.concatenate([part.x for part in parts]))
        numbers = np.split(family, np.cumsum([len(part) for part in parts])[:2])
        assert not set(numbers[0]) & set(numbers[1])
        assert not set(numbers[0]) & set(numbers[2])
        assert not set(numbers[1]) & set(numbers[2])
        for part in parts:
            assert part.x.shape == (len(part), 60)
            assert min(np.bincount(part.y, minlength=3)) > 5
        every = np.concatenate([part.x for part in parts])
        assert (every == text.UNKNOWN).sum() == 1
        assert set(np.unique(every)) == {text.UNKNOWN, 5, 6, 7, 8}

    def test_not_packaged(self):
        for name in ("splice", "esol"):
            with pytest.raises(data.DataError, match="not packaged"):
                data.load(name)


def test_families_are_closed_under_relatives():
    base = np.full(60, 5)
    near, nearer = base.copy(), base.copy()
    near[:12], nearer[:24] = 6, 6
    other = np.full(60, 8)
    assert sequences.groups(np.stack([base, near, nearer, other])).tolist() == [0, 0, 0, 1]


def test_solubility_keeps_strings_and_drops_copies(private, monkeypatch):
    lines = ["smiles,logS", *(f"{'C' * size},{-size / 2}" for size in range(1, 21)), "C,0"]
    esol = mirrored(monkeypatch, private, "esol", "\n".join(lines).encode())
    parts = (esol.train, esol.validation, esol.test)
    assert [len(part) for part in parts] == [12, 4, 4]
    every = {one: value for part in parts for one, value in zip(part.x, part.y, strict=True)}
    assert every == {"C" * size: -size / 2 for size in range(1, 21)}


class TestWriting:
    @pytest.fixture(scope="class")
    def method(self):
        keras.utils.set_random_seed(0)
        network = networks.text_transformer(12, 10, 32, 2, causal=True)
        for weight in network.weights:  # the small initial weights would hide what they do
            if "table" in weight.path or "embeddings" in weight.path:
                weight.assign(weight * 50)
        return methods.CausalLanguageModel(network)

    def test_a_step_is_the_transformer_at_that_place(self, method):
        tokens = np.random.default_rng(0).integers(5, 12, (4, 10)).astype("int32")
        whole = np.asarray(method.transformer(tokens))
        cache = {}
        for place in range(10):
            vectors = np.asarray(
                networks.text_step(method.transformer, tokens[:, place], place, cache)
            )
            assert np.allclose(vectors[:, 0], whole[:, place], atol=1e-4)

    def test_form(self, method):
        tokens = write(method, np.full(200, 1.0), seed=0)
        assert tokens.shape == (200, 10)
        assert (tokens[:, 0] == language.START).all()
        assert not np.isin(tokens[:, 1:], [language.START, language.HIDDEN]).any()
        for row in tokens:
            (ends,) = np.nonzero(row == language.END)
            assert len(ends) <= 1
            assert (row[ends[0] + 1 :] == 0).all() if len(ends) else (row > 0).all()

    def test_seed_and_temperature(self, method):
        first, second, other = (write(method, np.full(50, 1.0), seed) for seed in (0, 0, 1))
        assert np.array_equal(first, second)
        assert not np.array_equal(first, other)
        cold = write(method, np.full(50, 1e-4), seed=0)
        assert len({row.tobytes() for row in cold}) == 1

    def test_tokens_are_drawn_by_their_probabilities(self, method):
        drawn = write(method, np.full(4000, 1.0), seed=0)[:, 1]
        start = np.full((1, 10), 0, "int32")
        start[0, 0] = language.START
        logits = np.array(method.logits(start))[0, 0]
        logits[: language.END] = -np.inf
        share = np.exp(logits - logits.max())
        share /= share.sum()
        assert np.abs(np.bincount(drawn, minlength=12) / 4000 - share).max() < 0.04


def test_recipe_fits_its_data(molecules):
    (recipe,) = RECIPES
    method = training.build(recipe)
    assert method.transformer.output_shape == (None, LENGTH, 64)
    following, logits, asked = method(molecules.train.x[:2])
    assert logits.shape == (2, LENGTH - 1, LETTERS)
    assert np.array_equal(np.asarray(asked), np.asarray(following) > 0)
