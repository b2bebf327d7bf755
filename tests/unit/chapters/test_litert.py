"""Running LiteRT files, whoever has the class for it."""

import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from ssl_course.chapters import litert


@pytest.fixture(scope="module")
def dense(tmp_path_factory):
    """A dense layer with ReLU: its weights, and its LiteRT file."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="relu")])
    folder = tmp_path_factory.mktemp("litert")
    model.export(folder / "saved", verbose=False)
    flat = tf.lite.TFLiteConverter.from_saved_model(str(folder / "saved")).convert()
    return *model.get_weights(), flat


@pytest.mark.filterwarnings("error")
def test_batches_of_any_size_give_what_the_layer_gives(dense):
    kernel, bias, flat = dense
    run = litert.function(flat)
    for count in (1, 4, 2):
        x = np.random.default_rng(count).normal(size=(count, 3)).astype("float32")
        np.testing.assert_allclose(run(x), np.maximum(x @ kernel + bias, 0), atol=1e-6)


def test_without_a_class_the_error_says_what_to_install(dense, monkeypatch):
    monkeypatch.setattr(litert, "interpreter", lambda: None)
    with pytest.raises(ModuleNotFoundError, match="pip install ai-edge-litert"):
        litert.function(dense[-1])


def test_a_tensorflow_without_the_class_is_no_error(monkeypatch):
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    monkeypatch.setattr(tf, "lite", type("lite", (), {}))
    assert litert.interpreter() is None
