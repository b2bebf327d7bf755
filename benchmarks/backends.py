"""Train one method on several Keras backends from the same weights, and compare the losses.

python benchmarks/backends.py [BACKEND …] [--python jax=PATH] [--python torch=PATH] [--steps 40]

The method is the course's dense autoencoder: nothing in it is random but the first weights, which
NumPy draws.  Every backend runs in a process of its own, with this interpreter if the backend is
installed here or with the one that ``--python`` names, which has to have what the course needs.
Uses the packaged Fashion-MNIST sample.  Writes course/results/backends.csv.  About two minutes on
one core.
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from command import Command
from table import Table

ROOT = Path(__file__).parents[1]
BACKENDS = ("tensorflow", "jax", "torch")
BATCH, SEEDS = 250, (0, 1, 2)
TABLE = Table(
    "backends",
    ("method", "seed"),
    (
        *("method", "seed", "first_loss", "last_loss", "first_apart", "most_apart"),
        *("steps", "keras", "date"),
    ),
    whole=("seed", "steps"),
    digits=None,
)


def interpreter(pair: str) -> tuple[str, str]:
    """The two halves of BACKEND=PATH."""
    backend, _, path = pair.partition("=")
    if backend not in BACKENDS or not path:
        raise argparse.ArgumentTypeError(f"{pair} is not BACKEND=PATH")
    return backend, path


COMMAND = Command(__doc__, TABLE, BACKENDS, "BACKEND")
COMMAND.add_argument(
    "--python",
    action="append",
    type=interpreter,
    default=[],
    metavar="BACKEND=PATH",
    help="measure a backend with this interpreter",
)
COMMAND.add_argument("--steps", type=int, default=40)
COMMAND.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)


def train(steps: int) -> dict:
    """Losses of a short training on the backend of this process, one list a seed."""
    import keras

    from ssl_course import data
    from ssl_course.methods import Autoencoder
    from ssl_course.networks import dense_decoder, dense_encoder

    images = data.load("fashion_mnist").unlabeled
    losses = []
    for seed in SEEDS:
        method = Autoencoder(dense_encoder(64, 256), dense_decoder(64, 256))
        method.compile(keras.optimizers.Adam(1e-3))
        method(images[:2])
        random = np.random.default_rng(seed)
        for weight in method.weights:
            scale = 1 / np.sqrt(weight.shape[0]) if len(weight.shape) == 2 else 0.0
            weight.assign(scale * random.normal(size=weight.shape))
        run = []
        for step in range(steps):
            batch = images[step * BATCH : (step + 1) * BATCH]
            history = method.fit(batch, batch_size=BATCH, shuffle=False, verbose=0).history
            run.append(history["loss"][0])
        losses.append(run)
    backend = keras.backend.backend()
    version = f"{keras.__version__} on {backend} {sys.modules[backend].__version__}"
    return {"losses": losses, "version": version}


def measured(backend: str, python: str, steps: int) -> dict:
    """`train` in another process."""
    environment = os.environ | {"KERAS_BACKEND": backend, "PYTHONPATH": str(ROOT)}
    command = [python, __file__, "--worker", "--steps", str(steps)]
    run = subprocess.run(command, env=environment, capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"{backend}: {run.stderr[-800:]}")
    return json.loads(run.stdout.strip().split("\n")[-1])


def main(asked: argparse.Namespace, table: Table) -> None:
    """Measure the rows that are asked for."""
    given = dict(asked.python)
    here = {name: sys.executable for name in BACKENDS if importlib.util.find_spec(name)}
    interpreters = {name: path for name, path in (here | given).items() if name in asked.names}
    wanted = [name for name in interpreters if name in given or not table.done(method=name)]
    if not wanted:
        return
    if "tensorflow" not in here | given:
        sys.exit("All are compared with TensorFlow; name a Python: --python tensorflow=PATH")
    runs = {
        name: measured(name, (here | given)[name], asked.steps)
        for name in dict.fromkeys(["tensorflow", *wanted])
    }
    reference = np.array(runs["tensorflow"]["losses"])
    for backend in wanted:
        losses = np.array(runs[backend]["losses"])
        apart = np.abs(losses / reference - 1)
        for position, seed in enumerate(SEEDS):
            table.put(
                {
                    "method": backend,
                    "seed": seed,
                    "first_loss": losses[position, 0],
                    "last_loss": losses[position, -1],
                    "first_apart": apart[position, 0],
                    "most_apart": apart[position].max(),
                    "steps": asked.steps,
                    "keras": runs[backend]["version"],
                }
            )


if __name__ == "__main__":
    asked = COMMAND.parse_args()
    if asked.worker:
        print(json.dumps(train(asked.steps)))
    else:
        COMMAND.run(main)
