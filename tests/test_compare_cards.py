"""A fresh card beside the shipped one: what passes and what does not."""

import copy
import json

import pytest

from coursekit import compare_cards
from ssl_course.pretrain import read_card

NAME = "fashion_mnist-simclr"


@pytest.fixture
def shipped():
    return read_card(NAME)


def changed(card, **final):
    fresh = copy.deepcopy(card)
    fresh["final"] |= final
    return fresh


def test_the_same_card_passes(shipped):
    assert compare_cards.differences(shipped, changed(shipped)) == []


@pytest.mark.parametrize("sign", [-1, 1])
def test_small_differences_pass_and_large_ones_do_not(shipped, sign):
    probe, loss = shipped["final"]["probe_accuracy"], shipped["final"]["validation_loss"]
    near = changed(shipped, probe_accuracy=probe + sign * 0.019, validation_loss=loss * 1.19)
    far = changed(shipped, probe_accuracy=probe + sign * 0.021, validation_loss=loss * 0.79)
    assert compare_cards.differences(shipped, near) == []
    found = compare_cards.differences(shipped, far)
    assert [line.split(" ")[0] for line in found] == ["probe_accuracy", "validation_loss"]


def test_the_loss_of_two_that_compete_is_not_compared():
    shipped = read_card("fashion_mnist-gan")
    assert compare_cards.differences(shipped, changed(shipped, validation_loss=9.0)) == []


def test_other_settings_data_and_nan_are_named(shipped):
    fresh = changed(shipped, loss=float("nan"))
    fresh["recipe"]["epochs"] += 1
    fresh["data"]["sha256"] = "0"
    found = compare_cards.differences(shipped, fresh)
    assert found == ["recipe differs", "the data differ", "loss is nan"]


@pytest.mark.parametrize(("accuracy", "status"), [(None, 0), (0.5, 1)])
def test_command(shipped, accuracy, status, tmp_path, capsys):
    fresh = changed(shipped, **({"probe_accuracy": accuracy} if accuracy else {}))
    path = tmp_path / f"{NAME}.json"
    path.write_text(json.dumps(fresh))
    assert compare_cards.main([str(path)]) == status
    assert ("repeated" in capsys.readouterr().out) == (status == 0)
