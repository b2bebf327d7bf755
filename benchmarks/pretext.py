"""Measure what a leak does to the turn question: python benchmarks/pretext.py [--seeds N …] [ROW …]

Clothes as they are, with a stamp that tells the turn, and with the stamp covered: the loss, the
answers and the features every 40 steps.  Digits as MNIST comes, and with their half pixels
balanced: the answers by digit.  It needs the packaged samples alone.
Writes course/results/pretext.csv.  About four CPU minutes.
"""

import time
from argparse import Namespace

import keras
from command import Command
from table import Table

from ssl_course import data
from ssl_course.chapters import leaks

CLOTHES = {"honest": lambda images: images, "stamped": leaks.stamped, "covered": leaks.covered}
DIGITS = {"digits": lambda images: images, "balanced": leaks.balanced}
BY_DIGIT = tuple(f"digit_{digit}" for digit in range(10))
KEYS = ("method", "seed", "step")
LOOK = ("loss", "right", "feature_std", "rankme", "probe")
TABLE = Table(
    "pretext",
    KEYS,
    (*KEYS, *LOOK, *BY_DIGIT, "cpu_minutes", "date"),
    whole=("seed", "step"),
)
COMMAND = Command(__doc__, TABLE, (*CLOTHES, *DIGITS), seeds=(0, 1, 2, 3, 4))


def followed(clothes: data.Dataset, name: str, seed: int) -> list[dict]:
    """The rows of a run on clothes, one a look; the last has the cost of all."""
    start = time.process_time()
    _, looks = leaks.followed(CLOTHES[name], clothes, seed)
    looks[-1]["cpu_minutes"] = (time.process_time() - start) / 60
    return [look | {"method": name, "seed": seed, "step": int(look["step"])} for look in looks]


def by_digit(digits: data.Dataset, name: str, seed: int) -> dict:
    """The row of a run on digits."""
    start = time.process_time()
    right = leaks.right_by_digit(DIGITS[name], digits, seed)
    minutes = (time.process_time() - start) / 60
    row = {"method": name, "seed": seed, "step": 8 * len(digits.train.x) // leaks.BATCH}
    row |= {"right": right.mean(), "cpu_minutes": minutes}
    return row | dict(zip(BY_DIGIT, right, strict=True))


def main(asked: Namespace, table: Table) -> None:
    """Measure the rows that are asked for."""
    clothes, digits = data.load("fashion_mnist"), data.load("mnist")
    for seed in asked.seeds:
        for name in asked.names:
            if table.done(method=name, seed=seed):
                continue
            if name in CLOTHES:
                table.put(*followed(clothes, name, seed))
            else:
                table.put(by_digit(digits, name, seed))
            keras.backend.clear_session()


if __name__ == "__main__":
    COMMAND.run(main)
