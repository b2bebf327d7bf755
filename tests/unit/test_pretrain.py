"""Recipes, training runs, checkpoints and their faults."""

import dataclasses
import json
import shutil

import keras
import numpy as np
import pytest

from ssl_course import data, networks, views
from ssl_course import pretrain as package
from ssl_course.methods import Autoencoder
from ssl_course.pretrain import CheckpointError, Recipe, checkpoint, fingerprint, training
from ssl_course.pretrain.__main__ import main


def tiny_denoising():
    return Autoencoder(networks.conv_encoder(4), networks.conv_decoder(4), views.AddNoise(0.3))


TINY = Recipe("tiny", "mnist", tiny_denoising, epochs=3, batch_size=64)


def weights(method):
    return [variable.numpy() for variable in method.weights]


def equal(first, second):
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


@pytest.fixture(scope="module")
def digits():
    sample = data.load("mnist")
    small = {"unlabeled": sample.unlabeled[:128], "train": data.few_labels(sample.train, 5, 0)}
    return dataclasses.replace(sample, **small)


@pytest.fixture
def tiny(private, monkeypatch, digits):
    """The recipe "tiny" in place of the real ones, on 128 images."""
    monkeypatch.setattr(package, "RECIPES", {"tiny": TINY})
    monkeypatch.setattr("ssl_course.pretrain.__main__.RECIPES", {"tiny": TINY})
    monkeypatch.setattr(package.data, "load", lambda name, full=False: digits)
    return private


class TestRun:
    def train(self, digits, state, key="key"):
        method = training.build(TINY, digits)
        history = training.run(TINY, digits, method, state, key)
        return method, history

    def interrupted(self, digits, state, monkeypatch, epoch=2):
        original = training.run_epoch

        def stop_at(recipe, dataset, method, current):
            if current == epoch:
                raise KeyboardInterrupt
            return original(recipe, dataset, method, current)

        monkeypatch.setattr(training, "run_epoch", stop_at)
        with pytest.raises(KeyboardInterrupt):
            self.train(digits, state)
        monkeypatch.setattr(training, "run_epoch", original)

    def test_history_and_clean_end(self, digits, tmp_path):
        _, history = self.train(digits, tmp_path / "state")
        assert {len(values) for values in history.values()} == {3}
        assert history["loss"][-1] < history["loss"][0]
        assert not (tmp_path / "state").exists()

    def test_same_seed_same_weights(self, digits, tmp_path):
        first, _ = self.train(digits, tmp_path / "a")
        second, _ = self.train(digits, tmp_path / "b")
        assert equal(weights(first), weights(second))

    def test_resumed_run_equals_an_uninterrupted_one(self, digits, tmp_path, monkeypatch):
        whole, history = self.train(digits, tmp_path / "whole")
        self.interrupted(digits, tmp_path / "state", monkeypatch)
        resumed, resumed_history = self.train(digits, tmp_path / "state")
        assert equal(weights(whole), weights(resumed))
        for metric in ("loss", "validation_loss", "feature_std", "probe_accuracy"):
            assert history[metric] == resumed_history[metric]

    def test_state_of_other_code_is_discarded(self, digits, tmp_path, monkeypatch):
        whole, _ = self.train(digits, tmp_path / "whole")
        self.interrupted(digits, tmp_path / "state", monkeypatch)
        other, history = self.train(digits, tmp_path / "state", key="other")
        assert len(history["loss"]) == 3
        assert equal(weights(whole), weights(other))

    def test_killed_before_the_note_was_written(self, digits, tmp_path, monkeypatch):
        """Variables of an epoch that the note does not know yet do no harm."""
        whole, _ = self.train(digits, tmp_path / "whole")
        self.interrupted(digits, tmp_path / "state", monkeypatch)
        (tmp_path / "state" / "epoch-3.npz").write_bytes(b"half a file")
        resumed, _ = self.train(digits, tmp_path / "state")
        assert equal(weights(whole), weights(resumed))


