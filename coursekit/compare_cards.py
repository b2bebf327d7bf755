"""Does a fresh training give what is shipped?

    SSL_COURSE_CHECKPOINTS=fresh python -m ssl_course.pretrain fashion_mnist-simclr
    python -m coursekit.compare_cards fresh/fashion_mnist-simclr.json

Seeds are fixed, but another processor adds in another order, and training amplifies that.  So the
settings have to be the same, and the results alike within the tolerances below.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
from pathlib import Path

from ssl_course.pretrain import read_card

SAME = ("recipe", "tensors", "parameters")
"""What a card has to repeat exactly; of the data, the checksum."""
PROBE = 0.02
"""Most that the accuracy of the probe may differ: three standard errors of 2,500 images at 0.88."""
LOSS = 0.2
"""Most that the validation loss may differ, as a share of the shipped one."""
ADVERSARIAL = re.compile(r"gan|adversarial")
"""Recipes with two losses against each other, whose end is no measure."""


def differences(shipped: dict, fresh: dict) -> list[str]:
    """What is not alike, in sentences; empty if the training is repeated."""
    found = [f"{key} differs" for key in SAME if shipped[key] != fresh[key]]
    if shipped["data"]["sha256"] != fresh["data"]["sha256"]:
        found.append("the data differ")
    before, after = shipped["final"], fresh["final"]
    found += [f"{name} is {value}" for name, value in after.items() if not math.isfinite(value)]
    limits = {"probe_accuracy": PROBE}
    if not ADVERSARIAL.search(shipped["recipe"]["name"]):
        limits["validation_loss"] = LOSS * abs(before["validation_loss"])
    for name, limit in limits.items():
        if abs(after[name] - before[name]) > limit:
            found.append(
                f"{name} is {after[name]:.4g}, shipped {before[name]:.4g}; {limit:.2g} are allowed"
            )
    return found


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("card", type=Path, help="the card that the fresh training wrote")
    path = parser.parse_args(arguments).card
    fresh = json.loads(path.read_text(encoding="utf-8"))
    shipped = read_card(path.stem)
    for name, value in shipped["final"].items():
        print(f"{name:16} shipped {value:10.4g}   fresh {fresh['final'].get(name, math.nan):10.4g}")
    found = differences(shipped, fresh)
    print("\n".join(found) or "The training is repeated.")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
