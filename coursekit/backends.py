"""Every method on JAX and on PyTorch: python -m coursekit.backends [jax] [torch]

Each backend gets an environment of its own in _build/backends, which is made once, and runs
tests/backends there.  About five minutes a backend on two cores, most of them compilation.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
import venv
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "_build" / "backends"
COMMON = ("keras", "numpy", "pandas", "pillow", "pooch", "pytest", "safetensors", "scikit-learn")
SMALL = "https://download.pytorch.org/whl/cpu"
"""Wheels of PyTorch without the libraries for GPUs, a tenth of the size; taken where it answers."""

BACKENDS = ("jax", "torch")


def environment(backend: str) -> Path:
    """The Python of the backend's environment, made if it isn't there.

    The backend is the newest that fits the packages of `COMMON`.  What pip's own variables say
    holds too, a constraint for the backend among them.
    Raises CalledProcessError if they cannot be installed.
    """
    folder = FOLDER / backend
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    ready = folder / "ready"
    if not ready.is_file():
        venv.create(folder, with_pip=True, clear=True)
        install = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        index = ("--extra-index-url", SMALL) if backend == "torch" and answers(SMALL) else ()
        subprocess.run([*install, *index, *pinned(), backend], check=True)
        ready.touch()
    return python


def pinned() -> list[str]:
    """The packages of `COMMON` in the versions of requirements.txt."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.partition("==")[0] in COMMON]


def answers(address: str) -> bool:
    """Whether a server is within reach; pip would ask it again and again for each package."""
    try:
        urlopen(address, timeout=10).close()
    except OSError:
        return False
    return True


def test(backend: str) -> dict[str, str | int]:
    """Run tests/backends on a backend: its version, how many tests passed and failed, seconds."""
    python = environment(backend)
    variables = os.environ | {"KERAS_BACKEND": backend, "PYTHONPATH": str(ROOT)}
    ask = f"import {backend}; print({backend}.__version__)"
    version = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True)
    start = time.perf_counter()
    command = [python, "-m", "pytest", "-o", "addopts=", "-q", "tests/backends"]
    run = subprocess.run(command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True)
    print(run.stdout)
    found = {word: int(n) for n, word in re.findall(r"(\d+) (passed|failed|error)", run.stdout)}
    return {
        "backend": backend,
        "version": version.stdout.strip(),
        "passed": found.get("passed", 0),
        "failed": found.get("failed", 0) + found.get("error", 0),
        "seconds": round(time.perf_counter() - start),
        "status": run.returncode,
    }


def main(arguments: list[str] | None = None) -> int:
    """Test the backends that ``arguments`` name, or all; 1 if one of them failed."""
    parser = argparse.ArgumentParser(prog="python -m coursekit.backends", description=__doc__)
    parser.add_argument("backends", nargs="*", metavar="BACKEND", help=", ".join(BACKENDS))
    names = parser.parse_args(arguments).backends or list(BACKENDS)
    if unknown := set(names) - set(BACKENDS):
        parser.error(f"unknown backend {', '.join(sorted(unknown))}; known: {', '.join(BACKENDS)}")
    rows = [test(name) for name in names]
    print(f"{'backend':<10} {'version':<14} {'passed':>6} {'failed':>6} {'seconds':>8}")
    for row in rows:
        print("{backend:<10} {version:<14} {passed:>6} {failed:>6} {seconds:>8}".format(**row))
    return int(any(row["status"] for row in rows))


if __name__ == "__main__":
    sys.exit(main())
