"""Logs, dumps and traces: what was put in comes out."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from ssl_course.chapters import events


def test_scalars_and_histograms_come_back(tmp_path):
    values = np.random.default_rng(0).normal(size=1000)
    with tf.summary.create_file_writer(str(tmp_path)).as_default() as writer:
        for step in (1, 2):
            events.scalar("loss", step / 4, step)
        events.histogram("code", values, 2, buckets=10)
        writer.flush()
    table = events.read(tmp_path)
    assert list(table["view"]) == ["scalars", "scalars", "histograms"]
    assert list(table["tag"]) == ["loss", "loss", "code"]
    assert list(table["step"]) == [1, 2, 2]
    assert [float(v) for v in table["value"][:2]] == [0.25, 0.5]
    buckets = table["value"][2]
    assert buckets.shape == (10, 3)
    assert buckets[:, 2].sum() == 1000
    assert buckets[0, 0] == pytest.approx(values.min())
    assert buckets[-1, 1] == pytest.approx(values.max())
    assert np.allclose(buckets[1:, 0], buckets[:-1, 1])


def test_an_empty_folder_has_no_events(tmp_path):
    assert events.read(tmp_path).empty
    assert events.profiled_steps(tmp_path).empty


def test_embeddings_are_in_the_format_of_the_projector(tmp_path):
    vectors = np.random.default_rng(0).normal(size=(5, 3))
    events.embeddings(tmp_path / "new", vectors, list("abcde"))
    assert np.allclose(np.loadtxt(tmp_path / "new" / "tensors.tsv"), vectors, rtol=1e-4)
    assert (tmp_path / "new" / "metadata.tsv").read_text(encoding="utf-8").split() == list("abcde")
    config = (tmp_path / "new" / "projector_config.pbtxt").read_text(encoding="utf-8")
    assert 'tensor_path: "tensors.tsv"' in config
    assert 'metadata_path: "metadata.tsv"' in config


def test_pictures_of_embeddings_lie_row_by_row_in_one_square(tmp_path):
    images = np.arange(5)[:, None, None, None] / 4 * np.ones((5, 2, 3, 1))
    events.embeddings(tmp_path, np.zeros((5, 2)), list("abcde"), images)
    sheet = np.asarray(Image.open(tmp_path / "images.png"))
    assert sheet.shape == (3 * 2, 3 * 3)
    assert sheet[::2, ::3].ravel().tolist() == [0, 64, 128, 191, 255, 0, 0, 0, 0]
    config = (tmp_path / "projector_config.pbtxt").read_text(encoding="utf-8")
    assert 'image_path: "images.png" single_image_dim: 3 single_image_dim: 2' in config


def test_shipped_logs_are_those_of_a_whole_run():
    logged = events.read(events.shipped("simclr"))
    steps = logged.groupby("tag")["step"].agg(["min", "max", "count"])
    assert steps.loc["loss"].tolist() == [1, 10, 10]
    assert steps.loc["representation"].tolist() == [0, 10, 11]
    with pytest.raises(FileNotFoundError, match="there are: simclr, stills"):
        events.shipped("nonsense")


def test_the_first_sick_operation_is_found(tmp_path):
    debugger = tf.debugging.experimental
    writer = debugger.enable_dump_debug_info(str(tmp_path), "FULL_HEALTH", circular_buffer_size=-1)
    try:
        entropy = tf.function(lambda p: tf.reduce_sum(p * tf.math.log(p)))
        assert np.isnan(entropy(tf.constant([0.5, 0.5, 0.0])))
        writer.FlushNonExecutionFiles()
        writer.FlushExecutionFiles()
    finally:
        debugger.disable_dump_debug_info()
    sick = events.non_finite(tmp_path)
    assert list(sick["operation"]) == ["Log", "Mul", "Sum"]
    assert list(sick["elements"]) == [3, 3, 1]
    assert list(sick["minus_inf"]) == [1, 0, 0]
    assert list(sick["nan"]) == [0, 1, 1]


def test_a_trace_has_steps_and_their_waits(tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    batches = tf.data.Dataset.from_tensors((np.ones((4, 2)), np.ones((4, 1)))).repeat(3)
    model.fit(batches, verbose=0)
    tf.profiler.experimental.start(str(tmp_path))
    model.fit(batches, verbose=0)
    tf.profiler.experimental.stop()
    trace = events.profiled_steps(tmp_path)
    assert (trace["what"] == "step").sum() >= 3
    assert (trace["what"] == "wait").sum() >= 3
    assert trace["start"].min() == 0
    assert (trace["end"] >= trace["start"]).all()
    first_step = trace[trace["what"] == "step"].iloc[0]
    wait = trace[trace["what"] == "wait"].iloc[0]
    assert first_step["start"] <= wait["start"] <= wait["end"] <= first_step["end"]
