"""The broken language models of chapter 6.2 have the fault that they are named after."""

import keras
import numpy as np
import pytest

from ssl_course.chapters import faults


def tokens():
    return np.random.default_rng(0).integers(5, 2000, (4, faults.LENGTH))


def leaks(method):
    """Whether logits before a place move when the tokens from there on change."""
    before, after = tokens(), tokens()
    after[:, 8:] = 5
    first, second = (np.asarray(method.logits(some))[:, :8] for some in (before, after))
    return np.abs(first - second).max() > 1e-5


@pytest.mark.parametrize(
    ("kind", "leaky", "moved"),
    [
        ("right", False, True),
        ("without the mask", True, True),
        ("answers not moved", False, False),
    ],
)
def test_a_fault_is_the_one_that_its_name_says(kind, leaky, moved):
    keras.utils.set_random_seed(0)
    method, some = faults.small(kind), tokens()
    guessed = method(some)
    assert leaks(method) == leaky
    assert np.array_equal(guessed.tokens, some[:, 1:] if moved else some)
    assert np.asarray(guessed.where).all()


def test_the_kinds_are_those_tested_here():
    assert set(faults.KINDS) == {"right", "without the mask", "answers not moved"}
