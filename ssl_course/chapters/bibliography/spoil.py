"""Nine ways to make an entry of a bibliography false, to see which checks notice (chapter 10)."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from ssl_course.chapters.bibliography.bibtex import Entry

Spoil = Callable[[np.random.Generator, Entry, Entry], Entry]
"""From an entry, and another one to take things from, to a false entry."""


def other_digit(random: np.random.Generator, text: str) -> str:
    """The text with one of its digits replaced by another."""
    place = random.choice([i for i, letter in enumerate(text) if letter.isdigit()])
    digit = random.choice([d for d in "0123456789" if d != text[place]])
    return text[:place] + digit + text[place + 1 :]


def swapped(random: np.random.Generator, text: str) -> str:
    """The text with two different digits that stand side by side in each other's place."""
    pairs = [text[i : i + 2] for i in range(len(text) - 1)]
    able = [i for i, two in enumerate(pairs) if two.isdigit() and two[0] != two[1]]
    place = random.choice(able)
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def _changed(field: str, change: Callable, **also: None) -> Spoil:
    def spoil(random: np.random.Generator, entry: Entry, other: Entry) -> Entry:
        return entry.but(**{field: change(random, entry.fields[field])}, **also)

    return spoil


def _missing(random: np.random.Generator, entry: Entry, other: Entry) -> Entry:
    return entry.but(**{random.choice(["title", "author", "year"]): None})


def _cut_short(random: np.random.Generator, entry: Entry, other: Entry) -> Entry:
    return entry.but(author=entry.authors[0] + " and others")


def _moved(random: np.random.Generator, entry: Entry, other: Entry) -> Entry:
    assert entry.year is not None
    year = str(entry.year + random.choice([-1, 1]))
    return entry.but(year=year, key=entry.key.replace(str(entry.year), year))


def _renamed(random: np.random.Generator, entry: Entry, other: Entry) -> Entry:
    return entry.but(title=other.title)


def _credited(random: np.random.Generator, entry: Entry, other: Entry) -> Entry:
    # The key changes along with the authors that it is made of, as a forger would see to.
    name = re.match("[a-z]+", other.key)
    assert name is not None
    return entry.but(author=" and ".join(other.authors), key=name[0] + str(entry.year))


WAYS: dict[str, tuple[str, Spoil]] = {
    "one field missing": ("title", _missing),
    "list of authors cut short": ("author", _cut_short),
    "one digit of the ISBN": ("isbn", _changed("isbn", other_digit)),
    "one digit of the arXiv id": ("eprint", _changed("eprint", other_digit)),
    "two neighboring digits of it": ("eprint", _changed("eprint", swapped)),
    "the year, by one": ("eprint", _moved),
    "one digit of the DOI": ("doi", _changed("doi", other_digit, eprint=None)),
    "title of another work": ("title", _renamed),
    "authors of another work": ("title", _credited),
}
"""What is false: the field that an entry must have for it, and how it is spoiled."""
