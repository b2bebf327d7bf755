"""What Jupyter starts in place of a kernel: ask the server for a fork, and stand for it.

    python client.py SOCKET ARGUMENT…        the kernel's arguments

Ends when the kernel does, with its exit status; when this process ends, the server ends the kernel.
Imports next to nothing, since it starts once a kernel.
"""

import json
import os
import socket
import sys


def main(address: str, *arguments: str) -> int:
    request = {"arguments": arguments, "cwd": os.getcwd(), "environment": dict(os.environ)}
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(address)
        server.sendall(json.dumps(request).encode() + b"\n")
        answer = b""
        while more := server.recv(64):
            answer += more
    return int(answer or b"1")  # a server that died says nothing


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
