"""Train one method on several Keras backends from the same weights, and compare the losses.

python benchmarks/backends.py [--python jax=PATH] [--python torch=PATH] [--steps 40]

The method is the course's dense autoencoder: nothing in it is random but the first weights, which
NumPy draws.  Every backend runs in a process of its own, with this interpreter if the backend is
installed here or with the one that ``--python`` names; rows of others stay.  Uses the packaged
Fashion-MNIST sample.  Writes course/results/backends.csv.  About two minutes on one core.
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "ssl_course" / "course" / "results" / "backends.csv"
BACKENDS = ("tensorflow", "jax", "torch")
BATCH, SEEDS = 250, (0, 1, 2)


def train(steps: int) -> dict:
    """Losses of a short training on the backend of this process, one list a seed."""
    import keras
    import numpy as np

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--python", action="append", default=[], metavar="BACKEND=PATH")
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        print(json.dumps(train(options.steps)))
        return
    import numpy as np
    from rows import put

    here = {name: sys.executable for name in BACKENDS if importlib.util.find_spec(name)}
    interpreters = here | dict(given.split("=", 1) for given in options.python)
    runs = {name: measured(name, path, options.steps) for name, path in interpreters.items()}
    reference = np.array(runs["tensorflow"]["losses"])
    for backend, run in runs.items():
        losses = np.array(run["losses"])
        apart = np.abs(losses / reference - 1)
        for position, seed in enumerate(SEEDS):
            row = {
                "method": backend,
                "seed": seed,
                "first_loss": losses[position, 0],
                "last_loss": losses[position, -1],
                "first_apart": apart[position, 0],
                "most_apart": apart[position].max(),
                "steps": options.steps,
                "keras": run["version"],
            }
            print(row, flush=True)
            put(row, TABLE, [*row, "date"], ["method", "seed"], digits=17)


if __name__ == "__main__":
    main()
