"""The book's pages, from its table of contents."""

from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]


def pages() -> list[str]:
    """Addresses of all pages below the site's root."""
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text())
    files = [contents["root"], *(chapter["file"] for chapter in contents["chapters"])]
    return [f"{file}.html" for file in files]
