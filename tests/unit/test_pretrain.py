"""Recipes, training runs, checkpoints and their faults."""

import dataclasses
import errno
import json
import os
import re
import shutil

import keras
import numpy as np
import pytest

from ssl_course import data, evaluate, networks, views
from ssl_course import pretrain as package
from ssl_course.diagnose import feature_std
from ssl_course.methods import Autoencoder
from ssl_course.pretrain import CheckpointError, Recipe, checkpoint, mnist, training
from ssl_course.pretrain.__main__ import main


def tiny_denoising():
    return Autoencoder(networks.conv_encoder(4), networks.conv_decoder(4), views.AddNoise(0.3))


INPUTS = {
    "mnist": 55_000,
    "fashion_mnist": 60_000,
    "cifar10": 50_000,
    "pneumoniamnist": 4708,
    "tissue": 2590,
    "spoken_digits": 1800,
    "reviews": 13_566,
    "molecules": 20_000,
}
"""What pretraining may see of each data set."""
TINY = Recipe("tiny", "mnist", tiny_denoising, epochs=3, batch_size=64)


def descent(rate, beta_1):
    """In place of Adam: plain gradient descent."""
    return keras.optimizers.SGD(rate)


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


@pytest.fixture
def loads(tiny, monkeypatch, digits):
    """What is asked of ``data.load`` while "tiny" stands in for the recipes."""
    asked = []

    def load(name, full=False):
        asked.append((name, full))
        return digits

    monkeypatch.setattr(package.data, "load", load)
    return asked


@pytest.fixture(scope="module")
def finished(digits, tmp_path_factory):
    """Checkpoint folder of a full run of "tiny"."""
    folder = tmp_path_factory.mktemp("finished")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_COURSE_CHECKPOINTS", str(folder))
        patch.setenv("SSL_COURSE_CACHE", str(folder / "cache"))
        patch.setattr(package, "RECIPES", {"tiny": TINY})
        patch.setattr(package.data, "load", lambda name, full=False: digits)
        package.pretrain("tiny", "full")
    return folder


@pytest.fixture
def trained(tiny, finished):
    """The checkpoint of "tiny", a fresh copy that a test may change."""
    shutil.copytree(finished, tiny / "checkpoints", ignore=shutil.ignore_patterns("cache"))
    return checkpoint.paths("tiny")


class Epochs(list):
    """The epochs that are trained, and on how many images; one can be interrupted at its end."""

    def __init__(self, stop_in=None):
        super().__init__()
        self.stop_in, self.images, self.original = stop_in, [], training.run_epoch

    def run(self, recipe, dataset, method, epoch):
        self.append(epoch)
        self.images.append(len(dataset.unlabeled))
        logs = self.original(recipe, dataset, method, epoch)
        if epoch == self.stop_in:
            self.stop_in = None
            raise KeyboardInterrupt
        return logs


@pytest.fixture
def epochs(monkeypatch):
    epochs = Epochs()
    monkeypatch.setattr(training, "run_epoch", epochs.run)
    return epochs


def train(digits, state, key="key"):
    method = training.build(TINY, digits)
    history = training.run(TINY, digits, method, state, key)
    return method, history


@pytest.fixture(scope="module")
def whole(digits, tmp_path_factory):
    """An uninterrupted run: weights and history."""
    method, history = train(digits, tmp_path_factory.mktemp("whole"))
    return weights(method), history


@pytest.fixture(scope="module")
def stopped(digits, tmp_path_factory):
    """State of a run that was interrupted at the end of its third epoch: two are stored."""
    state = tmp_path_factory.mktemp("stopped")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "run_epoch", Epochs(stop_in=2).run)
        with pytest.raises(KeyboardInterrupt):
            train(digits, state)
    assert sorted(path.name for path in state.iterdir()) == ["epoch-2.npz", "history.json"]
    return state


