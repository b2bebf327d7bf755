"""Train recipes: python -m ssl_course.pretrain [NAME …]

Without a name: every recipe whose checkpoint is missing, altered or stale.
An interrupted run (Ctrl-C) goes on where it stopped when the command is given again.
"""

import argparse
import sys
import traceback

from ssl_course.data import DataError
from ssl_course.pretrain import RECIPES, CheckpointError, pretrain, problem


def main(arguments: list[str] | None = None) -> int:
    """Train what ``arguments`` name; 1 if a recipe failed, 130 if interrupted, else 0."""
    parser = argparse.ArgumentParser(prog="python -m ssl_course.pretrain", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(RECIPES))
    names = parser.parse_args(arguments).names
    if unknown := set(names) - RECIPES.keys():
        parser.error(f"unknown recipe {', '.join(sorted(unknown))}; known: {', '.join(RECIPES)}")
    trained: set[str] = set()
    try:
        return _train(names or [name for name in RECIPES if problem(name)], trained)
    except KeyboardInterrupt:
        rest = [name for name in names if name not in trained]
        again = " ".join(["python -m ssl_course.pretrain", *rest])
        print(f"\nInterrupted. Go on with: {again}")
        return 130


def _train(names: list[str], trained: set[str]) -> int:
    """Train one after the other, whatever becomes of the others; ``trained`` gets their names."""
    if not names:
        print("Every checkpoint is valid; nothing to train.")
    failed = []
    for name in names:
        print(f"Training {name}")
        try:
            final = pretrain(name, "full").card["final"]
        except (DataError, CheckpointError) as error:
            print(f"{name}: {error}", file=sys.stderr)
            failed.append(name)
        except Exception:  # a fault of one recipe's code, or memory that does not suffice
            traceback.print_exc()
            failed.append(name)
        else:
            trained.add(name)
            print(", ".join(f"{metric} {value:.4f}" for metric, value in final.items()))
    if failed:
        print(
            f"{len(failed)} of {len(names)} recipes failed: {', '.join(failed)}. When the causes "
            f"are mended: python -m ssl_course.pretrain {' '.join(failed)}",
            file=sys.stderr,
        )
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
