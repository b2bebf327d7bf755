"""A fresh card beside the shipped one: what passes and what does not."""

import copy
import os
import shutil

import numpy as np
import pytest

from coursekit import compare_cards
from ssl_course.pretrain import RECIPES, checkpoint, read_card, training

NAME = "mnist-bottleneck"


@pytest.fixture
def shipped():
    return read_card("fashion_mnist-simclr") | {"probe": 0.88}


def changed(card, probe=0.0, **final):
    """A copy with the probe moved, and with other results."""
    fresh = copy.deepcopy(card)
    fresh["probe"] += probe
    fresh["final"] |= final
    return fresh


def test_the_same_card_passes(shipped):
    assert compare_cards.differences(shipped, changed(shipped)) == []


@pytest.mark.parametrize("sign", [-1, 1])
def test_small_differences_pass_and_large_ones_do_not(shipped, sign):
    loss = shipped["final"]["validation_loss"]
    near = changed(shipped, probe=sign * 0.019, validation_loss=loss * 1.19)
    far = changed(shipped, probe=sign * 0.021, validation_loss=loss * 0.79)
    assert compare_cards.differences(shipped, near) == []
    found = compare_cards.differences(shipped, far)
    assert [line.split(" ")[0] for line in found] == ["probe", "validation_loss"]


def test_the_loss_of_two_that_compete_is_not_compared():
    shipped = read_card("fashion_mnist-gan") | {"probe": 0.86}
    assert compare_cards.differences(shipped, changed(shipped, validation_loss=9.0)) == []


def test_other_settings_data_and_nan_are_named(shipped):
    fresh = changed(shipped, loss=float("nan"))
    fresh["recipe"]["epochs"] += 1
    fresh["data"]["sha256"] = "0"
    found = compare_cards.differences(shipped, fresh)
    assert found == ["recipe differs", "the data differ", "loss is nan"]


class TestCommand:
    """A small recipe whose fresh checkpoint is a copy, or has lost its training."""

    @pytest.fixture
    def fresh(self, tmp_path, monkeypatch):
        """The folder of fresh checkpoints, with a copy of a shipped one."""
        for path in checkpoint.paths(NAME):
            shutil.copy(path, tmp_path)
        monkeypatch.setenv(checkpoint.FOLDER_VARIABLE, str(tmp_path))  # as after the training
        return tmp_path

    def test_a_copy_passes(self, fresh, capsys):
        before = dict(os.environ)
        assert compare_cards.main([str(fresh / f"{NAME}.json")]) == 0
        assert "repeated" in capsys.readouterr().out
        assert dict(os.environ) == before

    def test_lost_weights_do_not(self, fresh, capsys):
        method = training.build(RECIPES[NAME])
        card = checkpoint.load(NAME, method)
        for variable in method.trainable_variables:
            variable.assign(np.zeros(variable.shape))
        checkpoint.save(NAME, method, card)
        assert compare_cards.main([str(fresh / f"{NAME}.json")]) == 1
        assert "probe is" in capsys.readouterr().out
