"""Measure the learning curves of chapter 8.2: python benchmarks/catch.py [PART …]

Parts: ``tuning`` (settings, chosen on seed 100 and confirmed on 101, in front of validation
digits), ``rates`` (three learning rates for every arm, on the same two seeds), ``seeds`` (what is
reported, in front of test digits), and ``alone`` (the contrastive loss without a reward).  A row
is a run: the share of caught balls at 17 times, what can be decoded from the encoder after it,
and its CPU minutes.  Packaged data alone.  Writes course/results/catch.csv.  About an hour on one
free core.
"""

import time
from argparse import Namespace
from collections.abc import Iterator
from functools import partial
from typing import Any

import keras
import numpy as np
from command import Command
from table import Table

from ssl_course import data
from ssl_course.chapters import catch
from ssl_course.chapters.catch.game import View

LOOKS = 17
CURVE = [f"caught_{look:02d}" for look in range(LOOKS)]
TABLE = Table(
    "catch",
    ("method", "part", "game", "seed", "rate"),
    (
        *("method", "part", "game", "seed", "rate", "budget", *CURVE, "nce"),
        *("ball", "paddle", "behind", "game_share", "cpu_minutes", "date"),
    ),
    whole=("seed", "budget"),
    digits=4,
)
COMMAND = Command(__doc__, TABLE, ("tuning", "alone", "seeds", "rates"), "PART")

SEEDS, TUNING = tuple(range(30)), (100, 101)
BUDGET = {"plain": 10_240, "digits": 16_384}
"""Transitions of a run, on a black background and with digits behind the game."""

SHIFT, WEIGHT, RATE = 1, 0.1, 1e-3
"""Pixels of the shift, weight of the contrastive loss, and learning rate."""
RATES = (5e-4, 1e-3, 2e-3)

ARMS = ("pixels", "shift", "contrast", "curl")
RUNS = {
    "plain": ("state", *ARMS, "pretrained"),
    "digits": (*ARMS, "overlay", "overlay_contrast", "overlay_pretrained"),
}
TRIED = {"plain": ("contrast_1", "contrast_0.1"), "digits": ("shift_2", "shift_1")}
RATED = {"plain": ARMS, "digits": (*ARMS, "overlay", "overlay_contrast")}
ALONE = {
    "plain": ("untrained", "alone", "alone_no_views", "alone_own_keys"),
    "digits": ("untrained", "alone", "alone_overlay"),
}
ORDER = {
    "tuning": (TUNING, TRIED, (RATE,)),
    "rates": (TUNING, RATED, RATES),
    "seeds": (SEEDS, RUNS, (RATE,)),
    "alone": (SEEDS[:10], ALONE, (RATE,)),
}
"""Seeds, methods by game, and learning rates of each part."""


def methods() -> dict[str, dict]:
    """Settings of a `Run`, by the name of the method."""
    shifted, wide = partial(catch.shift, most=SHIFT), partial(catch.shift, most=2)
    behind = catch.overlay(catch.grey_levels(data.load("fashion_mnist").train.x))
    contrast = {"views": shifted, "contrast": WEIGHT}
    return {
        "state": {"state": True},
        "pixels": {},
        "shift": {"augment": shifted},
        "contrast": contrast,
        "curl": {"augment": shifted} | contrast,
        "pretrained": {"before": shifted},
        "overlay": {"augment": behind},
        "overlay_contrast": {"augment": behind, "views": behind, "contrast": WEIGHT},
        "overlay_pretrained": {"before": behind},
        "contrast_1": {"views": shifted, "contrast": 1.0},
        "contrast_0.1": contrast,
        "shift_2": {"augment": wide},
        "shift_1": {"augment": shifted},
        "alone": {"before": shifted},
        "alone_no_views": {"before": catch.keep},
        "alone_own_keys": {"before": shifted, "own_keys": True},
        "alone_overlay": {"before": behind},
        "untrained": {},
    }