class TestModes:
    def test_full_writes_a_checkpoint_that_cached_loads(self, tiny, digits):
        trained = package.pretrain("tiny", "full")
        loaded = package.pretrain("tiny")
        assert equal(weights(trained), weights(loaded))
        x = digits.test.x[:4]
        assert np.array_equal(trained(x), loaded(x))
        assert loaded.history == trained.history
        card = loaded.card
        assert card["recipe"]["build"] == "tiny_denoising"
        assert card["data"] == {
            "name": "mnist",
            "images": 128,
            "sha256": digits.sha256,
            "source": "packaged sample",
        }
        assert card["final"]["loss"] == card["history"]["loss"][-1]
        assert card["parameters"] == trained.count_params()
        assert {"date", "device", "versions", "wall_seconds", "cpu_seconds"} <= card.keys()
        assert not package.is_stale(card)
        assert package.problem("tiny") is None

    def test_quick_stores_nothing(self, tiny):
        method = package.pretrain("tiny", "quick")
        assert method.card is None
        assert set(method.history) == {"loss", "validation_loss", "feature_std", "probe_accuracy"}
        assert not list(tiny.rglob("*.safetensors"))

    def test_variable_sets_the_mode(self, tiny, monkeypatch):
        monkeypatch.setenv("SSL_COURSE_MODE", "quick")
        assert package.pretrain("tiny").card is None

    def test_missing_checkpoint_is_never_trained_silently(self, tiny):
        with pytest.raises(CheckpointError, match=r"tiny\.json is missing.*pretrain tiny"):
            package.pretrain("tiny")

    def test_unknown_names(self, tiny):
        with pytest.raises(ValueError, match=r"Unknown recipe 'huge'\. Known: tiny"):
            package.pretrain("huge")
        with pytest.raises(ValueError, match=r"Unknown mode 'fast'\. Known: cached, quick, full"):
            package.pretrain("tiny", "fast")

    def test_changed_code_is_reported(self, tiny, monkeypatch):
        package.pretrain("tiny", "full")
        monkeypatch.setattr(package, "_code", lambda recipe: "other code")
        with pytest.warns(UserWarning, match=r"'tiny' is stale.*pretrain tiny"):
            method = package.pretrain("tiny")
        assert package.is_stale(method.card)
        assert package.problem("tiny") == "Checkpoint 'tiny' is stale"

    def test_unwritable_folder_fails_before_training(self, tiny, monkeypatch):
        (tiny / "file").write_text("not a folder")
        monkeypatch.setenv("SSL_COURSE_CHECKPOINTS", str(tiny / "file" / "checkpoints"))
        monkeypatch.setattr(training, "run", lambda *_: pytest.fail("training began"))
        with pytest.raises(CheckpointError, match="Set SSL_COURSE_CHECKPOINTS"):
            package.pretrain("tiny", "full")


class TestFaults:
    """Every damaged checkpoint is refused, and the method stays as it was."""

    @pytest.fixture
    def saved(self, private, digits):
        method = training.build(TINY, digits)
        (private / "checkpoints").mkdir()
        checkpoint.save("tiny", method, {"note": "a card"})
        return checkpoint.paths("tiny")

    def refused(self, digits, match):
        keras.utils.set_random_seed(5)
        method = training.build(dataclasses.replace(TINY, seed=5), digits)
        before = weights(method)
        with pytest.raises(CheckpointError, match=match) as caught:
            checkpoint.load("tiny", method)
        assert "python -m ssl_course.pretrain tiny" in str(caught.value)
        assert equal(before, weights(method))

    def rewrite(self, saved, change):
        """Change the stored tensors and make the card's sha256 fit them."""
        path, card_path = saved
        arrays = checkpoint.load_file(path)
        change(arrays)
        checkpoint.save_file(arrays, path)
        card = json.loads(card_path.read_text())
        card["weights_sha256"] = checkpoint.sha256_of(path)
        card_path.write_text(json.dumps(card))

    def test_round_trip(self, saved, digits):
        method = training.build(dataclasses.replace(TINY, seed=5), digits)
        assert checkpoint.load("tiny", method)["note"] == "a card"
        assert equal(weights(method), weights(training.build(TINY, digits)))

    def test_missing_weights(self, saved, digits):
        saved[0].unlink()
        self.refused(digits, r"tiny\.safetensors is missing")

    def test_missing_card(self, saved, digits):
        saved[1].unlink()
        self.refused(digits, r"tiny\.json is missing")

    def test_broken_card(self, saved, digits):
        saved[1].write_text("{")
        self.refused(digits, r"tiny\.json is not readable as JSON")

    def test_truncated(self, saved, digits):
        saved[0].write_bytes(saved[0].read_bytes()[:-100])
        self.refused(digits, r"tiny\.safetensors is truncated or altered")

    def test_one_flipped_bit(self, saved, digits):
        content = bytearray(saved[0].read_bytes())
        content[-1] ^= 1
        saved[0].write_bytes(content)
        self.refused(digits, r"tiny\.safetensors is truncated or altered")

    def test_no_safetensors_file(self, saved, digits):
        path, card_path = saved
        path.write_bytes(b"something else")
        card = json.loads(card_path.read_text()) | {"weights_sha256": checkpoint.sha256_of(path)}
        card_path.write_text(json.dumps(card))
        self.refused(digits, r"is no safetensors file")

    def test_missing_tensor(self, saved, digits):
        self.rewrite(saved, lambda arrays: arrays.pop("decode_1/bias"))
        self.refused(digits, "decode_1/bias is not in the file")

    def test_extra_tensor(self, saved, digits):
        self.rewrite(saved, lambda arrays: arrays.update(extra=np.zeros(1)))
        self.refused(digits, "extra is not in the method")

    def test_wrong_shape(self, saved, digits):
        self.rewrite(saved, lambda arrays: arrays.update({"decode_1/bias": np.zeros(3)}))
        self.refused(digits, r"decode_1/bias has shape \(3,\), the method needs \(64,\)")

    def test_layers_need_names_of_their_own(self):
        method = Autoencoder(networks.conv_encoder(), networks.conv_encoder())
        with pytest.raises(ValueError, match="two layers of the method share a name"):
            checkpoint.tensors(method)


