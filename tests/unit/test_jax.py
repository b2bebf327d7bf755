"""The methods run on JAX too, in an interpreter of its own: the backend is fixed at import."""

import os
import subprocess
import sys

import pytest

STEPS = """
import keras
import numpy as np
from ssl_course.pretrain import fashion_mnist

assert keras.backend.backend() == "jax"
keras.utils.set_random_seed(0)
images = np.random.default_rng(0).uniform(size=(64, 28, 28, 1)).astype("float32")
for name in ("simclr", "byol", "masked"):
    method = getattr(fashion_mnist, name)()
    method.compile(keras.optimizers.Adam(1e-3))
    loss = method.fit(images, batch_size=22, verbose=0).history["loss"][0]
    assert int(method.optimizer.iterations) == 3
    assert np.isfinite(loss), name
    print(name, "done")
"""


def test_three_steps_on_jax(root):
    pytest.importorskip("jax")
    environment = os.environ | {"KERAS_BACKEND": "jax", "PYTHONPATH": str(root)}
    run = subprocess.run(
        [sys.executable, "-c", STEPS], env=environment, capture_output=True, text=True, timeout=300
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.split("\n")[-4:] == ["simclr done", "byol done", "masked done", ""]
