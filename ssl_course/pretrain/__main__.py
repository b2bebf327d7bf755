"""Train recipes: python -m ssl_course.pretrain [NAME …]

Without a name: every recipe whose checkpoint is missing, altered or stale.
An interrupted run (Ctrl-C) goes on where it stopped when the command is given again.
"""

import argparse
import sys

from ssl_course.data import DataError
from ssl_course.pretrain import RECIPES, CheckpointError, pretrain, problem


def main(arguments: list[str] | None = None) -> int:
    """Train what ``arguments`` name; 1 if a recipe failed, 130 if interrupted, else 0."""
    parser = argparse.ArgumentParser(prog="python -m ssl_course.pretrain", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(RECIPES))
    names = parser.parse_args(arguments).names
    if unknown := set(names) - RECIPES.keys():
        parser.error(f"unknown recipe {', '.join(sorted(unknown))}; known: {', '.join(RECIPES)}")
    names = names or [name for name in RECIPES if problem(name)]
    failed = 0
    if not names:
        print("Every checkpoint is valid; nothing to train.")
    for name in names:
        print(f"Training {name}")
        try:
            final = pretrain(name, "full").card["final"]
        except (DataError, CheckpointError) as error:
            print(f"{name}: {error}", file=sys.stderr)
            failed = 1
            continue
        except KeyboardInterrupt:
            print(f"\nInterrupted. Go on with: python -m ssl_course.pretrain {name}")
            return 130
        print(", ".join(f"{metric} {value:.4f}" for metric, value in final.items()))
    return failed


if __name__ == "__main__":
    sys.exit(main())
