"""Lists of sha256 sums, in the notations that the usual programs write."""

from __future__ import annotations

import codecs
import re
from pathlib import Path, PurePosixPath

_GNU = re.compile(r"(\\?)([0-9a-fA-F]{64})(?: [ *]|[ \t]+\*?)(.+)")
_BSD = re.compile(r"SHA256 ?\((.+)\) ?= ?([0-9a-fA-F]{64})")
_ENCODINGS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",  # what ">" writes in Windows PowerShell
    codecs.BOM_UTF16_BE: "utf-16",
}


def read_sums(listing: Path) -> tuple[dict[str, str], list[str]]:
    """The sums of a list by file name, and the lines that are no sha256 sum.

    GNU's and BSD's notation (``sha256sum``, ``sha256sum --tag``, ``shasum -b``), either with
    ``./`` or the list's own folder before a name; empty lines and comments are passed over.
    Raises OSError or UnicodeError if the list is no readable text.
    """
    raw = listing.read_bytes()
    encoding = next((e for mark, e in _ENCODINGS.items() if raw.startswith(mark)), "utf-8")
    sums, unread = {}, []
    for line in raw.decode(encoding).splitlines():
        text = line.rstrip()
        if not text.strip() or text.startswith("#"):
            continue
        if found := _GNU.fullmatch(text):
            name = _unescaped(found[3]) if found[1] else found[3]
            sha256 = found[2]
        elif found := _BSD.fullmatch(text):
            name, sha256 = found[1], found[2]
        else:
            unread.append(text)
            continue
        sums[_within(listing.parent, name)] = sha256.lower()
    return sums, unread


def _unescaped(name: str) -> str:
    r"""GNU puts a backslash before a line whose name has one, written as ``\\``."""
    return name.replace("\\n", "\n").replace("\\\\", "\\")


def _within(folder: Path, name: str) -> str:
    """A listed name as seen from the folder of the list."""
    path = PurePosixPath(name.replace("\\", "/"))
    parents, own = path.parts[:-1], folder.resolve().parts
    return path.name if parents == own[len(own) - len(parents) :] else str(path)
