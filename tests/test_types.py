"""The annotations of the package agree with each other."""

import subprocess
import sys


def test_types_fit(root, tmp_path):
    command = [sys.executable, "-m", "mypy", "--cache-dir", tmp_path, "--no-error-summary"]
    found = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout + found.stderr
