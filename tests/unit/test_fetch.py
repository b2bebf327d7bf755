"""Finding files, and every way in which that can fail."""

import dataclasses
import errno
import hashlib
import http.server
import os
import socket
import threading

import numpy as np
import pytest

from ssl_course.data import fetch
from ssl_course.data.registry import Entry, File

CONTENT = b"the right bytes"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def entry(*urls: str, **settings) -> Entry:
    return Entry(
        name="toy",
        title="Toy set",
        license="MIT",
        citation="toy2026",
        megabytes=0.1,
        classes=("a", "b"),
        sample=File("toy.npz", SHA256),
        official=(File("toy.bin", SHA256, urls),),
        **settings,
    )


@pytest.fixture(autouse=True)
def no_waiting_and_no_proxy(monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def closed_port() -> str:
    """An address at which nobody answers: the port was free a moment ago."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/toy.bin"


@pytest.fixture
def server():
    """A local web server; ``server.answers`` holds the coming (status, body, announced length)."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            status, body, *length = answers.pop(0) if len(answers) > 1 else answers[0]
            self.send_response(status)
            self.send_header("Content-Length", str(*length or [len(body)]))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    answers = [(200, CONTENT)]
    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web.answers = answers
    web.url = f"http://127.0.0.1:{web.server_address[1]}/toy.bin"
    threading.Thread(target=web.serve_forever, args=(0.01,), daemon=True).start()
    yield web
    web.shutdown()
    web.server_close()


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


def test_download_tries_again(private, server):
    server.answers[:] = [(200, b"cut"), (200, CONTENT)]
    fetch.locate(entry(server.url))
    assert cached(private).read_bytes() == CONTENT


def test_second_source_is_used(private, server, closed_port):
    fetch.locate(entry(closed_port, server.url))
    assert cached(private).read_bytes() == CONTENT


def test_only_missing_places_are_asked(private, server):
    """A set of two files of which the cache holds one: both are there in the end."""
    both = dataclasses.replace(
        entry(), official=tuple(File(name, SHA256, (server.url,)) for name in ("a.bin", "toy.bin"))
    )
    cached(private).parent.mkdir(parents=True)
    cached(private).write_bytes(CONTENT)
    paths, source = fetch.locate(both)
    assert [path.name for path in paths] == ["a.bin", "toy.bin"]
    assert {path.read_bytes() for path in paths} == {CONTENT}
    assert source == "official source"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((200, b"wrong bytes"), "hash"),
        ((200, CONTENT[:5]), "hash"),
        ((200, CONTENT[:5], len(CONTENT)), "5 bytes read"),  # the connection breaks half-way
        ((404, b""), "404"),
    ],
)
def test_wrong_download_leaves_nothing(private, server, answer, reason):
    server.answers[:] = [answer]
    with pytest.raises(
        fetch.DataError,
        match=rf"Cannot download toy.bin of Toy set.*{server.url}.*{reason}.*SSL_COURSE_DATA",
    ):
        fetch.locate(entry(server.url))
    assert leftovers(private) == []


def test_interrupted_download_leaves_nothing(private, monkeypatch):
    def stop(self, name):
        (self.path / name).write_bytes(CONTENT[:5])
        raise KeyboardInterrupt

    monkeypatch.setattr(fetch.pooch.Pooch, "fetch", stop)
    with pytest.raises(KeyboardInterrupt):
        fetch.locate(entry("http://127.0.0.1/toy.bin"))
    assert leftovers(private) == []


def test_no_network(private, closed_port):
    with pytest.raises(
        fetch.DataError, match=rf"toy\.bin.*{closed_port}.*Without internet.*full=False"
    ):
        fetch.locate(entry(closed_port))
    assert leftovers(private) == []


@pytest.mark.parametrize("damaged", [CONTENT + b"!", CONTENT[:-1], b"The right bytes", b""])
def test_altered_cache(private, server, damaged):
    cached(private).parent.mkdir(parents=True)
    cached(private).write_bytes(damaged)
    with pytest.raises(fetch.DataError, match=r"toy\.bin is not the expected file.*Delete it"):
        fetch.locate(entry(server.url))
    cached(private).unlink()
    assert fetch.locate(entry(server.url))[1] == "official source", "the remedy does not help"