class TestRun:
    @pytest.fixture
    def state(self, stopped, tmp_path):
        return shutil.copytree(stopped, tmp_path / "state")

    def test_history(self, whole):
        _, history = whole
        assert {len(values) for values in history.values()} == {3}
        assert history["loss"][-1] < history["loss"][0]
        assert min(history["wall_seconds"] + history["cpu_seconds"]) > 0

    def test_same_seed_same_weights(self, digits, whole, tmp_path, epochs):
        again, history = train(digits, tmp_path / "state")
        assert equal(whole[0], weights(again))
        assert history["loss"] == whole[1]["loss"]
        assert epochs == [0, 1, 2]

    def test_another_seed_other_weights(self, digits):
        first, second = (
            training.build(dataclasses.replace(TINY, seed=seed), digits) for seed in (0, 1)
        )
        assert not equal(weights(first), weights(second))

    def test_resumed_run_equals_an_uninterrupted_one(self, digits, whole, state, epochs):
        resumed, history = train(digits, state)
        assert epochs == [2], "it did not go on where it stopped"
        assert equal(whole[0], weights(resumed))
        for metric in ("loss", "validation_loss", "feature_std", "probe_accuracy"):
            assert whole[1][metric] == history[metric]

    def test_state_of_other_code_is_discarded(self, digits, whole, state, epochs):
        other, history = train(digits, state, key="other")
        assert epochs == [0, 1, 2]
        assert len(history["loss"]) == 3
        assert equal(whole[0], weights(other))

    def test_killed_before_the_note_was_written(self, digits, whole, state, epochs):
        """Variables of an epoch that the note does not know yet do no harm."""
        (state / "epoch-3.npz").write_bytes(b"half a file")
        (state / "history.new").write_text("{", encoding="utf-8")
        resumed, _ = train(digits, state)
        assert epochs == [2]
        assert equal(whole[0], weights(resumed))

    @pytest.mark.parametrize("damaged", ["epoch-2.npz", "history.json"])
    @pytest.mark.parametrize("share", [0, 0.5])
    def test_state_cut_off_by_a_crash_is_discarded(self, digits, state, damaged, share):
        """The weights are those of a fresh method, and no epoch counts as done."""
        content = (state / damaged).read_bytes()
        (state / damaged).write_bytes(content[: int(share * len(content))])
        method = training.build(TINY, digits)
        before = weights(method)
        assert not any(training._resume(method, state, "key").values())
        assert equal(before, weights(method))


class TestModes:
    def test_full_writes_a_checkpoint_that_cached_loads(self, tiny, digits, loads):
        trained = package.pretrain("tiny", "full")
        assert loads == [("mnist", True)]
        assert not list((tiny / "cache" / "runs").iterdir()), "the state was left behind"
        loads.clear()
        loaded = package.pretrain("tiny")
        assert loads == [], "loading a checkpoint needs no data"
        assert equal(weights(trained), weights(loaded))
        x = digits.test.x[:4]
        assert np.array_equal(trained(x), loaded(x))
        assert loaded.history == trained.history
        card = loaded.card
        assert card["recipe"] == {
            "name": "tiny",
            "dataset": "mnist",
            "build": "tiny_denoising",
            "epochs": 3,
            "batch_size": 64,
            "learning_rate": 0.001,
            "decay": False,
            "beta_1": 0.9,
            "seed": 0,
        }
        assert set(card["final"]) == set(card["history"])
        assert set(card["versions"]) == {"keras", "tensorflow", "numpy", "safetensors", "python"}
        assert card["weights_sha256"] == checkpoint.sha256_of(checkpoint.paths("tiny")[0])
        assert card["tensors"] == {w.path: list(w.shape) for w in trained.weights}
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

    def test_result_that_cannot_be_stored_is_not_lost(self, tiny, finished, epochs, monkeypatch):
        def full_disk(*_):
            raise OSError("No space left on device")

        with monkeypatch.context() as disk:
            disk.setattr(checkpoint, "save", full_disk)
            with pytest.raises(OSError, match="No space left"):
                package.pretrain("tiny", "full")
        package.pretrain("tiny", "full")
        assert epochs == [0, 1, 2], "it trained again"
        assert (
            checkpoint.paths("tiny")[0].read_bytes() == (finished / "tiny.safetensors").read_bytes()
        )

    def test_quick_stores_nothing(self, tiny, digits, epochs, monkeypatch, loads):
        monkeypatch.setattr(package, "QUICK_IMAGES", 100)
        start = weights(training.build(TINY, digits))
        method = package.pretrain("tiny", "quick")
        assert method.card is None
        assert set(method.history) == {
            "loss",
            "validation_loss",
            "feature_std",
            "rank_me",
            "probe_accuracy",
        }
        assert (epochs, epochs.images, loads) == ([0], [100], [("mnist", False)])
        assert not equal(start, weights(method)), "nothing was learned"
        assert not [path for path in tiny.rglob("*") if path.is_file()]

    def test_variable_sets_the_mode(self, tiny, monkeypatch):
        monkeypatch.setenv("SSL_COURSE_MODE", "quick")
        assert package.pretrain("tiny").card is None

    def test_argument_goes_before_the_variable(self, trained, monkeypatch, epochs):
        monkeypatch.setenv("SSL_COURSE_MODE", "full")
        assert package.pretrain("tiny", "cached").card is not None
        assert epochs == []

    def test_missing_checkpoint_is_never_trained_silently(self, tiny):
        with pytest.raises(CheckpointError, match=r"tiny\.json is missing.*pretrain tiny"):
            package.pretrain("tiny")

    def test_unknown_names(self, tiny):
        with pytest.raises(ValueError, match=r"Unknown recipe 'huge'\. Known: tiny"):
            package.pretrain("huge")
        with pytest.raises(ValueError, match=r"Unknown mode 'fast'\. Known: cached, quick, full"):
            package.pretrain("tiny", "fast")

    def test_unchanged_code_gives_no_warning(self, trained, recwarn):
        assert not package.is_stale(package.pretrain("tiny").card)
        assert not [w for w in recwarn if "stale" in str(w.message)]

    def test_another_recipe_is_reported(self, trained, monkeypatch):
        longer = dataclasses.replace(TINY, epochs=TINY.epochs + 1)
        monkeypatch.setattr(package, "RECIPES", {"tiny": longer})
        with pytest.warns(UserWarning, match=r"'tiny' is stale.*pretrain tiny"):
            method = package.pretrain("tiny")
        assert package.is_stale(method.card)
        assert package.problem("tiny") == "Checkpoint 'tiny' is stale: its recipe has changed"

    def test_other_code_is_found(self, trained, monkeypatch):
        monkeypatch.setattr(keras.optimizers, "Adam", descent)
        assert re.fullmatch(
            r"Checkpoint 'tiny' is stale: its code does something else, losses differ by .*%",
            package.problem("tiny"),
        )

    def test_unwritable_folder_fails_before_training(self, tiny, monkeypatch):
        (tiny / "file").write_text("not a folder", encoding="utf-8")
        monkeypatch.setenv("SSL_COURSE_CHECKPOINTS", str(tiny / "file" / "checkpoints"))
        monkeypatch.setattr(training, "run", lambda *_: pytest.fail("training began"))
        with pytest.raises(CheckpointError, match="Set SSL_COURSE_CHECKPOINTS"):
            package.pretrain("tiny", "full")


