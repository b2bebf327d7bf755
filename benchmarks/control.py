"""Measure the learning curves of chapter 8.2: python benchmarks/control.py [PART …]

Parts: ``tuning`` (settings, chosen on seed 100 and confirmed on 101, in front of validation digits)
and ``seeds`` (those that are reported, in front of test digits); without a part, both.  Packaged
data alone.  Writes course/results/control.csv after every run, with the date; the rows of the
other part stay.
A row is a run: the share of caught balls at 17 times, what can be decoded from the encoder
after it, and its CPU minutes.  About ten minutes on one free core.
"""

import time
from functools import partial
from pathlib import Path

import keras
from rows import measure_parts, put

from ssl_course import data
from ssl_course.chapters import catch

TABLE = Path(__file__).parents[1] / "ssl_course/course/results" / "control.csv"
LOOKS = 17
CURVE = [f"caught_{look:02d}" for look in range(LOOKS)]
COLUMNS = ["method", "part", "game", "seed", "budget", *CURVE, "nce"]
COLUMNS += ["ball", "paddle", "behind", "game_share", "cpu_minutes", "date"]

SEEDS, TUNING = (0, 1, 2, 3, 4), (100, 101)
BUDGET = {"plain": 10_240, "digits": 16_384}
"""Transitions of a run, on a black background and with digits behind the game."""

SHIFT, WEIGHT = 1, 0.1
"""Pixels of the shift and weight of the contrastive loss, both chosen on a tuning seed."""

MNIST, CLOTHES = data.load("mnist"), data.load("fashion_mnist")
SHIFTED = partial(catch.shift, most=SHIFT)
BEHIND = catch.overlay(catch.grey_levels(CLOTHES.train.x))

METHODS = {
    "state": {},
    "pixels": {},
    "shift": {"augment": SHIFTED},
    "contrast": {"views": SHIFTED, "contrast": WEIGHT},
    "curl": {"augment": SHIFTED, "views": SHIFTED, "contrast": WEIGHT},
    "overlay": {"augment": BEHIND},
    "overlay_contrast": {"augment": BEHIND, "views": BEHIND, "contrast": WEIGHT},
}
"""Settings of `catch.Agent`, one method each."""

RUNS = {
    "plain": ("state", "pixels", "shift", "contrast", "curl"),
    "digits": ("pixels", "shift", "contrast", "curl", "overlay", "overlay_contrast"),
}

WIDE = partial(catch.shift, most=2)
TRIED = {
    ("plain", "contrast_1"): {"views": SHIFTED, "contrast": 1.0},
    ("plain", "contrast_0.1"): METHODS["contrast"],
    ("digits", "shift_2"): {"augment": WIDE},
    ("digits", "shift_1"): METHODS["shift"],
}


def measure(part: str, game: str, method: str, settings: dict, seed: int) -> None:
    start = time.process_time()
    keras.utils.set_random_seed(seed)
    state, digits = method == "state", game == "digits"
    encoder = catch.state_encoder() if state else catch.pixel_encoder()
    agent = catch.Agent(encoder, seed=seed, **settings)
    judged = MNIST.validation if part == "tuning" else MNIST.test
    behind = [catch.grey_levels(s.x) if digits else None for s in (MNIST.train, judged)]
    budget = BUDGET[game]
    every = budget // (LOOKS - 1)
    rows = catch.play(agent, *behind, transitions=budget, every=every, state=state, seed=seed)
    minutes = (time.process_time() - start) / 60
    row = {"part": part, "game": game, "method": method, "seed": seed, "budget": budget}
    row |= {name: look["caught"] for name, look in zip(CURVE, rows, strict=True)}
    row |= {"nce": rows[-1]["nce"], "cpu_minutes": minutes}
    if not state:
        moments = (catch.snapshots(b, seed=200 + k) for k, b in enumerate(behind))
        row |= catch.decoded(encoder, *moments)
    if digits:
        share = catch.shares(encoder, behind[1])
        row |= {"behind": share["behind"], "game_share": share["game"]}
    store(row)
    keras.backend.clear_session()


def tuning() -> None:
    for seed in TUNING:
        for (game, method), settings in TRIED.items():
            measure("tuning", game, method, settings, seed)


def seeds() -> None:
    for seed in SEEDS:
        for game, methods in RUNS.items():
            for method in methods:
                measure("seeds", game, method, METHODS[method], seed)


PARTS = {"tuning": tuning, "seeds": seeds}


def store(row: dict) -> None:
    """Put a row into the table in place of the one that it repeats."""
    print({key: value for key, value in row.items() if key not in CURVE}, flush=True)
    put(row, TABLE, COLUMNS, ["part", "game", "method", "seed"], digits=4)


if __name__ == "__main__":
    measure_parts(__doc__, PARTS)
