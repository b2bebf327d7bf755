"""The bibliography: complete, sound in form, without doubles, used, and seen by a second source."""

import re
from collections import Counter

import pytest

from ssl_course.chapters import bibliography

CITE = re.compile(r"\{cite(?::\w+)?\}`([^`]+)`")


@pytest.fixture(scope="module")
def entries(root):
    """The file of the book itself, whatever is packaged."""
    return bibliography.parse(
        (root / "ssl_course" / "course" / "references.bib").read_text(encoding="utf-8")
    )


@pytest.fixture(scope="module")
def by_key(entries):
    return {entry.key: entry for entry in entries}


def cited(text: str) -> list[str]:
    return [key.strip() for keys in CITE.findall(text) for key in keys.split(",")]


def test_every_entry_is_complete_and_sound(entries):
    faults = [f"{entry.key}: {fault}" for entry in entries for fault in bibliography.faults(entry)]
    assert faults == []


def test_nothing_is_there_twice(entries):
    assert bibliography.duplicates(entries) == []


def test_every_key_that_is_cited_has_an_entry(root, by_key):
    unknown = {
        f"{path.name}: {key}"
        for path in (root / "book").glob("*.md")
        for key in cited(path.read_text(encoding="utf-8"))
        if key not in by_key
    }
    assert unknown == set()


def test_every_entry_is_cited(root, by_key):
    texts = [path.read_text(encoding="utf-8") for path in (root / "book").glob("*.md")]
    used = {key for text in texts for key in cited(text)}
    assert set(by_key) - used == set()


def test_the_second_source_agrees_with_every_work_of_the_reading_list(by_key):
    record = bibliography.record()
    titles = dict(zip(record["identifier"], record["title"], strict=True))
    faults = {key: bibliography.unlike_record(by_key[key], titles) for key in record.index}
    assert {key: fault for key, fault in faults.items() if fault} == {}
    assert record["seen"].str.fullmatch(r"20\d\d-\d\d-\d\d").all()


def test_the_reading_list_has_each_work_of_the_record_under_its_idea(root):
    """Chapter 10 describes in prose what the record holds as data."""
    text = (root / "book" / "10-reading.md").read_text(encoding="utf-8")
    listed = text.partition("\n## The list\n")[2].partition("\n## ")[0]
    sections = dict(re.findall(r"^### (.+)\n((?:(?!### ).*\n)*)", listed, re.M))
    record = bibliography.record()
    assert len(sections) == record["idea"].nunique()
    for (heading, section), (idea, works) in zip(
        sections.items(), record.groupby("idea", sort=False), strict=True
    ):
        assert heading.casefold().startswith(idea), heading
        assert Counter(cited(section)) == Counter(works.index), heading
