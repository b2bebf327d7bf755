"""Finding files, and every way in which that can fail."""

import hashlib
import http.server
import threading

import numpy as np
import pytest

from ssl_course.data import fetch
from ssl_course.data.registry import Entry, File

CONTENT = b"the right bytes"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def entry(*urls: str) -> Entry:
    return Entry(
        name="toy",
        title="Toy set",
        license="MIT",
        citation="toy2026",
        megabytes=0.1,
        classes=("a", "b"),
        sample=File("toy.npz", SHA256),
        official=(File("toy.bin", SHA256, urls),),
    )


@pytest.fixture
def server():
    """A local web server; ``server.answers`` holds (status, body) for the coming requests."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            status, body = answers.pop(0) if len(answers) > 1 else answers[0]
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    answers = [(200, CONTENT)]
    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web.answers = answers
    web.url = f"http://127.0.0.1:{web.server_address[1]}/toy.bin"
    threading.Thread(target=web.serve_forever, daemon=True).start()
    yield web
    web.shutdown()


def cached(private):
    return private / "cache" / "data" / "toy" / "toy.bin"


def leftovers(private):
    return [path for path in (private / "cache").rglob("*") if path.is_file()]


def test_download_is_verified_and_kept(private, server):
    paths, source = fetch.locate(entry(server.url))
    assert paths == [cached(private)]
    assert source == "official source"
    assert cached(private).read_bytes() == CONTENT
    server.answers[:] = [(500, b"")]
    assert fetch.locate(entry(server.url))[1] == "cache"


def test_download_tries_again(private, server, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    server.answers[:] = [(200, b"cut"), (200, CONTENT)]
    fetch.locate(entry(server.url))
    assert cached(private).read_bytes() == CONTENT


def test_second_source_is_used(private, server, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    fetch.locate(entry("http://127.0.0.1:9/toy.bin", server.url))
    assert cached(private).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("status", "body"), [(200, b"wrong bytes"), (200, CONTENT[:5]), (404, b"")]
)
def test_wrong_download_leaves_nothing(private, server, monkeypatch, status, body):
    monkeypatch.setattr("time.sleep", lambda _: None)
    server.answers[:] = [(status, body)]
    with pytest.raises(
        fetch.DataError, match=r"Cannot download toy.bin of Toy set.*SSL_COURSE_DATA"
    ):
        fetch.locate(entry(server.url))
    assert leftovers(private) == []


def test_no_network(private, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    with pytest.raises(fetch.DataError, match=r"Without internet.*full=False"):
        fetch.locate(entry("http://127.0.0.1:9/toy.bin"))
    assert leftovers(private) == []


def test_altered_cache(private):
    cached(private).parent.mkdir(parents=True)
    cached(private).write_bytes(CONTENT + b"!")
    with pytest.raises(fetch.DataError, match=r"toy\.bin is not the expected file.*Delete it"):
        fetch.locate(entry())


def test_read_only_cache(private, server, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(fetch.Path, "mkdir", refuse)
    with pytest.raises(fetch.DataError, match=r"cache is read-only\. Set SSL_COURSE_CACHE"):
        fetch.locate(entry(server.url))
    assert not (private / "cache").exists()


class TestMirror:
    @pytest.fixture
    def folder(self, private, monkeypatch):
        folder = private / "mirror"
        folder.mkdir()
        (folder / "toy.bin").write_bytes(CONTENT)
        monkeypatch.setenv("SSL_COURSE_DATA", str(folder))
        return folder

    def list_files(self, folder):
        lines = [
            f"{fetch.sha256_of(path)}  {path.name}\n"
            for path in folder.iterdir()
            if path.name != "SHA256SUMS"
        ]
        (folder / "SHA256SUMS").write_text("".join(lines))

    def test_official_files(self, folder):
        self.list_files(folder)
        assert fetch.locate(entry()) == ([folder / "toy.bin"], "mirror")

    def test_one_archive_instead(self, folder):
        (folder / "toy.bin").unlink()
        np.savez(folder / "toy.npz", x_train=np.zeros(1))
        self.list_files(folder)
        assert fetch.locate(entry()) == ([folder / "toy.npz"], "mirror")

    def test_no_list(self, folder):
        with pytest.raises(fetch.DataError, match=r"has no SHA256SUMS.*sha256sum"):
            fetch.locate(entry())

    def test_altered_file(self, folder):
        self.list_files(folder)
        (folder / "toy.bin").write_bytes(CONTENT[:-1])
        with pytest.raises(fetch.DataError, match=r"toy\.bin is not the expected file.*Copy it"):
            fetch.locate(entry())

    def test_missing_file(self, folder):
        self.list_files(folder)
        (folder / "toy.bin").unlink()
        with pytest.raises(
            fetch.DataError, match=r"needs toy\.bin or toy\.npz.*unset SSL_COURSE_DATA"
        ):
            fetch.locate(entry())
