"""Kernels that start in half a second: forks of one process that has imported TensorFlow."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
"""Kernels run side by side, one a core; and one thread gives the same bits on every machine."""
INLINE = "module://matplotlib_inline.backend_inline"
SECONDS_TO_START = 180


class KernelServerError(RuntimeError):
    """The process that kernels are forked from did not start, or has ended."""


@contextlib.contextmanager
def forked() -> Iterator[dict[str, str]]:
    """Inside the block, every kernel named ``python3`` that this process starts is a fork.

    Yields the environment that makes it so, for processes started here; this process gets it too.

    Raises
    ------
    KernelServerError : as `server`
    """
    with server() as settings, _environment(settings):
        yield settings


@contextlib.contextmanager
def server() -> Iterator[dict[str, str]]:
    """The environment in which kernels named ``python3`` are forks, as long as the block lasts.

    Where there is no fork (Windows), or with ``COURSEKIT_FRESH_KERNELS`` set, kernels are fresh.

    Raises
    ------
    KernelServerError : the server does not start; its last words are in the message
    """
    settings = {**ONE_THREAD, "MPLBACKEND": INLINE}
    if not hasattr(os, "fork") or os.environ.get("COURSEKIT_FRESH_KERNELS"):
        yield settings
        return
    folder = Path(tempfile.mkdtemp(prefix="kernels-"))  # short, as addresses of sockets must be
    try:
        settings["JUPYTER_PATH"] = os.pathsep.join(
            filter(None, [str(folder), os.environ.get("JUPYTER_PATH")])
        )
        address = folder / "socket"
        _write_spec(folder / "kernels" / "python3", address)
        with open(folder / "log", "w", encoding="utf-8") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "coursekit.run.server", address],
                env={**os.environ, **settings},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            _wait(process, address, folder / "log")
            yield settings
        finally:
            process.terminate()
            process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write_spec(folder: Path, address: Path) -> None:
    folder.mkdir(parents=True)
    client = Path(__file__).with_name("client.py")
    # Without site-packages (-S) and the user's settings (-I) the client starts at once.
    command = [sys.executable, "-I", "-S", str(client), str(address), "-f", "{connection_file}"]
    spec = {
        "argv": command,
        "display_name": "Python 3",
        "language": "python",
        "interrupt_mode": "message",  # a signal would reach the client alone
    }
    (folder / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")


def _wait(process: subprocess.Popen, address: Path, log: Path) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while not address.exists():
        if process.poll() is not None or time.monotonic() > end:
            process.kill()
            words = log.read_text(encoding="utf-8", errors="replace").strip()
            raise KernelServerError(
                f"The process that kernels are forked from did not start: {words[-500:]}\n"
                "Set COURSEKIT_FRESH_KERNELS=1 to do without it."
            )
        time.sleep(0.05)


@contextlib.contextmanager
def _environment(settings: dict[str, str]) -> Iterator[None]:
    """This process's environment with other values, for a while."""
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
