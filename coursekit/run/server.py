"""A process that has imported what chapters import, and forks itself into a kernel on request.

    python -m coursekit.run.server SOCKET

A fresh kernel spends seven seconds on imports; a fork has them already.  TensorFlow survives the
fork because no operation has run before it, so that this process has one thread.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys

MODULES = (
    "IPython.display",
    "PIL.Image",
    "ipykernel.kernelapp",
    "ipykernel.zmqshell",
    "ipywidgets",
    "keras",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "pandas",
    "pooch",
    "safetensors.numpy",
    "scipy.ndimage",
    "scipy.stats",
    "sklearn.decomposition",
    "sklearn.ensemble",
    "sklearn.feature_extraction.text",
    "sklearn.linear_model",
    "sklearn.manifold",
    "sklearn.metrics",
    "sklearn.neighbors",
    "sklearn.pipeline",
    "sklearn.preprocessing",
    "tensorflow",
)
"""What most chapters import; the course's own package is left out, so that it is always new."""

NOTEBOOK_COLUMNS = 20
"""What pandas shows in a notebook; imported elsewhere, it asks for the width of a terminal."""


def serve(address: str) -> None:
    """Fork a kernel for each connection, until this process is told to end."""
    for module in MODULES:
        importlib.import_module(module)
    gc.freeze()  # collections in the children leave the shared memory alone
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    kernels: dict[int, socket.socket] = {}
    with socket.socket(socket.AF_UNIX) as listener, selectors.DefaultSelector() as ready:
        listener.bind(address)
        listener.listen()
        ready.register(listener, selectors.EVENT_READ)
        try:
            while True:
                for key, _ in ready.select(timeout=0.05):
                    if key.fileobj is listener:
                        client, _ = listener.accept()
                        kernel = _fork(client, (listener, *kernels.values()))
                        kernels[kernel] = client
                        ready.register(client, selectors.EVENT_READ, data=kernel)
                    else:  # the client has nothing more to say: it has ended
                        with contextlib.suppress(ProcessLookupError):
                            os.kill(key.data, signal.SIGKILL)
                        ready.unregister(key.fileobj)
                for kernel, client in list(kernels.items()):
                    ended, status = os.waitpid(kernel, os.WNOHANG)
                    if ended:
                        _bury(client, os.waitstatus_to_exitcode(status))
                        with contextlib.suppress(KeyError):
                            ready.unregister(client)
                        client.close()
                        del kernels[kernel]
        finally:
            for kernel in kernels:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(kernel, signal.SIGKILL)


def _bury(client: socket.socket, status: int) -> None:
    """Tell the client how its kernel ended, if the client is still there."""
    with contextlib.suppress(OSError):
        client.sendall(str(status if status >= 0 else 128 - status).encode())


def _fork(client: socket.socket, others: tuple[socket.socket, ...]) -> int:
    """Turn a copy of this process into the kernel that a client asks for; returns its number."""
    with client.makefile("rb") as stream:
        request = json.loads(stream.readline())
    kernel = os.fork()
    if kernel:
        return kernel
    status = 1
    try:
        for other in (client, *others):
            other.close()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.setsid()  # an interrupt of the kernel must not reach the server
        os.environ.clear()
        os.environ.update(request["environment"])
        os.chdir(request["cwd"])
        _be_kernel(request["arguments"])
        status = 0
    finally:
        os._exit(status)
    return 0


def _be_kernel(arguments: list[str]) -> None:
    import pandas
    from ipykernel.kernelapp import IPKernelApp
    from matplotlib_inline.backend_inline import _enable_matplotlib_integration

    for path in reversed(os.environ.get("PYTHONPATH", "").split(os.pathsep)):
        if path and path not in sys.path:
            sys.path.insert(0, path)
    # The kernel ends with the server; its log would only say that it speaks over TCP.
    settings = [f"--IPKernelApp.parent_handle={os.getppid()}", "--IPKernelApp.log_level=40"]
    kernel = IPKernelApp.instance()
    kernel.initialize([*arguments, *settings])
    _enable_matplotlib_integration()  # pyplot was imported before there was a shell
    pandas.set_option("display.max_columns", NOTEBOOK_COLUMNS)  # so was pandas
    kernel.start()


if __name__ == "__main__":
    serve(sys.argv[1])
