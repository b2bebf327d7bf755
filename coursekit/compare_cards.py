"""Does a fresh training give what is shipped?

    SSL_COURSE_CHECKPOINTS=fresh python -m ssl_course.pretrain fashion_mnist-simclr
    python -m coursekit.compare_cards fresh/fashion_mnist-simclr.json

Seeds are fixed, but another processor adds in another order, and training amplifies that.  So the
settings have to be the same, and the results alike within the tolerances below.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from ssl_course import data, evaluate
from ssl_course.pretrain import RECIPES, checkpoint, training

SAME = ("recipe", "tensors", "parameters")
"""What a card has to repeat exactly; of the data, the checksum."""
PROBE = 0.02
"""Most that the accuracy of the probe may differ: three standard errors of 2,500 images at 0.88."""
LOSS = 0.2
"""Most that the validation loss may differ, as a share of the shipped one."""
ADVERSARIAL = re.compile(r"gan|adversarial")
"""Recipes with two losses against each other, whose end is no measure."""


def measured(name: str, folder: Path | None = None) -> dict:
    """The shipped card of a recipe, or that in a folder, with the accuracy of a ``probe``.

    The probe is measured anew for both: what cards call so was not always the same.
    """
    method = training.build(RECIPES[name])
    with _checkpoints_in(folder):
        card = checkpoint.load(name, method)
    dataset = RECIPES[name].dataset
    labeled = data.load(dataset, full=data.REGISTRY[dataset].sample is None)
    train = training.first_examples(labeled.train, training.WATCHED_TRAIN)
    test = training.first_examples(labeled.validation, training.WATCHED_VALIDATION)
    encoder = method.encoder
    accuracy = evaluate.ridge_probe(evaluate.embed(encoder, train), evaluate.embed(encoder, test))
    return card | {"probe": accuracy}


@contextlib.contextmanager
def _checkpoints_in(folder: Path | None) -> Iterator[None]:
    """Where checkpoints are read: in a folder, or where the package has them."""
    before = dict(os.environ)
    os.environ.pop(checkpoint.FOLDER_VARIABLE, None)
    if folder is not None:
        os.environ[checkpoint.FOLDER_VARIABLE] = str(folder)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def differences(shipped: dict, fresh: dict) -> list[str]:
    """What is not alike in two cards with their probes, in sentences; empty if all is."""
    found = [f"{key} differs" for key in SAME if shipped[key] != fresh[key]]
    if shipped["data"]["sha256"] != fresh["data"]["sha256"]:
        found.append("the data differ")
    final = fresh["final"]
    found += [f"{name} is {value}" for name, value in final.items() if not math.isfinite(value)]
    pairs = {"probe": (shipped["probe"], fresh["probe"], PROBE)}
    if not ADVERSARIAL.search(shipped["recipe"]["name"]):
        before = shipped["final"]["validation_loss"]
        pairs["validation_loss"] = (before, final["validation_loss"], LOSS * abs(before))
    for name, (before, after, limit) in pairs.items():
        if abs(after - before) > limit:
            found.append(f"{name} is {after:.4g}, shipped {before:.4g}; {limit:.2g} are allowed")
    return found


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("card", type=Path, help="the card that the fresh training wrote")
    path = parser.parse_args(arguments).card
    name = path.stem
    shipped, fresh = measured(name), measured(name, path.parent)
    print(f"{name}: probe {fresh['probe']:.3f}, shipped {shipped['probe']:.3f}")
    found = differences(shipped, fresh)
    print("\n".join(found) or "The training is repeated.")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
