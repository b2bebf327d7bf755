"""Build the pages: run what changed, then Sphinx on what the run printed.

    python -m coursekit book

Content decides whether there is anything to do.  Sphinx's own words go to _build/book.log; only
its warnings are shown, and they fail the build.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

from coursekit import ROOT, pairs
from coursekit.run import everything, record

PAGE = ROOT / "_build" / "html" / "book" / "intro.html"
STAMP = ROOT / "_build" / "book.sha256"
LOG = ROOT / "_build" / "book.log"
SOURCES = ("book", "coursekit", "_config.yml", "_toc.yml", "pyproject.toml", "ssl_course/course")
"""What pages are made of, beside the outputs of the run."""


def digest() -> str:
    """Of everything that the pages are made of: sources, settings, and the records of the run."""
    total = hashlib.sha256(record.surroundings().encode())
    for place in (*SOURCES, "_build/run"):
        path = ROOT / place
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts and is_source(file, place):
                total.update(file.relative_to(ROOT).as_posix().encode())
                total.update(file.read_bytes())
    return total.hexdigest()


def is_source(file: Path, place: str) -> bool:
    """Whether pages depend on a file: of the run on its records, of the book not on the pairs."""
    return file.suffix == ".json" if place == "_build/run" else file.suffix != ".ipynb"


def build() -> int:
    """Build what is not up to date; returns 0 if the pages are there and without warnings."""
    sources = pairs.sources()
    everything.run(sources)
    failed = [f for source in sources for f in everything.findings(source) if f.kind == "error"]
    for finding in failed:
        print(f"{finding.page}: {finding.text}", file=sys.stderr)
    if failed:
        return 1
    now = digest()
    if not (PAGE.is_file() and STAMP.is_file() and STAMP.read_text(encoding="utf-8") == now):
        STAMP.unlink(missing_ok=True)
        if status := sphinx():
            return status
        STAMP.write_text(now, encoding="utf-8")
    print(f"The book is ready: open {PAGE.relative_to(ROOT)}")
    return 0


def sphinx() -> int:
    """Run Jupyter Book; a warning is an error."""
    start = "from jupyter_book.cli.main import main; main()"
    command = [sys.executable, "-c", start, "build", ".", "-W", "-n", "--keep-going"]
    with open(LOG, "w", encoding="utf-8") as log:
        print("building pages …", file=sys.stderr, flush=True)
        status = subprocess.run(
            command,
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "NO_COLOR": "1"},
        ).returncode
    if status:
        text = LOG.read_text(encoding="utf-8", errors="replace")
        warnings = re.findall(r"^.*(?:WARNING|ERROR|Error|Exception).*$", text, re.M)
        print("\n".join(warnings or text.splitlines()[-30:]), file=sys.stderr)
        print(f"The pages could not be built; all of Sphinx's words: {LOG.relative_to(ROOT)}")
    return status


def main(arguments: list[str] | None = None) -> int:
    """Build from the command line."""
    return build()


if __name__ == "__main__":
    sys.exit(main())
