"""Pages for this machine only, on a free port, and a quiet end."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from coursekit import ROOT, serve


@pytest.fixture
def taken():
    """A port at which another program listens."""
    with socket.socket() as other:
        other.bind((serve.ADDRESS, 0))
        other.listen()
        yield other.getsockname()[1]


def test_next_free_port(tmp_path, taken):
    with serve.server(tmp_path, taken) as web:
        address, port = web.server_address
    assert address == "127.0.0.1"
    assert taken < port < taken + serve.TRIES


def test_no_free_port(tmp_path, taken, monkeypatch):
    monkeypatch.setattr(serve, "TRIES", 1)
    with pytest.raises(SystemExit, match=f"No free port from {taken} on. Name another one"):
        serve.server(tmp_path, taken)


def test_without_a_book(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(serve, "PAGES", tmp_path)
    assert serve.main([]) == 1
    assert "Build it first: make book" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to one process")
def test_serves_and_ends_without_a_traceback(tmp_path, taken):
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "intro.html").write_text("the book", encoding="utf-8")
    program = (
        "import sys; from pathlib import Path; from coursekit import serve; "
        f"serve.PAGES = Path({str(tmp_path)!r}); sys.exit(serve.main(['--port', '{taken}']))"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert run.stdout.readline().startswith(f"Port {taken} is taken, so this is ")
    address = re.search(r"http://\S+", run.stdout.readline())[0]
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(address, timeout=30) as page:
        assert page.read() == b"the book"
    run.send_signal(signal.SIGINT)
    _, err = run.communicate(timeout=30)
    assert run.returncode == 0
    assert err == ""