class TestCacheThatCannotBeWritten:
    """Root may write anywhere, so the refusals are simulated, except the last."""

    def refused(self, private, server, reason):
        with pytest.raises(
            fetch.DataError, match=rf"Cannot write .*toy\.bin: {reason}\. Set SSL_COURSE_CACHE"
        ):
            fetch.locate(entry(server.url))
        assert leftovers(private) == []

    @pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
    def test_read_only(self, private, server, monkeypatch, number):
        def refuse(*_, **__):
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(fetch.Path, "mkdir", refuse)
        self.refused(private, server, os.strerror(number))

    def test_permission_lost_while_downloading(self, private, server, monkeypatch):
        def refuse(*_, **__):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

        monkeypatch.setattr(fetch.pooch.Pooch, "fetch", refuse)
        self.refused(private, server, os.strerror(errno.EACCES))

    def test_full_disk(self, private, server, monkeypatch):
        def refuse(*_):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(fetch.shutil, "move", refuse)
        self.refused(private, server, os.strerror(errno.ENOSPC))

    def test_file_where_the_folder_should_be(self, private, server, monkeypatch):
        (private / "file").write_text("no folder", encoding="utf-8")
        monkeypatch.setenv("SSL_COURSE_CACHE", str(private / "file" / "cache"))
        self.refused(private, server, os.strerror(errno.ENOTDIR))
        assert (private / "file").read_text(encoding="utf-8") == "no folder"


def test_cache_is_the_users_own_without_the_variable(private, monkeypatch):
    assert fetch.cache_directory() == private / "cache"
    monkeypatch.setenv("SSL_COURSE_CACHE", "")
    assert fetch.cache_directory().parts[-1] == "ssl_course"
    assert private not in fetch.cache_directory().parents


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
        (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")

    def test_official_files(self, folder):
        self.list_files(folder)
        assert fetch.locate(entry()) == ([folder / "toy.bin"], "mirror")

    def test_one_archive_instead(self, folder):
        (folder / "toy.bin").unlink()
        np.savez(folder / "toy.npz", x_train=np.zeros(1))
        self.list_files(folder)
        assert fetch.locate(entry(one_file=True)) == ([folder / "toy.npz"], "mirror")
        with pytest.raises(fetch.DataError, match=r"needs toy\.bin, listed"):
            fetch.locate(entry())

    def test_without_an_address_only_a_mirror_helps(self, private):
        with pytest.raises(fetch.DataError, match=r"no address.*Put toy\.bin into a folder"):
            fetch.locate(entry())

    def test_no_list(self, folder):
        with pytest.raises(fetch.DataError, match=r"has no SHA256SUMS.*sha256sum"):
            fetch.locate(entry())

    def test_altered_file(self, folder):
        self.list_files(folder)
        (folder / "toy.bin").write_bytes(CONTENT[:-1])
        with pytest.raises(fetch.DataError, match=r"toy\.bin is not the expected file.*Copy it"):
            fetch.locate(entry())

    def test_list_in_binary_notation(self, folder):
        self.list_files(folder)
        listing = folder / "SHA256SUMS"
        listing.write_text(
            listing.read_text(encoding="utf-8").replace("  ", " *"), encoding="utf-8"
        )
        assert fetch.locate(entry())[1] == "mirror"

    def test_file_that_is_not_listed(self, folder):
        (folder / "SHA256SUMS").write_text(f"{SHA256}  other.bin\n", encoding="utf-8")
        with pytest.raises(fetch.DataError, match=r"needs toy\.bin.*listed in SHA256SUMS"):
            fetch.locate(entry())

    def test_cache_comes_first(self, folder, private):
        self.list_files(folder)
        cached(private).parent.mkdir(parents=True)
        cached(private).write_bytes(CONTENT)
        assert fetch.locate(entry()) == ([cached(private)], "cache")

    def test_missing_file(self, folder):
        self.list_files(folder)
        (folder / "toy.bin").unlink()
        with pytest.raises(fetch.DataError, match=r"needs toy\.bin, listed.*unset SSL_COURSE_DATA"):
            fetch.locate(entry())
