"""The bibliography as data: read it, and check what can be checked without a network.

The source is ``course/references.bib``, BibTeX with UTF-8 or LaTeX accents.  Beside it stands a
record, ``references.csv``, of what a second source gives as the title behind an identifier.
"""

from __future__ import annotations

import dataclasses
import difflib
import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

FOLDER = Path(__file__).parents[1] / "course"

ALIKE = 0.88
"""Titles at least this similar are taken for one title; chapter 10 shows why."""

LONGEST_LAG = 2
"""Years that may pass between the first version on arXiv and the publication."""

VENUES = (
    "aclanthology.org",
    "icml.cc",
    "jmlr.org",
    "openreview.net",
    "papers.nips.cc",
    "proceedings.mlr.press",
    "proceedings.neurips.cc",
)
"""Sites whose page of a paper is its identifier where the venue gives no DOI."""

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
        key = fields.pop("key", self.key)
        changed = {**self.fields, **fields}
        return Entry(self.kind, key, {name: text for name, text in changed.items() if text})


def bibliography() -> list[Entry]:
    """The entries of the book's bibliography, in the order of the file."""
    return parse((FOLDER / "references.bib").read_text(encoding="utf-8"))


def record() -> pd.DataFrame:
    """What a second source gives for the works of the reading list, indexed by key.

    Columns: ``idea`` (the group of chapter 10), ``identifier``, the ``title`` that public text
    gives beside that identifier, and when it was ``seen``.
    """
    return pd.read_csv(FOLDER / "references.csv", index_col="key", dtype=str)


def table(entries: Iterable[Entry]) -> pd.DataFrame:
    """One row an entry, indexed by key: year, authors, title, venue, identifier."""
    rows = [
        {
            "key": entry.key,
            "year": entry.year,
            "authors": len(entry.authors),
            "title": entry.title,
            "venue": entry.venue,
            "identifier": entry.identifier,
        }
        for entry in entries
    ]
    columns = ["key", "year", "authors", "title", "venue", "identifier"]
    return pd.DataFrame(rows, columns=columns).set_index("key")


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


def similarity(first: str, second: str) -> float:
    """How alike two titles are after `normalized`, from 0 to 1."""
    matcher = difflib.SequenceMatcher(None, normalized(first), normalized(second), autojunk=False)
    return matcher.ratio()


def submitted(identifier: str) -> tuple[int, int]:
    """Year and month of the first version, read from an arXiv identifier of either style.

    Raises ValueError for what cannot be one.

    >>> submitted("2002.05709"), submitted("hep-th/9901001")
    ((2020, 2), (1999, 1))
    """
    new = re.fullmatch(r"(\d\d)(\d\d)\.(\d{4,5})(v\d+)?", identifier)
    old = re.fullmatch(r"[a-z-]+(?:\.[A-Z]{2})?/(\d\d)(\d\d)\d{3}(v\d+)?", identifier)
    if new is None and old is None:
        raise ValueError(f"{identifier!r} has not the form of an arXiv identifier")
    year, month = (int(part) for part in (new or old).groups()[:2])
    year += 1900 if old and year > 90 else 2000
    if not 1 <= month <= 12:
        raise ValueError(f"{identifier!r} names month {month}")
    if (year, month) < (2007, 4) if new else (year, month) > (2007, 3):
        raise ValueError(f"{identifier!r} has a form that {year}-{month:02} had not")
    if new and (len(new[3]) == 5) != (year >= 2015):
        raise ValueError(f"{identifier!r} has {len(new[3])} digits, which {year} had not")
    return year, month


def isbn_is_valid(isbn: str) -> bool:
    """Whether the check digit of an ISBN of 10 or 13 digits is right; hyphens do not matter.

    >>> isbn_is_valid("978-0-262-03561-3"), isbn_is_valid("978-0-262-03651-3")
    (True, False)
    """
    digits = re.sub(r"[\s-]", "", isbn)
    if re.fullmatch(r"\d{13}", digits):
        return sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(digits)) % 10 == 0
    if re.fullmatch(r"\d{9}[\dXx]", digits):
        values = [10 if digit in "Xx" else int(digit) for digit in digits]
        return sum(value * (10 - i) for i, value in enumerate(values)) % 11 == 0
    return False


