"""Measure the learning curves of chapter 8.2: python benchmarks/catch.py [PART …]

Parts: ``tuning`` (settings, chosen on seed 100 and confirmed on 101, in front of validation digits)
and ``seeds`` (those that are reported, in front of test digits).  A row is a run: the share of
caught balls at 17 times, what can be decoded from the encoder after it, and its CPU minutes.
Packaged data alone.  Writes course/results/catch.csv.  About ten minutes on one free core.
"""

import time
from argparse import Namespace
from collections.abc import Iterator
from functools import partial

import keras
import numpy as np
from command import Command
from table import Table

from ssl_course import data
from ssl_course.chapters import catch

LOOKS = 17
CURVE = [f"caught_{look:02d}" for look in range(LOOKS)]
TABLE = Table(
    "catch",
    ("method", "part", "game", "seed"),
    (
        *("method", "part", "game", "seed", "budget", *CURVE, "nce"),
        *("ball", "paddle", "behind", "game_share", "cpu_minutes", "date"),
    ),
    whole=("seed", "budget"),
    digits=4,
)
COMMAND = Command(__doc__, TABLE, ("tuning", "seeds"), "PART")

SEEDS, TUNING = (0, 1, 2, 3, 4), (100, 101)
BUDGET = {"plain": 10_240, "digits": 16_384}
"""Transitions of a run, on a black background and with digits behind the game."""

SHIFT, WEIGHT = 1, 0.1
"""Pixels of the shift and weight of the contrastive loss, both chosen on a tuning seed."""

RUNS = {
    "plain": ("state", "pixels", "shift", "contrast", "curl"),
    "digits": ("pixels", "shift", "contrast", "curl", "overlay", "overlay_contrast"),
}
TRIED = {"plain": ("contrast_1", "contrast_0.1"), "digits": ("shift_2", "shift_1")}


def methods() -> dict[str, dict]:
    """Settings of `catch.Agent`, by the name of the method."""
    shifted, wide = partial(catch.shift, most=SHIFT), partial(catch.shift, most=2)
    behind = catch.overlay(catch.grey_levels(data.load("fashion_mnist").train.x))
    contrast = {"views": shifted, "contrast": WEIGHT}
    return {
        "state": {},
        "pixels": {},
        "shift": {"augment": shifted},
        "contrast": contrast,
        "curl": {"augment": shifted} | contrast,
        "overlay": {"augment": behind},
        "overlay_contrast": {"augment": behind, "views": behind, "contrast": WEIGHT},
        "contrast_1": {"views": shifted, "contrast": 1.0},
        "contrast_0.1": contrast,
        "shift_2": {"augment": wide},
        "shift_1": {"augment": shifted},
    }


def runs(part: str) -> Iterator[tuple[str, str, int]]:
    """Game, method and seed of every row of a part, in their order."""
    for seed in TUNING if part == "tuning" else SEEDS:
        for game, names in (TRIED if part == "tuning" else RUNS).items():
            for name in names:
                yield game, name, seed


def measured(settings: dict, state: bool, behind: list[np.ndarray | None], seed: int) -> dict:
    """One run; ``behind`` holds what is seen behind the game in training and when it is judged."""
    start = time.process_time()
    keras.utils.set_random_seed(seed)
    encoder = catch.state_encoder() if state else catch.pixel_encoder()
    agent = catch.Agent(encoder, seed=seed, **settings)
    digits = behind[0] is not None
    budget = BUDGET["digits" if digits else "plain"]
    every = budget // (LOOKS - 1)
    looks = catch.play(agent, *behind, transitions=budget, every=every, state=state, seed=seed)
    minutes = (time.process_time() - start) / 60
    row = {"budget": budget, "nce": looks[-1]["nce"], "cpu_minutes": minutes}
    row |= {name: look["caught"] for name, look in zip(CURVE, looks, strict=True)}
    if not state:
        moments = (catch.snapshots(b, seed=200 + k) for k, b in enumerate(behind))
        row |= catch.decoded(encoder, *moments)
    if digits:
        share = catch.shares(encoder, behind[1])
        row |= {"behind": share["behind"], "game_share": share["game"]}
    return row


def main(asked: Namespace, table: Table) -> None:
    """Measure the rows that are asked for."""
    settings, digits = methods(), data.load("mnist")
    for part in asked.names:
        judged = digits.validation if part == "tuning" else digits.test
        pictures = [catch.grey_levels(split.x) for split in (digits.train, judged)]
        for game, name, seed in runs(part):
            key = {"method": name, "part": part, "game": game, "seed": seed}
            if table.done(**key):
                continue
            behind = pictures if game == "digits" else [None, None]
            table.put(key | measured(settings[name], name == "state", behind, seed))
            keras.backend.clear_session()


if __name__ == "__main__":
    COMMAND.run(main)
