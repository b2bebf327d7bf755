"""A short run, looked at closely: what the collapse experiments of the chapters use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import keras
import numpy as np

from ssl_course.data import Dataset
from ssl_course.diagnose import feature_std, rank_me
from ssl_course.evaluate import embed, measure_statistics, ridge_probe
from ssl_course.pretrain.training import first_examples

Measure = TypeVar("Measure")

LOOKS = ("step", "loss", "feature_std", "rank_me", "probe_accuracy")
LABELED = 1000
MEASURED = 2000
"""Images by which the batch statistics of the untrained encoder are measured."""


def watch(
    method: keras.Model,
    dataset: Dataset,
    steps: int = 60,
    every: int = 10,
    batch_size: int = 256,
    learning_rate: float = 1e-3,
    seed: int = 0,
) -> dict[str, list[float]]:
    """Train a method for some steps and look at it before the first and after every ``every``.

    Returns ``{"step", "loss", "feature_std", "rank_me", "probe_accuracy"}``, one value a look.
    ``loss`` is the mean over the steps since the last look (the first: nan).  The other three
    are measured on representations of validation images, the probe with 1,000 labels.  Before
    the first look the batch normalizations measure their statistics (`measure_statistics`), so
    that the first look shows what random weights are worth.

    The same seed, method and data give the same run.  Nothing is stored.
    Raises ValueError if ``every · batch_size`` is more than the data set has; with the default
    ``every`` the 2,500 digits of the MNIST sample need smaller batches.
    """
    if every * batch_size > len(dataset.unlabeled):
        raise ValueError(
            f"{every} steps of {batch_size} images are more than the {len(dataset.unlabeled):,} "
            f"there are; look more often (every) or take smaller batches (batch_size)"
        )
    method.compile(keras.optimizers.Adam(learning_rate))
    method(dataset.unlabeled[:2])  # builds what is not built yet
    method.optimizer.build(method.trainable_variables)
    measure_statistics(method.encoder, dataset.unlabeled[:MEASURED])
    random = np.random.default_rng(seed)
    train, validation = (
        first_examples(split, LABELED) for split in (dataset.train, dataset.validation)
    )
    history: dict[str, list[float]] = {name: [] for name in LOOKS}
    loss = float("nan")
    for step in range(0, steps + 1, every):
        if step > 0:
            chosen = random.choice(len(dataset.unlabeled), every * batch_size, replace=False)
            images = dataset.unlabeled[chosen]
            fitted = method.fit(images, batch_size=batch_size, shuffle=False, verbose=0)
            loss = fitted.history["loss"][0]
        seen = embed(method.encoder, validation)
        accuracy = ridge_probe(embed(method.encoder, train), seen)
        look = (step, loss, feature_std(seen.x), rank_me(seen.x), accuracy)
        for values, value in zip(history.values(), look, strict=True):
            values.append(float(value))
    return history


def quick_probe(measures: Mapping[str, Measure]) -> Measure:
    """The linear probe of a run's history, or of its last epoch: ``card["history" or "final"]``.

    A run measures `evaluate.ridge_probe` and calls it ``probe_accuracy``, as `watch` does.
    The cards that came with the course's first release hold ``raw_probe_accuracy`` instead: the
    same ridge regression on representations that were neither centered nor scaled.  That is
    some points lower, so the two may not be compared.
    """
    return measures["probe_accuracy" if "probe_accuracy" in measures else "raw_probe_accuracy"]
