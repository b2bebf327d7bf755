"""Entries of BibTeX, and their LaTeX as plain text."""

from __future__ import annotations

import dataclasses
import functools
import re
import unicodedata
from collections.abc import Mapping

_ACCENTS = {
    '"': "\u0308",
    "'": "\u0301",
    "`": "\u0300",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    ".": "\u0307",
    "c": "\u0327",
    "v": "\u030c",
    "u": "\u0306",
    "r": "\u030a",
    "H": "\u030b",
    "k": "\u0328",
}
_LETTERS = {"ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "i": "ı"}
_LETTERS |= {"ae": "æ", "AE": "Æ", "aa": "å", "AA": "Å", "oe": "œ", "OE": "Œ"}


@dataclasses.dataclass(frozen=True)
class Entry:
    """One entry of a BibTeX file: its kind, its key, and its fields as they were written."""

    kind: str
    key: str
    fields: Mapping[str, str]

    @property
    def title(self) -> str:
        """The title without braces and LaTeX accents; empty if there is none."""
        return plain(self.fields.get("title", ""))

    @property
    def authors(self) -> list[str]:
        """The authors, in order and as written: ``["Hinton, Geoffrey E.", …]``."""
        text = plain(self.fields.get("author", ""))
        return [name.strip() for name in re.split(r"\s+and\s+", text) if name.strip()]

    @property
    def year(self) -> int | None:
        """The year of publication, None unless the field holds four digits."""
        text = self.fields.get("year", "")
        return int(text) if re.fullmatch(r"\d{4}", text) else None

    @property
    def venue(self) -> str:
        """Where it appeared: conference, journal, publisher or institution; arXiv if nowhere."""
        names = ("booktitle", "journal", "publisher", "institution", "howpublished")
        return plain(next((self.fields[name] for name in names if name in self.fields), "arXiv"))

    @property
    def identifier(self) -> str:
        """What leads to the work: arXiv id, else DOI, ISBN or address; empty if nothing does."""
        if "eprint" in self.fields:
            return "arXiv:" + re.sub(r"v\d+$", "", self.fields["eprint"])
        if "doi" in self.fields:
            return "doi:" + self.fields["doi"].lower()
        if "isbn" in self.fields:
            return "isbn:" + re.sub(r"[\s-]", "", self.fields["isbn"])
        return self.fields.get("url", "")

    @property
    def address(self) -> str:
        """The address to open in a browser."""
        for scheme, site in (
            ("arXiv:", "https://arxiv.org/abs/"),
            ("doi:", "https://doi.org/"),
            ("isbn:", "https://openlibrary.org/isbn/"),
        ):
            if self.identifier.startswith(scheme):
                return site + self.identifier.removeprefix(scheme)
        return self.identifier

    def but(self, **fields: str | None) -> Entry:
        """A copy with other fields; None takes a field away, and ``key`` changes the key."""
        key = fields.pop("key", None) or self.key
        changed = {**self.fields, **fields}
        return Entry(self.kind, key, {name: text for name, text in changed.items() if text})


def parse(text: str) -> list[Entry]:
    """The entries of a BibTeX text.  Raises ValueError where an entry cannot be read.

    Values are in braces or quotes, or are bare numbers; abbreviations (``@string``) are not
    supported.
    """
    entries, position = [], 0
    start, name = re.compile(r"@(\w+)\s*\{"), re.compile(r"\s*([^,\s{}=]+)\s*,")
    while (found := start.search(text, position)) is not None:
        key = name.match(text, found.end())
        if key is None:
            raise ValueError(f"no key and comma at {text[found.start() :][:40]!r}")
        fields, position = _fields(text, key.end(), key[1])
        entries.append(Entry(found[1].lower(), key[1], fields))
    return entries


def _fields(text: str, position: int, key: str) -> tuple[dict[str, str], int]:
    """Fields of one entry from ``position`` on, and the position behind its closing brace."""
    fields = {}
    name = re.compile(r"[\s,]*([\w-]+)\s*=\s*")
    while (found := name.match(text, position)) is not None:
        value, position = _value(text, found.end(), key)
        field = found[1].lower()
        if field in fields:
            raise ValueError(f"{key}: the field {field} is there twice")
        fields[field] = re.sub(r"\s+", " ", value).strip()
    end = re.compile(r"[\s,]*\}").match(text, position)
    if end is None:
        raise ValueError(f"{key}: no field and no closing brace at {text[position:][:30]!r}")
    return fields, end.end()


def _value(text: str, position: int, key: str) -> tuple[str, int]:
    """The value that begins at ``position``, without its delimiters, and where it ends."""
    opening = text[position : position + 1]
    if opening not in ("{", '"'):
        bare = re.compile(r"\d+").match(text, position)
        if bare is None:
            raise ValueError(f"{key}: a value in braces is expected at {text[position:][:30]!r}")
        return bare[0], bare.end()
    depth = 0
    for end in range(position + 1, len(text)):
        character = text[end]
        if depth == 0 and character == ("}" if opening == "{" else '"'):
            return text[position + 1 : end], end + 1
        depth += (character == "{") - (character == "}")
    raise ValueError(f"{key}: a value does not end: {text[position:][:30]!r}")


def plain(text: str) -> str:
    r"""Text without LaTeX: ``plain(r"{VICReg}: Sch{\"o}lkopf")`` is ``"VICReg: Schölkopf"``."""

    def accented(found: re.Match) -> str:
        return unicodedata.normalize("NFC", found[2] + _ACCENTS[found[1]])

    text = re.sub(r"""\\(["'`^~=.])\s*\{?\\?(\w)\}?""", accented, text)
    text = re.sub(r"\\([cvurHk])\s*\{(\w)\}", accented, text)
    text = re.sub(r"\\(ss|ae|AE|aa|AA|oe|OE|[oOlLi])\b\s*", lambda found: _LETTERS[found[1]], text)
    return re.sub(r"\\([&%$#_])", r"\1", re.sub(r"[{}]", "", text))


@functools.lru_cache(maxsize=1024)  # each title is compared with all others
def normalized(title: str) -> str:
    """Lower-case words without accents and punctuation: two forms of one title become equal."""
    letters = unicodedata.normalize("NFKD", plain(title).casefold())
    letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[^\W_]+", letters))
