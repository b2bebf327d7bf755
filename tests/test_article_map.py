"""Every section of the article has a place in the book, and the page that says where is true."""

import pytest

from coursekit import article_map


def test_every_section_has_a_place_and_no_chapter_claims_another():
    assert article_map.problems(article_map.claims()) == []


def test_the_page_is_the_one_that_the_front_matter_gives():
    expected = article_map.page(article_map.claims())
    assert article_map.PAGE.read_text(encoding="utf-8") == expected, (
        "run: python -m coursekit.article_map"
    )


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
