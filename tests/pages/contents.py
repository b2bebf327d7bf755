"""The book's pages, from its table of contents."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def pages() -> list[str]:
    """Addresses of all pages below the site's root, at whatever depth they are listed."""
    contents = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    return [f"{file}.html" for file in re.findall(r"\b(?:root|file): *(\S+)", contents)]
