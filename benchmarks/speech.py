"""Measure the rows of chapter 6.3's table: python benchmarks/speech.py [ROW …]

Needs the Free Spoken Digit Dataset (cache or mirror).  Writes course/results/speech.csv: for each
pair of unseen speakers (a fold), a line for a row and each way to pool its sequence.  About ten
minutes on two cores.
"""

import time
from argparse import Namespace
from dataclasses import replace

import keras
import numpy as np
from command import Command
from table import Table

from ssl_course import evaluate, networks
from ssl_course.data import Dataset, Split, speech
from ssl_course.pretrain import RECIPES, pretrain, training

POOLS = {"mean": speech.mean_and_std, "order": speech.in_order}
METHODS = ("cpc", "cpc_other", "gan")
RANDOM = {"random": "cpc", "random_gan": "gan"}
TABLE = Table(
    "speech",
    ("method", "fold"),
    (
        *("method", "size", "speaker", "word", "word_validation"),
        *(f"few_{size}{end}" for size in evaluate.LABELS_PER_CLASS for end in ("", "_std")),
        *("parameters", "cpu_minutes", "fold", "seed", "date"),
    ),
    whole=("fold", "seed", "parameters"),
    order=lambda row: (row["method"], int(row["fold"])),
)
COMMAND = Command(__doc__, TABLE, ("log_mel", "mfcc", *RANDOM, *METHODS, "supervised"))
COMMAND.add_argument("--folds", nargs="+", type=int, default=list(range(len(speech.FOLDS))))
WORD_DRAWS = 3
"""How often the ten words are split into five to learn a speaker from and five to test on."""


def sequences(method: keras.Model, images: np.ndarray) -> np.ndarray:
    """The contexts of a method's encoder for pictures: (n, T, d)."""
    encoder = method.encoder
    frames = keras.Model(encoder.input, encoder.get_layer("contexts").output)
    return frames.predict(images, batch_size=500, verbose=0)


def trained(name: str, number: int, dataset: Dataset) -> tuple[keras.Model, float]:
    """The method for a fold and its CPU minutes; that of the first fold is the checkpoint."""
    recipe = RECIPES[f"spoken_digits-{name}"]
    if number == 0:
        method = pretrain(recipe.name)
        return method, method.card["cpu_seconds"] / 60
    start = time.process_time()
    method = training.build(replace(recipe, seed=number), dataset)
    method.fit(dataset.unlabeled, batch_size=recipe.batch_size, epochs=recipe.epochs, verbose=0)
    return method, (time.process_time() - start) / 60


def untrained(name: str, number: int, dataset: Dataset) -> keras.Model:
    """The method with random weights; batch statistics, where there are some, are measured."""
    method = training.build(replace(RECIPES[f"spoken_digits-{name}"], seed=number))
    evaluate.measure_statistics(method.encoder, dataset.unlabeled)
    return method


def supervised(number: int, dataset: Dataset) -> tuple[keras.Model, float]:
    """The encoder and a linear classifier trained on the words; stops by the validation speaker."""
    start = time.process_time()
    keras.utils.set_random_seed(number)
    encoder = networks.speech_encoder()
    words = keras.layers.Dense(10, activation="softmax")(encoder.output)
    model = keras.Model(encoder.input, words)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    stop = keras.callbacks.EarlyStopping("val_accuracy", patience=3, restore_best_weights=True)
    data = {"validation_data": (dataset.validation.x, dataset.validation.y)}
    settings = {"batch_size": 60, "epochs": 12, "callbacks": [stop], "verbose": 0}
    model.fit(dataset.train.x, dataset.train.y, **data, **settings)
    return model, (time.process_time() - start) / 60


