"""Measure what a contributor waits for: python benchmarks/build.py [ROW …]

In a fresh clone: making the environment as pip does it, ``make book`` from
nothing, after one chapter has changed and after nothing has, and ``make test`` after it.  Needs
the package index, ``make`` and a browser.  Writes course/results/build.csv, one row a command and
repetition, with wall and CPU seconds and the machine.  About half an hour a repetition.
"""

import os
import platform
import resource
import shutil
import subprocess
import tempfile
import time
from argparse import Namespace
from pathlib import Path

from command import Command
from table import Table

from ssl_course.data import DataError

ROOT = Path(__file__).parents[1]
CHAPTER = "book/04-mathematics.md"
"""The chapter that changes."""
TABLE = Table(
    "build",
    ("method", "seed"),
    ("method", "seed", "wall_seconds", "cpu_seconds", "machine", "commit", "date"),
    digits=0,
)
COMMAND = Command(
    __doc__, TABLE, ("environment", "book", "unchanged", "changed", "test"), seeds=(0, 1, 2)
)


def machine() -> str:
    """Processor, cores and memory of this machine."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        lines = [
            line
            for line in info.read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ]
        model = lines[0].partition(":")[2].strip() if lines else model
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}; {len(os.sched_getaffinity(0))} cores; {gigabytes:.0f} GiB"


def timed(clone: Path, *command: str) -> dict[str, float]:
    """Wall and CPU seconds of a command in the clone; raises DataError if it fails."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    run = subprocess.run(command, cwd=clone, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if run.returncode:
        words = run.stdout.decode("utf-8", "replace")[-2000:]
        raise DataError(f"{' '.join(command)} failed in a fresh clone; its last words:\n{words}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall_seconds": time.monotonic() - start, "cpu_seconds": cpu}


def prepared(clone: Path, row: str) -> tuple[str, ...]:
    """Bring the clone into the state that a row starts from; returns the row's command."""
    if row == "book":
        shutil.rmtree(clone / "_build", ignore_errors=True)
    if row == "changed":
        source = clone / CHAPTER
        text = source.read_text(encoding="utf-8")
        source.write_text(text.replace("\n```\n", "\nchanged = True\n```\n", 1), encoding="utf-8")
    if row == "test":
        subprocess.run(["git", "checkout", "--quiet", "."], cwd=clone, check=True)
        subprocess.run(["make", "book"], cwd=clone, check=True, capture_output=True)
    return ("make", "env" if row == "environment" else "test" if row == "test" else "book")


def main(asked: Namespace, table: Table) -> None:
    """Measure the rows that are asked for, each repetition in a clone of its own."""
    show = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(show, cwd=ROOT, check=True, capture_output=True, text=True)
    about = {"machine": machine(), "commit": commit.stdout.strip()}
    for seed in asked.seeds:
        if all(table.done(method=name, seed=seed) for name in asked.names):
            continue
        with tempfile.TemporaryDirectory() as folder:
            clone = Path(folder) / "clone"
            subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
            for name in COMMAND.names:
                cost = timed(clone, *prepared(clone, name))
                if name in asked.names:
                    table.put({"method": name, "seed": seed} | cost | about)


if __name__ == "__main__":
    COMMAND.run(main)
