"""What can be checked of a bibliography without a network."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence

from ssl_course.chapters.bibliography.bibtex import Entry, normalized

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
    found = new or old
    if found is None:
        raise ValueError(f"{identifier!r} has not the form of an arXiv identifier")
    year, month = (int(part) for part in found.groups()[:2])
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
