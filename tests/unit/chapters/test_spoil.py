"""Entries are spoiled in the place that is named, and nowhere else."""

import numpy as np
import pytest

from ssl_course.chapters.bibliography import bibliography, spoil


@pytest.fixture
def random():
    return np.random.default_rng(0)


def differing(first, second):
    return [i for i, (a, b) in enumerate(zip(first, second, strict=True)) if a != b]


def test_one_digit_becomes_another_digit(random):
    for _ in range(50):
        text = spoil.other_digit(random, "10.1000/ab-19")
        (place,) = differing(text, "10.1000/ab-19")
        assert text[place].isdigit()
        assert "10.1000/ab-19"[place].isdigit()


def test_two_different_digits_side_by_side_change_places(random):
    texts = {spoil.swapped(random, "1122.3") for _ in range(50)}
    assert texts == {"1212.3"}


@pytest.mark.parametrize("way", spoil.WAYS)
def test_every_way_changes_what_it_names_alone(way, random):
    field, change = spoil.WAYS[way]
    entries = [entry for entry in bibliography() if field in entry.fields]
    first, other = entries[0], next(e for e in entries[1:] if e.authors[0] != entries[0].authors[0])
    false = change(random, first, other)
    assert false != first
    allowed = {
        "one field missing": {"title", "author", "year"},
        "list of authors cut short": {"author"},
        "the year, by one": {"year"},
        "one digit of the DOI": {"doi", "eprint"},
        "title of another work": {"title"},
        "authors of another work": {"author"},
    }.get(way, {field})
    names = set(first.fields) | set(false.fields)
    changed = {n for n in names if first.fields.get(n) != false.fields.get(n)}
    assert changed
    assert changed <= allowed
