"""Measure what the tools of chapter 7 cost: python benchmarks/tools.py [PART …]

Parts: ``training`` (CPU milliseconds a step of the chapter's contrastive run, plain and under each
tool, for three seeds) and ``serving`` (CPU milliseconds a call of one image, and kilobytes, for
each format of the encoder `fashion_mnist-simclr`, in three rounds).  CPU time, so that a busy
machine does not count.  Packaged data alone.  Writes course/results/tools.csv.  About five minutes
on one core.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from command import Command, in_parts
from keras import layers
from table import Table

from ssl_course import data, networks, objectives, views
from ssl_course.chapters import events, litert
from ssl_course.pretrain import pretrain

TABLE = Table(
    "tools",
    ("method", "seed", "part"),
    ("method", "seed", "part", "cpu_ms", "kilobytes", "date"),
    digits=3,
)
TOOLS = ("plain", "events", "check_numerics", "CURT_HEALTH", "FULL_HEALTH", "profiler")
SEEDS, STEPS, BATCH, CALLS = 3, 20, 250, 200
WARM = 2
"""Steps before the clock starts: the first one builds the graph."""


class Pairs(keras.Model):
    """The method of the chapter: two views come in as a pair."""

    def __init__(self, encoder: keras.Model, projector: keras.Model):
        super().__init__()
        self.encoder, self.projector = encoder, projector

    def call(self, pair, training=False):
        return [self.projector(self.encoder(view)) for view in pair]

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return objectives.nt_xent(*y_pred, 0.2)


def method(seed: int) -> keras.Model:
    """A fresh method, compiled."""
    keras.utils.set_random_seed(seed)
    projector = keras.Sequential([keras.Input((64,)), layers.ReLU(), layers.Dense(32)])
    built = Pairs(networks.dense_encoder(64, 256), projector)
    built.compile(keras.optimizers.Adam(1e-3), jit_compile=False)
    return built


def step_cost(images: np.ndarray, tool: str, seed: int) -> float:
    """CPU milliseconds a step; views are drawn beforehand and cost nothing here."""
    draw = views.RandomView(area=(0.25, 1.0), erase=0.25, seed=seed)
    pairs = [[np.asarray(draw(images[:BATCH])) for _ in range(2)] for _ in range(4)]
    folder = tempfile.mkdtemp()
    debugger = tf.debugging.experimental
    if tool == "check_numerics":
        tf.debugging.enable_check_numerics()
    elif tool in ("CURT_HEALTH", "FULL_HEALTH"):
        debugger.enable_dump_debug_info(folder, tool, circular_buffer_size=-1)
    trained = method(seed)
    for _ in range(WARM):
        trained.train_on_batch(pairs[0])
    writer = tf.summary.create_file_writer(folder)
    if tool == "profiler":
        tf.profiler.experimental.start(folder)
    start = time.process_time()
    for step in range(STEPS):
        loss = trained.train_on_batch(pairs[step % 4])
        if tool == "events":
            with writer.as_default():
                events.scalar("loss", loss, step)
                if step % 10 == 9:  # once an epoch of 2,500 images
                    for weight in trained.trainable_weights:
                        events.histogram(weight.path, np.asarray(weight), step)
    if tool == "profiler":
        tf.profiler.experimental.stop()
    spent = time.process_time() - start
    if tool == "check_numerics":
        tf.debugging.disable_check_numerics()
    elif tool in ("CURT_HEALTH", "FULL_HEALTH"):
        debugger.disable_dump_debug_info()
    return 1000 * spent / STEPS


def served(image: np.ndarray) -> dict[str, tuple[Callable, float]]:
    """For each format: a function from one image (1, 28, 28, 1), and kilobytes on disk."""
    encoder = pretrain("fashion_mnist-simclr").encoder
    folder = Path(tempfile.mkdtemp())
    encoder.save(folder / "encoder.keras")
    encoder.export(folder / "saved", verbose=False)
    saved = tf.saved_model.load(folder / "saved")
    formats = {
        "keras_predict": lambda x: encoder.predict(x, verbose=0),
        "keras_call": encoder,
        "saved_model": saved.serve,
    }
    size = {
        "keras": (folder / "encoder.keras").stat().st_size,
        "saved": sum(f.stat().st_size for f in (folder / "saved").rglob("*") if f.is_file()),
    }
    sizes = dict(zip(formats, (size["keras"], size["keras"], size["saved"]), strict=True))
    for name, small in (("litert", False), ("litert_int8", True)):
        converter = tf.lite.TFLiteConverter.from_saved_model(str(folder / "saved"))
        if small:
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        flat = converter.convert()
        formats[name], sizes[name] = litert.function(flat), len(flat)
    for function in formats.values():
        function(image)
    return {name: (function, round(sizes[name] / 1000)) for name, function in formats.items()}


def training(table: Table) -> None:
    """Rows of a step under each tool."""
    images = data.load("fashion_mnist").unlabeled
    for seed in range(SEEDS):
        for tool in TOOLS:
            key = {"method": tool, "seed": seed, "part": "training"}
            if not table.done(**key):
                table.put(key | {"cpu_ms": step_cost(images, tool, seed)})


def serving(table: Table) -> None:
    """Rows of a call of each format."""
    image = data.load("fashion_mnist").validation.x[:1]
    formats = served(image)
    for turn in range(SEEDS):
        for name, (function, kilobytes) in formats.items():
            key = {"method": name, "seed": turn, "part": "serving"}
            if table.done(**key):
                continue
            start = time.process_time()
            for _ in range(CALLS):
                function(image)
            spent = 1000 * (time.process_time() - start) / CALLS
            table.put(key | {"cpu_ms": spent, "kilobytes": kilobytes})


PARTS = {"training": training, "serving": serving}
COMMAND = Command(__doc__, TABLE, PARTS, "PART")


if __name__ == "__main__":
    COMMAND.run(in_parts(PARTS))
