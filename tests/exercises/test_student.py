"""What students may see: in the paired notebooks, in the pages and in what the pages offer."""

import html
import re

import jupytext
import nbformat
import pytest
import yaml
from submissions import CHAPTERS, SECRET, solutions

from coursekit import student

SITE = "https://colab.example/book/"


def secrets(cell) -> list[str]:
    """The lines that only a solution has, as long as they say something."""
    body = SECRET.search(cell.source)[1]
    return [line.strip() for line in body.splitlines() if len(line.strip()) > 25]


def hidden(notebook) -> list[str]:
    """The lines of the hidden checks."""
    tests = "\n".join(
        c.source for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade")
    )
    blocks = re.findall(r"### BEGIN HIDDEN TESTS\n(.*?)### END HIDDEN TESTS", tests, re.S)
    return [line for block in blocks for line in block.splitlines() if "assert" in line]


@pytest.mark.parametrize("chapter", CHAPTERS)
class TestChapter:
    def test_says_which_exercise_is_which(self, chapter):
        notebook = jupytext.read(CHAPTERS[chapter])
        kinds = []
        for before, cell in zip(notebook.cells, notebook.cells[1:], strict=False):
            if cell.metadata.get("nbgrader", {}).get("solution"):
                kinds.append(student.is_for_marks(cell))
                statement = before.source[before.source.rindex("### Exercise") :]
                says = (student.FOR_MARKS_LINE in statement, student.SELF_STUDY_LINE in statement)
                assert says == (kinds[-1], not kinds[-1])
        assert set(kinds) == {True, False}, "a chapter has exercises of both kinds"

    def test_front_matter_has_time_and_level_of_each(self, chapter):
        course = yaml.safe_load(CHAPTERS[chapter].read_text(encoding="utf-8").split("---")[1])[
            "course"
        ]
        letters = [name.rpartition("-")[2] for name in solutions(jupytext.read(CHAPTERS[chapter]))]
        assert list(course["exercises"]) == letters
        for about in course["exercises"].values():
            assert 5 <= about["minutes"] <= 60
            assert about["level"] in (1, 2, 3)

    def test_pair_and_downloads_hold_no_secret(self, chapter, root):
        notebook = jupytext.read(CHAPTERS[chapter])
        graded = [c for c in solutions(notebook).values() if student.is_for_marks(c)]
        offered = root / "_build" / "html" / "_sources" / "book"
        files = [CHAPTERS[chapter].with_suffix(".ipynb"), offered / f"{chapter}.md"]
        for file in [*files, offered / f"{chapter}.ipynb"]:
            text = "\n".join(cell.source for cell in jupytext.read(file).cells)
            assert "BEGIN SOLUTION" not in text
            assert "HIDDEN TESTS" not in text
            assert [line for line in hidden(notebook) if line in text] == []
            # Lines that the chapter shows elsewhere are no secret.
            shown = "\n".join(c.source for c in notebook.cells if "nbgrader" not in c.metadata)
            for cell in graded:
                leaked = [line for line in secrets(cell) if line in text and line not in shown]
                assert leaked == [], file

    def test_page_shows_solutions_for_self_study_only(self, chapter, root):
        page = (root / "_build" / "html" / "book" / f"{chapter}.html").read_text(encoding="utf-8")
        text = re.sub(r"\s+", "", html.unescape(re.sub(r"<[^>]*>", "", page)))
        for cell in solutions(jupytext.read(CHAPTERS[chapter])).values():
            shown = [re.sub(r"\s+", "", line) in text for line in secrets(cell)]
            assert all(shown) != student.is_for_marks(cell)

    def test_pair_has_all_prose(self, chapter):
        """Also what stands between a solution and its check, where no cell of the page is kept."""
        source = jupytext.read(CHAPTERS[chapter])
        pair = nbformat.read(CHAPTERS[chapter].with_suffix(".ipynb"), 4)
        text = "\n".join(cell.source for cell in pair.cells)
        tasks = [student.task(cell) for cell in solutions(source).values()]
        prose = "\n".join(cell.source for cell in source.cells if cell.cell_type == "markdown")
        for task in tasks:
            prose = prose.replace(task, "")
        plain = student.plain(prose, student.site(source))
        lost = [line for line in plain.splitlines() if len(line) > 20 and line not in text]
        assert lost == []

    def test_pair_can_be_answered(self, chapter):
        """After each task: the stub, what the right answer prints, and a cell that checks."""
        pair = nbformat.read(CHAPTERS[chapter].with_suffix(".ipynb"), 4)
        code = [cell.source for cell in pair.cells if cell.cell_type == "code"]
        for grade_id, cell in solutions(jupytext.read(CHAPTERS[chapter])).items():
            stub = student.stub(cell.source)
            assert "raise NotImplementedError()" in stub
            number, _, letter = grade_id.rpartition("-")
            names = ", ".join(student.defined(cell.source))
            after = code[code.index(stub) + 1]
            assert after == f'exercises.check("{number}.{letter}", {names})'

    def test_pair_is_plain_markdown(self, chapter):
        pair = nbformat.read(CHAPTERS[chapter].with_suffix(".ipynb"), 4)
        text = "\n".join(cell.source for cell in pair.cells if cell.cell_type == "markdown")
        assert re.findall(r"^:::.*|\{[a-z:]+\}`[^`]*`|\]\([\w-]+\.md", text, re.M) == []


@pytest.mark.parametrize(
    ("myst", "markdown"),
    [
        ("a {term}`linear probe`, {term}`views <view>`", "a linear probe, views"),
        ("see [chapter 5](05-project.md#break)", f"see [chapter 5]({SITE}05-project.ipynb)"),
        ("the [glossary](glossary.md)", "the glossary"),
        ("(label)=\n## Title", "## Title"),
        (
            ":::{admonition} Note\n:class: note\nOne.\n\nTwo.\n:::",
            "> **Note**\n>\n> One.\n>\n> Two.",
        ),
        (
            "::::{admonition} Hint\n:class: dropdown\n`a`\n::::",
            "<details><summary>Hint</summary>\n\n`a`\n\n</details>",
        ),
        (":::{prf:proof}\nClear.\n:::", "> **Proof**\n>\n> Clear."),
        (
            "{cite}`chen2021exploring`",
            "([Chen and He, 2021](https://arxiv.org/abs/2011.10566))",
        ),
    ],
)
def test_plain(myst, markdown):
    assert student.plain(myst, SITE) == markdown


def test_an_unknown_citation_is_an_error():
    with pytest.raises(KeyError, match="nobody2020nothing"):
        student.plain("{cite}`nobody2020nothing`", SITE)
