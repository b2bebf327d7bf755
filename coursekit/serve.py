"""Show the built pages in a browser, on this machine only: python -m coursekit.serve"""

from __future__ import annotations

import argparse
import errno
import os
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from coursekit import ROOT

PAGES = ROOT / "_build" / "html"
START = "book/intro.html"
ADDRESS = "127.0.0.1"
PORT, TRIES = 8000, 100


class Server(ThreadingHTTPServer):
    daemon_threads = True
    # Windows would let two servers have one port; elsewhere this only spares a wait.
    allow_reuse_address = os.name != "nt"


class Handler(SimpleHTTPRequestHandler):
    def log_message(self, *_) -> None:
        """No line for each file that the browser asks for."""


def server(pages: Path, port: int = PORT) -> Server:
    """A server of a folder, on the first free port from ``port`` on; SystemExit if none is."""
    handler = partial(Handler, directory=str(pages))
    for number in range(port, min(port + TRIES, 65536)):
        try:
            return Server((ADDRESS, number), handler)
        except OSError as error:  # Windows says EACCES of a port that it reserves
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
    raise SystemExit(f"No free port from {port} on. Name another one: --port 9000")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m coursekit.serve", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT, help=f"the first to try; default: {PORT}")
    port = parser.parse_args(arguments).port
    if not 0 < port < 65536:
        parser.error(f"{port} is no port: use 1024 to 65535")
    if not (PAGES / START).is_file():
        print(f"There is no book in {PAGES} yet. Build it first: make book", file=sys.stderr)
        return 1
    with server(PAGES, port) as web:
        found = web.server_address[1]
        if found != port:
            print(f"Port {port} is taken, so this is {found}.")
        print(f"The book is at http://{ADDRESS}:{found}/{START}\nStop with Ctrl-C.", flush=True)
        try:
            web.serve_forever()
        except KeyboardInterrupt:
            print("\nStopped.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