def word_probe(features: np.ndarray, clips: speech.Clips, unseen: tuple[str, str]) -> dict:
    """Which digit?  Learned from three speakers, settings from a fourth, tested on two others."""
    strange = np.isin(clips.speaker, unseen)
    chooses = clips.speaker == speech.VALIDATION[unseen[0]]
    known = clips.take >= speech.OFFICIAL_TEST
    parts = (~strange & ~chooses & known, chooses & known, strange)
    train, validation, test = (Split(features[part], clips.digit[part]) for part in parts)
    scores = evaluate.linear_probe(train, validation, test, iterations=200)
    row = {"word": scores["accuracy"], "word_validation": scores["validation_accuracy"]}
    for per_class, (mean, deviation) in evaluate.few_label_curve(train, test).items():
        row |= {f"few_{per_class}": mean, f"few_{per_class}_std": deviation}
    return row


def speaker_probe(features: np.ndarray, clips: speech.Clips, draw: int) -> float:
    """Who speaks?  Learned from five words (takes 5 to 9), tested on the others (takes 0 to 4)."""
    words = np.random.default_rng(draw).permutation(10)
    names = np.unique(clips.speaker, return_inverse=True)[1]
    few = (clips.take >= speech.OFFICIAL_TEST) & (clips.take < 2 * speech.OFFICIAL_TEST)
    parts = (
        np.isin(clips.digit, words[:4]) & few,
        (clips.digit == words[4]) & few,
        np.isin(clips.digit, words[5:]) & (clips.take < speech.OFFICIAL_TEST),
    )
    splits = [Split(features[part], names[part]) for part in parts]
    return evaluate.linear_probe(*splits, iterations=200)["accuracy"]


def probes(
    sequence: np.ndarray,
    length: np.ndarray,
    pool: str,
    clips: speech.Clips,
    unseen: tuple[str, str],
) -> dict:
    """Both probes of one pooled sequence; every feature scaled to the spread it has in pretraining.

    ``length`` counts the steps of each sequence that hold sound.
    """
    features = POOLS[pool](sequence, length).astype("float32")
    seen = features[~np.isin(clips.speaker, unseen) & (clips.take >= speech.OFFICIAL_TEST)]
    features = (features - seen.mean(axis=0)) / (seen.std(axis=0) + 1e-3)
    speakers = [speaker_probe(features, clips, draw) for draw in range(WORD_DRAWS)]
    return {
        "size": features.shape[1],
        "speaker": np.mean(speakers),
        **word_probe(features, clips, unseen),
    }


def measured(row: str, number: int, clips: speech.Clips, images: np.ndarray) -> list[dict]:
    """Lines of the table for one kind of features and one fold."""
    unseen = speech.FOLDS[number]
    length = speech.lengths(images)
    minutes, parameters = 0.0, 0
    if row == "log_mel":
        sequence = images[..., 0]
    elif row == "mfcc":
        sequence = speech.cepstra(images)
    elif row == "supervised":
        dataset = speech.fold(unseen)
        model, minutes = supervised(number, dataset)
        scores = {"word": evaluate.accuracy(model, dataset.test), "cpu_minutes": minutes}
        return [{"method": row, "parameters": model.count_params(), **scores}]
    else:
        dataset = speech.fold(unseen)
        if row in RANDOM:
            method = untrained(RANDOM[row], number, dataset)
        else:
            method, minutes = trained(row, number, dataset)
        sequence, parameters = sequences(method, images), method.encoder.count_params()
        length = -(-length * sequence.shape[1] // images.shape[1])
    common = {"parameters": parameters, "cpu_minutes": minutes}
    return [
        {"method": f"{row}_{pool}"} | probes(sequence, length, pool, clips, unseen) | common
        for pool in POOLS
    ]


def main(asked: Namespace, table: Table) -> None:
    """Measure the rows that are asked for."""
    clips = speech.clips("fsdd")
    images = speech.pictures(clips)
    for number in asked.folds:
        for row in asked.names:
            first = row if row == "supervised" else f"{row}_mean"
            if table.done(method=first, fold=number):
                continue
            lines = measured(row, number, clips, images)
            table.put(*(line | {"fold": number, "seed": number} for line in lines))


if __name__ == "__main__":
    COMMAND.run(main)
