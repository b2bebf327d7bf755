"""Write and read the files of TensorBoard, its debugger and its profiler, without TensorBoard.

TensorFlow ships the formats, TensorBoard the views.  Everything that is written here opens there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import tensorflow as tf
from PIL import Image

_SHIPPED = Path(__file__).parents[1] / "course" / "logs"


def scalar(tag: str, value: float, step: int) -> None:
    """One point of a curve, to the default writer: what ``tf.summary.scalar`` writes."""
    tf.summary.write(tag, tf.constant(value, tf.float32), step, _shown_by("scalars"))


def histogram(tag: str, values: np.ndarray, step: int, buckets: int = 30) -> None:
    """One histogram, to the default writer: what ``tf.summary.histogram`` writes."""
    counts, edges = np.histogram(values, buckets)
    rows = np.stack([edges[:-1], edges[1:], counts], axis=1)
    tf.summary.write(tag, tf.constant(rows, tf.float64), step, _shown_by("histograms"))


def read(folder: Path) -> pd.DataFrame:
    """All events of a log folder, in the order of writing: ``view``, ``tag``, ``step``, ``value``.

    A histogram's value has one row a bucket: left edge, right edge, count.  Raises
    FileNotFoundError if there is no such folder.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no log folder {folder}")
    events = []
    for file in sorted(folder.glob("events.out.*")):
        for record in tf.data.TFRecordDataset(str(file)):
            event = tf.compat.v1.Event.FromString(record.numpy())
            for value in event.summary.value:
                view = value.metadata.plugin_data.plugin_name
                events.append((view, value.tag, event.step, tf.make_ndarray(value.tensor)))
    return pd.DataFrame(events, columns=["view", "tag", "step", "value"])


def shipped(name: str) -> Path:
    """A folder of logs that the course carries, written by ``benchmarks/logs.py``.

    Raises FileNotFoundError with the names that there are.
    """
    if not (_SHIPPED / name).is_dir():
        there = ", ".join(sorted(folder.name for folder in _SHIPPED.iterdir()))
        raise FileNotFoundError(f"no logs {name!r} are shipped; there are: {there}")
    return _SHIPPED / name


def embeddings(
    folder: Path, vectors: np.ndarray, labels: Sequence[str], images: np.ndarray | None = None
) -> None:
    """Vectors (n, d) and a label each, for the projector; ``images`` (n, h, w, 1) in [0, 1].

    With images the projector shows them in place of points.  TensorBoard finds the files if
    ``folder`` is the log folder itself, or one that holds events.
    """
    folder.mkdir(parents=True, exist_ok=True)
    np.savetxt(folder / "tensors.tsv", vectors, fmt="%.5g", delimiter="\t")
    (folder / "metadata.tsv").write_text("\n".join(labels) + "\n", encoding="utf-8")
    note = ['tensor_name: "representation"', 'tensor_path: "tensors.tsv"']
    note.append('metadata_path: "metadata.tsv"')
    if images is not None:
        height, width = images.shape[1:3]
        _sheet(images[..., 0]).save(folder / "images.png")
        sides = f"single_image_dim: {width} single_image_dim: {height}"
        note.append(f'sprite {{ image_path: "images.png" {sides} }}')
    lines = "".join(f"  {line}\n" for line in note)
    (folder / "projector_config.pbtxt").write_text(f"embeddings {{\n{lines}}}\n", encoding="utf-8")


def _sheet(images: np.ndarray) -> Image.Image:
    """Images (n, h, w) row by row in one square picture, as the projector wants them."""
    count, height, width = images.shape
    side = int(np.ceil(np.sqrt(count)))
    filled = np.zeros((side * side, height, width), np.uint8)
    filled[:count] = np.round(images * 255)
    rows = filled.reshape(side, side, height, width).swapaxes(1, 2)
    return Image.fromarray(rows.reshape(side * height, side * width))


def non_finite(folder: Path) -> pd.DataFrame:
    """Outputs with infinities or NaN, in the order of computation, from a FULL_HEALTH dump.

    Columns: the kind of ``operation`` and its ``name`` in the graph, its ``elements``, and how
    many of them are ``minus_inf``, ``plus_inf`` and ``nan``.
    """
    from tensorflow.python.debug.lib.debug_events_reader import DebugDataReader

    rows = []
    with DebugDataReader(str(folder)) as reader:
        reader.update()
        for trace in reader.graph_execution_traces():
            if trace.debug_tensor_value is None:
                continue
            elements, minus, plus, nan = map(int, trace.debug_tensor_value[4:8])
            if minus + plus + nan:
                rows.append((trace.op_type, trace.op_name, elements, minus, plus, nan))
    columns = ["operation", "name", "elements", "minus_inf", "plus_inf", "nan"]
    return pd.DataFrame(rows, columns=columns)


def profiled_steps(folder: Path) -> pd.DataFrame:
    """Training steps, and the waits for their input, in a trace of TensorFlow's profiler.

    One row an event: ``what`` (``"step"`` or ``"wait"``), ``start`` and ``end`` in milliseconds
    since the first event.  A wait lies inside the step that waits.
    """
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    rows = []
    for file in folder.rglob("*.xplane.pb"):
        space = xplane_pb2.XSpace.FromString(file.read_bytes())
        for plane in space.planes:
            kinds = {key: _kind(event.name) for key, event in plane.event_metadata.items()}
            for line in plane.lines:
                for event in line.events:
                    if kind := kinds[event.metadata_id]:
                        start = line.timestamp_ns / 1e6 + event.offset_ps / 1e9
                        rows.append((kind, start, start + event.duration_ps / 1e9))
    table = pd.DataFrame(rows, columns=["what", "start", "end"]).sort_values("start")
    table[["start", "end"]] -= table["start"].min()
    return table.reset_index(drop=True)


def _kind(name: str) -> str | None:
    if name == "IteratorGetNextOp::DoCompute":
        return "wait"
    return "step" if re.fullmatch(r"(one|multi)_step_on_iterator", name) else None


def _shown_by(view: str) -> tf.compat.v1.SummaryMetadata:
    """The metadata by which TensorBoard finds the view of a value."""
    metadata = tf.compat.v1.SummaryMetadata()
    metadata.plugin_data.plugin_name = view
    return metadata
