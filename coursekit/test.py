"""Run every test there is: python -m coursekit test [ARGUMENT of pytest…]

Style first, because it fails at once; then the book, whose chapters nbval runs; then pytest, which
judges that run together with the package, the pages and the exercises.
"""

from __future__ import annotations

import os
import subprocess
import sys

from coursekit import ROOT, book
from coursekit.machine import workers
from coursekit.run.kernels import ONE_THREAD


def main(arguments: list[str] | None = None) -> int:
    """Returns 0 if everything passes."""
    os.environ |= ONE_THREAD
    python = [sys.executable, "-m"]
    for check in (["ruff", "check", "--quiet", "."], ["ruff", "format", "--quiet", "--check", "."]):
        if subprocess.run([*python, *check], cwd=ROOT).returncode:
            return 1
    if book.build():
        return 1
    side_by_side = ["-n", str(workers()), "--dist", "loadgroup"]
    return subprocess.run(
        [*python, "pytest", "--quiet", *side_by_side, *(arguments or [])], cwd=ROOT
    ).returncode
