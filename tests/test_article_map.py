"""Every section of the article has a place in the book, and the page that says where is true."""

import re
from pathlib import Path

import pytest

from coursekit import article_map

ROOT = Path(__file__).parents[1]


def test_every_section_has_a_place_and_no_chapter_claims_another():
    assert article_map.problems(article_map.claims()) == []


def test_the_page_is_the_one_that_the_front_matter_gives():
    expected = article_map.page(article_map.claims())
    assert article_map.PAGE.read_text() == expected, "run: python -m coursekit.article_map"


def test_sections_are_those_of_the_article(root):
    article = root.parent / "shared" / "article.zh.md"
    if not article.is_file():
        pytest.skip("the article is not on this machine")
    text = article.read_text(encoding="utf-8")
    numbers = re.findall(r"^### (\d+\.\d+) ", text, re.M)
    assert {*numbers, "10"} == set(article_map.SECTIONS)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"3.2": None}, "section 3.2 has no place"),
        ({"3.9": ["05-project"]}, "05-project claims section 3.9, which the article does not have"),
    ],
)
def test_faults_are_found(change, complaint):
    claimed = article_map.claims() | change
    claimed = {section: pages for section, pages in claimed.items() if pages}
    assert any(complaint in problem for problem in article_map.problems(claimed))
