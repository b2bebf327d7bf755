"""The built book, served on this machine, in a real browser."""

import functools
import http.server
import shutil
import threading

import pytest
from contents import ROOT
from playwright.sync_api import sync_playwright

BUILT = ROOT / "_build" / "html"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
# A browser that looks for updates would add requests that are not the page's.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def site():
    if not (BUILT / "index.html").is_file():
        pytest.fail("the book is not built; run: make book")
    handler = functools.partial(Quiet, directory=str(BUILT))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def browser():
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        pytest.fail(
            f"the page tests need a browser: install one of {', '.join(BROWSERS)} "
            "(Debian, Ubuntu: apt-get install chromium)"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def weights(record_property):
    """Note the bytes of a page with everything it loads; they are printed after the tests."""
    return lambda address, weight: record_property("weight", (address, weight))


def pytest_terminal_summary(terminalreporter):
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "weight":
                terminalreporter.write_line(f"{value[0]}: {value[1] / 1e6:.2f} MB")
