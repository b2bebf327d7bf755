"""Write the TensorBoard logs that chapter 7 shows: python benchmarks/logs.py

Trains the recipe `fashion_mnist-simclr` once more, as `ssl_course.pretrain` does, and logs what it
measures after each epoch, with histograms of the representation and of the first kernel, and at
the end test images for the projector.  Needs the full Fashion-MNIST (download, cache or mirror).
Replaces ssl_course/course/logs/simclr (or ``--folder``) at the end, when all is written.  About
four minutes on one core.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from sklearn.decomposition import PCA

from ssl_course import data, evaluate
from ssl_course.chapters import events
from ssl_course.pretrain import RECIPES, training

RECIPE = RECIPES["fashion_mnist-simclr"]
FOLDER = Path(events.__file__).parents[1] / "course" / "logs" / "simclr"
SHOWN, COMPONENTS = 400, 50
"""Images for the projector, and how many principal components of each: all would be 4 MB."""
SCALARS = ("loss", "validation_loss", "feature_std", "rank_me", "probe_accuracy")


COMMAND = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
COMMAND.add_argument("--folder", type=Path, default=FOLDER, help="write there instead")


def write(folder: Path) -> None:
    """Train, and write all logs into ``folder``."""
    clothes = data.load("fashion_mnist", full=True)
    method = training.build(RECIPE, clothes)
    with tf.summary.create_file_writer(str(folder)).as_default():
        histograms(method, clothes, 0)
        for epoch in range(RECIPE.epochs):
            measured = training.run_epoch(RECIPE, clothes, method, epoch)
            for name in SCALARS:
                events.scalar(name, measured[name], epoch + 1)
            histograms(method, clothes, epoch + 1)
            print(epoch + 1, {name: round(measured[name], 3) for name in SCALARS}, flush=True)
    shown = training.first_examples(clothes.test, SHOWN)
    names = [clothes.classes[label] for label in shown.y]
    leading = PCA(COMPONENTS).fit_transform(evaluate.embed(method.encoder, shown).x)
    events.embeddings(folder, leading, names, shown.x)


def histograms(method: keras.Model, clothes: data.Dataset, epoch: int) -> None:
    """Log how representation and first kernel are distributed."""
    watched = training.first_examples(clothes.validation, 500)
    events.histogram("representation", evaluate.embed(method.encoder, watched).x, epoch)
    kernel = method.encoder.trainable_variables[0]
    events.histogram(f"first {kernel.name}", np.asarray(kernel), epoch)


def main(folder: Path) -> None:
    """Put new logs in the place of those of ``folder``."""
    with tempfile.TemporaryDirectory() as scratch:
        new = Path(scratch) / "logs"
        try:
            write(new)
        except data.DataError as error:
            sys.exit(f"{COMMAND.prog}: {error}")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(new, folder)


if __name__ == "__main__":
    main(COMMAND.parse_args().folder)