CARD = {"recipe": {"name": "tiny"}, "golden": {}, "history": {}, "note": "a card"}


class TestFaults:
    """Every damaged checkpoint is refused, and the method stays as it was."""

    @pytest.fixture
    def saved(self, private, digits):
        method = training.build(TINY, digits)
        (private / "checkpoints").mkdir()
        checkpoint.save("tiny", method, CARD)
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
        path.write_bytes(checkpoint.serialize(arrays))
        card = json.loads(card_path.read_text(encoding="utf-8"))
        card["weights_sha256"] = checkpoint.sha256_of(path)
        card_path.write_text(json.dumps(card), encoding="utf-8")

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

    @pytest.mark.parametrize("content", [b"", b"{", b'{"recipe": "\xff"}'])
    def test_broken_card(self, saved, digits, content):
        saved[1].write_bytes(content)
        self.refused(digits, r"tiny\.json is not readable as JSON")

    @pytest.mark.parametrize("content", ["{}", "[]", "null", '{"recipe": {"name": "tiny"}}'])
    def test_incomplete_card(self, saved, digits, content):
        saved[1].write_text(content, encoding="utf-8")
        self.refused(digits, r"tiny\.json is incomplete")

    def test_files_of_another_recipe(self, saved, digits):
        """Renamed files of the same shapes would be a wrong network, silently."""
        card = json.loads(saved[1].read_text(encoding="utf-8"))
        saved[1].write_text(json.dumps(card | {"recipe": {"name": "other"}}), encoding="utf-8")
        self.refused(digits, r"tiny\.json belongs to 'other'")

    @pytest.mark.parametrize("cut", [1, 100, None])
    def test_truncated(self, saved, digits, cut):
        saved[0].write_bytes(saved[0].read_bytes()[: -cut if cut else 0])
        self.refused(digits, r"tiny\.safetensors is truncated or altered")

    @pytest.mark.parametrize("share", [0, 0.5, 1])
    def test_one_flipped_bit(self, saved, digits, share):
        content = bytearray(saved[0].read_bytes())
        content[int(share * (len(content) - 1))] ^= 1
        saved[0].write_bytes(content)
        self.refused(digits, r"tiny\.safetensors is truncated or altered")

    def test_no_safetensors_file(self, saved, digits):
        path, card_path = saved
        path.write_bytes(b"something else")
        card = json.loads(card_path.read_text(encoding="utf-8")) | {
            "weights_sha256": checkpoint.sha256_of(path)
        }
        card_path.write_text(json.dumps(card), encoding="utf-8")
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

    def test_half_precision(self, saved, digits):
        self.rewrite(
            saved, lambda arrays: arrays.update({"decode_1/bias": np.zeros(64, "float16")})
        )
        self.refused(digits, "decode_1/bias is float16, the method needs float32")

    def test_nan(self, saved, digits):
        bias = np.full(64, np.nan, np.float32)
        self.rewrite(saved, lambda arrays: arrays.update({"decode_1/bias": bias}))
        self.refused(digits, "decode_1/bias holds NaN")

    @pytest.mark.parametrize("which", [0, 1])
    def test_folder_in_place_of_a_file(self, saved, digits, which):
        saved[which].unlink()
        saved[which].mkdir()
        self.refused(digits, "is missing" if which == 0 else "cannot be read: Is a directory")

    @pytest.mark.parametrize("part", ["recipe", "golden", "history"])
    def test_card_that_could_not_be_loaded_is_not_saved(self, saved, digits, part):
        method = training.build(TINY, digits)
        card = {name: value for name, value in CARD.items() if name != part}
        with pytest.raises(ValueError, match=f"card of checkpoint 'tiny' needs {part}"):
            checkpoint.save("tiny", method, card)
        with pytest.raises(ValueError, match="needs recipe\\['name'\\] to be 'mine'"):
            checkpoint.save("mine", method, CARD)

    @pytest.mark.parametrize("stop", [OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "Ctrl-C"])
    @pytest.mark.parametrize("step", ["serialize", "os.replace"])
    def test_stopped_save_leaves_the_old_checkpoint(self, saved, digits, monkeypatch, stop, step):
        before = [path.read_bytes() for path in saved]
        method = training.build(dataclasses.replace(TINY, seed=5), digits)

        def fail(*_):
            raise KeyboardInterrupt if stop == "Ctrl-C" else stop

        monkeypatch.setattr(f"ssl_course.pretrain.checkpoint.{step}", fail)
        expected = KeyboardInterrupt if stop == "Ctrl-C" else CheckpointError
        with pytest.raises(expected) as caught:
            checkpoint.save("tiny", method, CARD)
        if expected is CheckpointError:
            says = rf"Cannot write {re.escape(str(saved[0]))}: No space left on device\. .* is kept"
            assert re.match(rf"{says}.*SSL_COURSE_CHECKPOINTS.*same command", str(caught.value))
        assert [path.read_bytes() for path in saved] == before
        assert sorted(saved[0].parent.iterdir()) == sorted(saved), "something was left behind"

    def test_failed_save_leaves_the_old_checkpoint(self, saved, digits):
        before = [path.read_bytes() for path in saved]
        method = training.build(dataclasses.replace(TINY, seed=5), digits)
        with pytest.raises(TypeError):
            checkpoint.save("tiny", method, CARD | {"no JSON": object()})
        assert [path.read_bytes() for path in saved] == before
        assert sorted(saved[0].parent.iterdir()) == sorted(saved), "something was left behind"

    def test_both_files_are_as_readable_as_any_other(self, saved, private):
        """A teacher writes a shared folder, students read it."""
        (private / "any").write_text("", encoding="utf-8")
        usual = (private / "any").stat().st_mode
        assert [path.stat().st_mode for path in saved] == [usual, usual]

    def test_layers_need_names_of_their_own(self):
        method = Autoencoder(networks.conv_encoder(), networks.conv_encoder())
        with pytest.raises(ValueError, match="two layers of the method share a name"):
            checkpoint.tensors(method)