@pytest.mark.parametrize("name", package.RECIPES)
def test_shipped_checkpoint_is_valid_and_fresh(name):
    assert package.problem(name) is None
    card = package.read_card(name)
    assert card["data"]["images"] == 55_000
    assert len(card["history"]["loss"]) == package.RECIPES[name].epochs


class TestCommandLine:
    def test_trains_and_then_has_nothing_to_do(self, tiny, capsys):
        assert main([]) == 0
        assert "Training tiny" in capsys.readouterr().out
        assert main([]) == 0
        assert "nothing to train" in capsys.readouterr().out

    def test_unknown_name(self, tiny, capsys):
        with pytest.raises(SystemExit, match="2"):
            main(["huge"])
        assert "unknown recipe huge; known: tiny" in capsys.readouterr().err

    def test_interruption_says_how_to_go_on(self, tiny, monkeypatch, capsys):
        def interrupt(*_):
            raise KeyboardInterrupt

        monkeypatch.setattr(training, "run", interrupt)
        assert main(["tiny"]) == 130
        assert "Go on with: python -m ssl_course.pretrain tiny" in capsys.readouterr().out

    def test_data_out_of_reach(self, tiny, monkeypatch, capsys):
        def fail(name, full=False):
            raise data.DataError("no data here")

        monkeypatch.setattr(package.data, "load", fail)
        assert main(["tiny"]) == 1
        assert "no data here" in capsys.readouterr().err


class TestFingerprint:
    SOURCE = '''
"""A module."""
import ssl_course.fingerprint_helper as helper

FACTOR = 2

def build():
    """A docstring."""
    return helper.double(FACTOR)
'''
    HELPER = """
def double(x):
    return 2 * x

def unrelated(x):
    return x
"""

    @pytest.fixture
    def code_of(self, tmp_path, monkeypatch):
        """Fingerprint of ``build`` in modules made of the given sources."""
        import importlib
        import linecache
        import sys

        import ssl_course

        monkeypatch.setattr(ssl_course, "__path__", [*ssl_course.__path__, str(tmp_path)])

        def compute(source=self.SOURCE, helper=self.HELPER):
            shutil.rmtree(tmp_path / "__pycache__", ignore_errors=True)
            for name, text in (("fingerprint_helper", helper), ("fingerprint_module", source)):
                (tmp_path / f"{name}.py").write_text(text)
                sys.modules.pop(f"ssl_course.{name}", None)
            linecache.clearcache()
            importlib.invalidate_caches()
            module = importlib.import_module("ssl_course.fingerprint_module")
            return fingerprint(module.build)

        yield compute
        for name in ("fingerprint_helper", "fingerprint_module"):
            sys.modules.pop(f"ssl_course.{name}", None)
            vars(ssl_course).pop(name, None)

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("A docstring.", "Another."),
            ("return helper", "# why\n    return  helper"),
            ("A m", "B"),
        ],
    )
    def test_words_do_not_count(self, code_of, old, new):
        assert code_of() == code_of(self.SOURCE.replace(old, new))

    def test_unrelated_code_does_not_count(self, code_of):
        assert code_of() == code_of(helper=self.HELPER.replace("return x", "return -x"))

    def test_own_code_counts(self, code_of):
        assert code_of() != code_of(self.SOURCE.replace("(FACTOR)", "(-FACTOR)"))

    def test_called_code_in_another_module_counts(self, code_of):
        assert code_of() != code_of(helper=self.HELPER.replace("2 * x", "3 * x"))

    def test_constants_count(self, code_of):
        assert code_of() != code_of(self.SOURCE.replace("FACTOR = 2", "FACTOR = 3"))
