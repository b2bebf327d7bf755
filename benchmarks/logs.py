"""Write the TensorBoard logs that chapter 7 shows: python benchmarks/logs.py

Trains the recipe `fashion_mnist-simclr` once more, as `ssl_course.pretrain` does, and logs what it
measures after each epoch, with histograms of the representation and of the first kernel, and at
the end test images for the projector.  Needs the full Fashion-MNIST (download, cache or mirror).
Replaces ssl_course/course/logs/simclr.  About four minutes on one core.
"""

import shutil
from pathlib import Path

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


def main() -> None:
    clothes = data.load("fashion_mnist", full=True)
    method = training.build(RECIPE, clothes)
    shutil.rmtree(FOLDER, ignore_errors=True)
    with tf.summary.create_file_writer(str(FOLDER)).as_default():
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
    events.embeddings(FOLDER, leading, names, shown.x)


def histograms(method, clothes: data.Dataset, epoch: int) -> None:
    watched = training.first_examples(clothes.validation, 500)
    events.histogram("representation", evaluate.embed(method.encoder, watched).x, epoch)
    kernel = method.encoder.trainable_variables[0]
    events.histogram(f"first {kernel.name}", np.asarray(kernel), epoch)


if __name__ == "__main__":
    main()
