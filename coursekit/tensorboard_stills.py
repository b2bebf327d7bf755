"""Take the pictures of TensorBoard that chapter 7 shows: python -m coursekit.tensorboard_stills

Opens the shipped logs in TensorBoard and each view in Chromium, and writes course/logs/stills.
Needs the package tensorboard, which the course does not install: pip install tensorboard
"""

import io
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from coursekit import ROOT

LOGS = ROOT / "ssl_course" / "course" / "logs"
PORT = 6123
ADDRESS = f"http://localhost:{PORT}/"
COLORS = 64
SETTLE = 20_000
"""Milliseconds until the projector, which moves at first, stands still."""


def main() -> None:
    server = subprocess.Popen(
        [sys.executable, "-m", "tensorboard.main", "--logdir", LOGS / "simclr", "--port", str(PORT)]
    )
    try:
        wait_for(ADDRESS)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
                args=["--enable-unsafe-swiftshader"],  # the projector draws with WebGL
            )
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            for view in ("scalars", "histograms", "projector"):
                page.goto(f"{ADDRESS}#{view}")
                page.reload()
                page.wait_for_timeout(SETTLE)
                save(page.screenshot(), LOGS / "stills" / f"{view}.png")
            browser.close()
    finally:
        server.terminate()


def wait_for(address: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(address).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.5)


def save(screenshot: bytes, file: Path) -> None:
    """With few colors, which makes a screenshot of a page a third as large."""
    file.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.open(io.BytesIO(screenshot)).convert("RGB")
    picture.quantize(COLORS, dither=Image.Dither.NONE).save(file, optimize=True)


if __name__ == "__main__":
    main()