@pytest.mark.parametrize("name", package.RECIPES)
def test_shipped_checkpoint_is_valid_and_fresh(name, monkeypatch):
    monkeypatch.delenv("SSL_COURSE_CHECKPOINTS", raising=False)
    assert package.problem(name) is None
    method = package.pretrain(name, "cached")
    assert method.card["data"]["images"] == INPUTS[method.card["data"]["name"]]
    assert len(method.history["loss"]) == package.RECIPES[name].epochs


@pytest.mark.parametrize("name", [recipe.name for recipe in mnist.RECIPES])
def test_mnist_weights_are_those_that_the_history_ends_with(name):
    method = package.pretrain(name, "cached")
    validation = data.load("mnist").validation
    measured = method.evaluate(validation.x, batch_size=500, verbose=0)
    # Another processor may sum in another order: some roundings of float32.
    assert measured == pytest.approx(method.card["final"]["validation_loss"], rel=1e-4)


@pytest.mark.parametrize("name", [name for name in package.RECIPES if name.startswith("fashion")])
def test_fashion_mnist_weights_are_those_that_the_history_ends_with(name):
    """The loss is drawn anew at every call, so the spread of the features stands for it."""
    method = package.pretrain(name, "cached")
    seen = evaluate.embed(method.encoder, data.load("fashion_mnist").validation)
    # The card's 2,500 images are others than the sample's 2,000: they differ by about 1 %.
    assert feature_std(seen.x) == pytest.approx(method.card["final"]["feature_std"], rel=0.03)


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

    def test_interruption_says_how_to_go_on(self, tiny, finished, epochs, capsys):
        epochs.stop_in = 1
        assert main(["tiny"]) == 130
        resume = re.search(
            "Go on with: python -m ssl_course.pretrain (.*)", capsys.readouterr().out
        )
        assert main(resume[1].split()) == 0
        assert epochs == [0, 1, 1, 2]
        stored = checkpoint.paths("tiny")[0].read_bytes()
        assert stored == (finished / "tiny.safetensors").read_bytes(), "not bit for bit the same"

    def test_named_recipe_is_trained_though_it_is_valid(self, trained, epochs):
        assert main(["tiny"]) == 0
        assert epochs == [0, 1, 2]

    @pytest.mark.parametrize("names", [["tiny"], []])
    def test_data_out_of_reach(self, tiny, monkeypatch, capsys, names):
        def fail(name, full=False):
            raise data.DataError("no data here")

        monkeypatch.setattr(package.data, "load", fail)
        assert main(names) == 1
        assert "no data here" in capsys.readouterr().err

    def test_unwritable_folder(self, tiny, monkeypatch, capsys):
        (tiny / "file").write_text("no folder", encoding="utf-8")
        monkeypatch.setenv("SSL_COURSE_CHECKPOINTS", str(tiny / "file" / "checkpoints"))
        assert main(["tiny"]) == 1
        assert "Set SSL_COURSE_CHECKPOINTS" in capsys.readouterr().err

    def test_disk_that_fills_up_while_training(self, tiny, monkeypatch, capsys, finished):
        """The state of the epochs before stays, and the same command goes on from there."""
        savez = np.savez

        def fill_up(file, *arrays):
            file.write_bytes(b"half")
            if file.name == "epoch-3.npz":
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            savez(file, *arrays)

        with monkeypatch.context() as patch:
            patch.setattr(training.np, "savez", fill_up)
            assert main(["tiny"]) == 1
        says = capsys.readouterr().err
        assert "No space left on device. The run's last stored state is kept" in says
        assert "SSL_COURSE_CACHE" in says
        state = tiny / "cache" / "runs" / "tiny"
        assert sorted(path.name for path in state.iterdir()) == ["epoch-2.npz", "history.json"]
        assert main(["tiny"]) == 0
        assert (
            checkpoint.paths("tiny")[0].read_bytes() == (finished / "tiny.safetensors").read_bytes()
        )

    def test_no_room_is_said_before_the_run(self, tiny, monkeypatch, epochs, capsys):
        usage = shutil.disk_usage(tiny)._replace(free=300_000)
        monkeypatch.setattr(checkpoint.shutil, "disk_usage", lambda _: usage)
        assert main(["tiny"]) == 1
        assert "has room for 0.3 MB; a run needs 50 MB" in capsys.readouterr().err
        assert epochs == []

    @pytest.mark.parametrize(
        "error", [data.DataError("no data here"), ValueError("NaN in a batch"), MemoryError()]
    )
    def test_other_recipes_go_on_after_a_failure(self, tiny, monkeypatch, capsys, error):
        recipes = {name: dataclasses.replace(TINY, name=name) for name in ("first", "second")}
        monkeypatch.setattr(package, "RECIPES", recipes)
        monkeypatch.setattr("ssl_course.pretrain.__main__.RECIPES", recipes)
        real = package.pretrain

        def fail_first(name, mode):
            if name == "first":
                raise error
            return real(name, mode)

        monkeypatch.setattr("ssl_course.pretrain.__main__.pretrain", fail_first)
        assert main([]) == 1
        says = capsys.readouterr().err
        assert str(error) in says
        assert "1 of 2 recipes failed: first. When the causes are mended: " in says
        assert package.problem("first")
        assert package.problem("second") is None