def rows(part: str) -> Iterator[dict]:
    """The keys of every row of a part, in their order: seed by seed, each with all methods."""
    seeds, games, rates = ORDER[part]
    for seed in seeds:
        for game, names in games.items():
            for name in names:
                for rate in rates:
                    key = {"method": name, "part": part, "game": game}
                    yield key | {"seed": seed, "rate": rate}


class Run:
    """An agent, with the pretraining before its first reward if ``before`` (a view) is given.

    It starts again with each seed: what TensorFlow has compiled serves all of them.
    """

    def __init__(
        self,
        before: View | None = None,
        own_keys: bool = False,
        state: bool = False,
        **settings: Any,
    ):
        self.before, self.own_keys, self.state = before, own_keys, state
        self.settings = settings
        self.agent, self.contrast = None, None

    def begin(self, seed: int) -> None:
        """Weights, optimizer and random numbers of a new run."""
        keras.utils.set_random_seed(seed)
        encoder = catch.state_encoder() if self.state else catch.pixel_encoder()
        agent = catch.Agent(encoder, seed=seed, **self.settings)
        contrast = catch.Contrast(encoder, self.own_keys) if self.before else None
        if self.agent is None:
            self.agent, self.contrast = agent, contrast
            return
        copy(agent.variables, self.agent.variables)
        self.agent.random = agent.random
        if contrast is not None:
            copy(contrast.weights, self.contrast.weights)
            copy(contrast.optimizer.variables, self.contrast.optimizer.variables)

    def pretrain(self, digits: np.ndarray | None, seed: int) -> float | None:
        """The contrastive loss without a reward, if the run has it before the game."""
        if self.before is None:
            return None
        loss = catch.without_reward(self.contrast, digits, self.before, seed=seed)
        copy(self.agent.encoder.weights, self.agent.target_encoder.weights)
        return loss

    def play(self, behind: list[np.ndarray | None], budget: int, seed: int) -> list[dict]:
        """What `catch.play` says of the agent."""
        every = budget // (LOOKS - 1)
        settings = {"transitions": budget, "every": every, "state": self.state, "seed": seed}
        return catch.play(self.agent, *behind, **settings)


def copy(sources: list[keras.Variable], goals: list[keras.Variable]) -> None:
    """Give each variable the value of its source."""
    for source, goal in zip(sources, goals, strict=True):
        goal.assign(source)


def measured(run: Run, key: dict, behind: list[np.ndarray | None]) -> dict:
    """One row; ``behind`` holds what is seen behind the game in training and when it is judged."""
    start = time.process_time()
    seed = key["seed"]
    run.begin(seed)
    row = {"nce": run.pretrain(behind[0], seed)}
    if key["part"] != "alone":
        row["budget"] = BUDGET[key["game"]]
        looks = run.play(behind, row["budget"], seed)
        row |= {name: look["caught"] for name, look in zip(CURVE, looks, strict=True)}
        row["nce"] = looks[-1]["nce"]
    row["cpu_minutes"] = (time.process_time() - start) / 60
    if not run.state:
        moments = (catch.snapshots(b, seed=200 + k) for k, b in enumerate(behind))
        row |= catch.decoded(run.agent.encoder, *moments)
    if behind[0] is not None:
        share = catch.shares(run.agent.encoder, behind[1])
        row |= {"behind": share["behind"], "game_share": share["game"]}
    return key | row


def main(asked: Namespace, table: Table) -> None:
    """Measure the rows that are asked for."""
    settings, digits, started = methods(), data.load("mnist"), {}
    for part in asked.names:
        judged = digits.validation if part in ("tuning", "rates") else digits.test
        pictures = [catch.grey_levels(split.x) for split in (digits.train, judged)]
        for key in rows(part):
            if table.done(**key):
                continue
            arm = key["method"], key["game"], key["rate"]
            if arm not in started:
                started[arm] = Run(**settings[arm[0]], rate=key["rate"])
            behind = pictures if key["game"] == "digits" else [None, None]
            table.put(measured(started[arm], key, behind))


if __name__ == "__main__":
    COMMAND.run(main)
