"""The check of outside links, against a server of the test's own."""

import http.server
import threading
from collections import Counter

import pytest

from coursekit import BOOK, links, version
from ssl_course.chapters import bibliography


@pytest.fixture(scope="module")
def site():
    """An address; /STATUS answers with that status, /tired with 503 before it answers 200."""
    asked = Counter()

    class Server(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked[self.path] += 1
            tired = self.path == "/tired"
            self.send_response(
                (503 if asked[self.path] < 3 else 200) if tired else int(self.path[1:])
            )
            self.end_headers()

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_dead_are_those_that_a_server_does_not_know(site):
    answers = links.ask([f"{site}/{status}" for status in (200, 403, 404, 410, 429)], pause=0)
    dead = [address for address, said in answers.items() if links.is_dead(said)]
    assert dead == [f"{site}/404", f"{site}/410"]


def test_a_tired_server_is_asked_again(site):
    assert links.answer(f"{site}/tired", pause=0) == 200
    assert links.answer(f"{site}/503", tries=1, pause=0) == 503
    assert links.is_dead(503)


def test_a_site_that_is_not_there_is_dead():
    said = links.answer("http://127.0.0.1:9/", pause=0)  # nothing listens on the discard port
    assert "refused" in said
    assert links.is_dead(said)


def test_addresses_are_those_of_references_and_pages(tmp_path):
    page = tmp_path / "page.md"
    own = version.repository()
    page.write_text(
        f"[a](https://a.example/x) <https://b.example> [c]({own}/x) [d](other.md)", encoding="utf-8"
    )
    found = links.addresses([page])
    assert {address: place for address, place in found.items() if place == "page.md"} == {
        "https://a.example/x": "page.md",
        "https://b.example": "page.md",
    }
    assert {entry.address for entry in bibliography.bibliography()} < found.keys()
    assert len(links.addresses(BOOK.glob("*.md"))) > len(found)