def faults(entry: Entry) -> list[str]:
    """What is wrong with one entry by its form alone."""
    found = [f"no {name}" for name in ("title", "author", "year") if not entry.fields.get(name)]
    if any(re.fullmatch(r"others|.*\bet al\.?", name) for name in entry.authors):
        found.append("the list of authors is cut short")
    if entry.fields.get("year") and entry.year is None:
        found.append(f"the year {entry.fields['year']!r} is no year")
    if not entry.identifier:
        found.append("no identifier")
    found += _key_faults(entry) + _arxiv_faults(entry) + _doi_faults(entry)
    isbn, url = entry.fields.get("isbn"), entry.fields.get("url")
    if isbn and not isbn_is_valid(isbn):
        found.append(f"the check digit of ISBN {isbn} is wrong")
    if url and entry.identifier == url and not _is_identifier(entry):
        found.append(f"{url} is neither an identifier nor the venue's page of the work")
    return found


def _key_faults(entry: Entry) -> list[str]:
    """The key has to be made of the first author's name and the year: ``hinton2006reducing``."""
    if not entry.authors or entry.year is None:
        return []
    surname = entry.authors[0].partition(",")[0]
    words = normalized(surname.replace("-", "").replace("'", "").replace("’", "")).split()
    names = {"".join(words[start:]) for start in range(len(words))}
    parts = re.match(r"(\D+)(\d{4})", normalized(entry.key).replace(" ", ""))
    if parts is None or parts[1] not in names or int(parts[2]) != entry.year:
        return [f"the key does not fit {surname}, {entry.year}"]
    return []


def _arxiv_faults(entry: Entry) -> list[str]:
    eprint = entry.fields.get("eprint")
    if eprint is None:
        return []
    try:
        year, _month = submitted(eprint)
    except ValueError as error:
        return [str(error)]
    if entry.year is None or 0 <= entry.year - year <= LONGEST_LAG:
        return []
    return [f"published {entry.year}, but arXiv:{eprint} is from {year}"]


def _doi_faults(entry: Entry) -> list[str]:
    doi = entry.fields.get("doi")
    if doi is None:
        return []
    if not re.fullmatch(r"10\.\d{4,9}/\S+", doi):
        return [f"{doi!r} has not the form of a DOI"]
    if doi.startswith("10.5555/"):
        return [f"{doi} only looks like a DOI: 10.5555 is the prefix of examples"]
    return []


def _is_identifier(entry: Entry) -> bool:
    """Whether the address alone identifies the work: the venue's page, or a report's own."""
    url = entry.fields["url"]
    host = re.match(r"https://(?:www\.)?([^/]+)/\S", url)
    if host is None:
        return False
    published = entry.kind in ("article", "inproceedings", "incollection")
    return not published or host[1] in VENUES


def duplicates(entries: Sequence[Entry]) -> list[str]:
    """Entries that share a key, an identifier or a title, a line for each group."""
    found = []
    for what, value_of in (
        ("key", lambda entry: entry.key),
        ("identifier", lambda entry: entry.identifier),
        ("title", lambda entry: normalized(entry.title)),
    ):
        groups: dict[str, list[str]] = {}
        for entry in entries:
            groups.setdefault(value_of(entry), []).append(entry.key)
        found += [
            f"{', '.join(keys)}: the same {what}"
            for value, keys in groups.items()
            if value and len(keys) > 1
        ]
    return found


def unlike_record(entry: Entry, titles: Mapping[str, str]) -> list[str]:
    """What a second source says against an entry; ``titles`` maps identifiers to titles."""
    if entry.identifier not in titles:
        return [f"nobody has looked up {entry.identifier or 'it'} yet"]
    title = titles[entry.identifier]
    if similarity(entry.title, title) < ALIKE:
        return [f"{entry.identifier} leads to “{title}”"]
    return []


def check(entries: Sequence[Entry], titles: Mapping[str, str] | None = None) -> list[str]:
    """All that is wrong, a line a fault that begins with the key; empty if nothing is.

    With ``titles`` (identifier: title) entries are compared with a second source, too.
    """
    lines = [f"{entry.key}: {fault}" for entry in entries for fault in faults(entry)]
    lines += duplicates(entries)
    if titles is not None:
        lines += [f"{e.key}: {fault}" for e in entries for fault in unlike_record(e, titles)]
    return lines
