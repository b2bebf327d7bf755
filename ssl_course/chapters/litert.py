"""Run LiteRT files (chapter 7): the class that does has moved out of TensorFlow."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np

MISSING = (
    "Nothing here can run LiteRT files: this TensorFlow has no tf.lite.Interpreter, and the "
    "package ai-edge-litert is not installed (%pip install ai-edge-litert)."
)


def interpreter() -> type | None:
    """The class of ai-edge-litert where that is installed, else TensorFlow's while there is one."""
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ModuleNotFoundError:
        import tensorflow as tf

        return getattr(tf.lite, "Interpreter", None)
    return Interpreter


def function(flat: bytes) -> Callable[[np.ndarray], np.ndarray]:
    """A LiteRT model as a function of a batch.

    Raises ModuleNotFoundError with what to install where nothing can run it.
    """
    kind = interpreter()
    if kind is None:
        raise ModuleNotFoundError(MISSING)
    with warnings.catch_warnings():  # TensorFlow's class says where it moves
        warnings.simplefilter("ignore")
        runner = kind(model_content=flat, num_threads=1)
    first, last = runner.get_input_details()[0]["index"], runner.get_output_details()[0]["index"]

    allocated: tuple[int, ...] = ()

    def call(x: np.ndarray) -> np.ndarray:
        nonlocal allocated
        if x.shape != allocated:
            runner.resize_tensor_input(first, x.shape)
            runner.allocate_tensors()
            allocated = x.shape
        runner.set_tensor(first, x)
        runner.invoke()
        return runner.get_tensor(last)

    return call
