"""The commands of an instructor, on the submissions that one hopes never to get."""

import csv
import json
import re
import subprocess
import sys
import zipfile

import nbformat
import pytest
from test_grading import answered, solutions

from coursekit import assignment

CHAPTERS = {"01": "01-background", "06": "06-applications"}


def run(course, *arguments):
    command = [sys.executable, "-m", "coursekit.assignment", "--course", str(course)]
    return subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)


def hand_in(course, student, chapter, notebook, name="week1"):
    path = course / "submitted" / student / name / f"{chapter}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(notebook, str):
        path.write_text(notebook)
    else:
        nbformat.write(notebook, path)


def with_body(notebook, exercise, body):
    """The notebook with a body of its own in the functions of one answer."""
    cell = solutions(notebook)[exercise]
    cell.source = re.sub(r'(""".*?"""\n).*', rf"\1    {body}\n", cell.source, count=1, flags=re.S)
    return notebook


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A course in which everything has gone wrong, graded once: folder and rows of the marks."""
    course = tmp_path_factory.mktemp("course")
    made = run(course, "create", "week1", *CHAPTERS)
    assert made.returncode == 0, made.stderr
    for chapter in CHAPTERS.values():
        source = nbformat.read(course / "source" / "week1" / f"{chapter}.ipynb", 4)
        release = nbformat.read(course / "release" / "week1" / f"{chapter}.ipynb", 4)
        hand_in(course, "good", chapter, answered(release, source))
        if chapter == "06-applications":
            continue  # the others do not hand this one in

        def solved(release=release, source=source):
            return answered(release, source)

        hand_in(course, "loops", chapter, with_body(solved(), "01-a", "while True: pass"))
        hand_in(course, "raises", chapter, with_body(solved(), "01-a", "raise OSError('no disk')"))
        hand_in(course, "hungry", chapter, with_body(solved(), "01-a", "return np.ones(10**11)"))
        loud = solved()
        cell = solutions(loud)["01-a"]
        noise = r"\1    print('x' * 30_000_000)\n"
        cell.source = re.sub(r'(""".*?"""\n)', noise, cell.source, count=1, flags=re.S)
        hand_in(course, "loud", chapter, loud)
        hand_in(course, "broken", chapter, "{not a notebook")
        bloated = solved()
        bloated.metadata["scratch"] = "x" * 21_000_000
        hand_in(course, "bloated", chapter, bloated)
        deleted = solved()
        deleted.cells = [c for c in deleted.cells if "tests" not in str(c.metadata)]
        hand_in(course, "deleted", chapter, deleted)
        twice = solved()
        twice.cells += [c for c in twice.cells if "01-a-tests" in str(c.metadata)]
        hand_in(course, "twice", chapter, twice)
        stranger = solved()
        for cell in stranger.cells:
            if cell.metadata.get("nbgrader", {}).get("grade"):
                cell.source, cell.metadata["nbgrader"]["points"] = "pass", 99
        hand_in(course, "cheats", chapter, with_body(stranger, "01-a", "return 0.0"))
        other = solved()
        for cell in other.cells:
            if "nbgrader" in cell.metadata:
                cell.metadata["nbgrader"]["grade_id"] += "-of-somebody-else"
        hand_in(course, "stranger", chapter, other)
    before = {path: path.read_bytes() for path in (course / "submitted").rglob("*.ipynb")}
    done = run(course, "grade", "week1", "--seconds", "60")
    assert done.returncode == 0, done.stderr
    assert before == {path: path.read_bytes() for path in (course / "submitted").rglob("*.ipynb")}
    with open(course / "week1-marks.csv", encoding="utf-8") as stream:
        return course, list(csv.DictReader(stream))


def marks(rows, student, chapter="01-background"):
    return {
        row["exercise"]: (float(row["mark"]), row["reason"])
        for row in rows
        if (row["student"], row["chapter"]) == (student, chapter)
    }


def test_release_holds_no_solution_and_is_zipped(graded):
    course, _ = graded
    with zipfile.ZipFile(course / "week1.zip") as packed:
        assert packed.namelist() == [f"week1/{chapter}.ipynb" for chapter in CHAPTERS.values()]
        for name in packed.namelist():
            text = packed.read(name).decode()
            assert "BEGIN" not in text
            assert "NotImplementedError" in text
            assert "admonition" not in text
            assert json.loads(text)["cells"][0]["source"]


def test_everything_right(graded):
    _, rows = graded
    for chapter in CHAPTERS.values():
        assert set(marks(rows, "good", chapter).values()) == {(3.0, "")}


@pytest.mark.parametrize(
    ("student", "reason"),
    [
        ("loops", "longer than is allowed|KeyboardInterrupt|Timeout"),
        ("raises", "OSError: no disk"),
        ("hungry", "Unable to allocate|MemoryError"),
        ("cheats", "AssertionError"),
    ],
)
def test_one_bad_answer_costs_its_own_marks_only(graded, student, reason):
    found = marks(graded[1], student)
    assert found["01-a"][0] == 0
    assert re.search(reason, found["01-a"][1]), found["01-a"]
    assert found["01-b"] == (3.0, "")


@pytest.mark.parametrize(
    ("student", "reason"),
    [
        ("broken", "not a readable notebook"),
        ("bloated", "clear its outputs"),
        ("loud", "printed more than 20 MB"),
        ("deleted", "Cells are missing: 01-a-tests, 01-b-tests"),
        ("stranger", "Cells are missing: 01-a"),
        ("twice", "Cells are there twice: 01-a-tests"),
    ],
)
def test_what_cannot_be_graded_is_zero_with_a_reason(graded, student, reason):
    found = marks(graded[1], student)
    assert set(found) == {"01-a", "01-b"}
    assert all(mark == 0 and reason in told for mark, told in found.values()), found


def test_what_was_not_handed_in_is_zero(graded):
    found = marks(graded[1], "raises", "06-applications")
    assert set(found.values()) == {(0.0, "This notebook was not handed in.")}


def test_feedback_names_the_misconception(graded):
    course, _ = graded
    page = (course / "feedback" / "cheats" / "week1" / "01-background.html").read_text()
    assert "AssertionError" in page


def test_unknown_chapter_and_name(tmp_path):
    unknown = run(tmp_path, "create", "week1", "77")
    assert unknown.returncode == 1
    assert "No chapter '77'" in unknown.stderr
    assert not (tmp_path / "source").exists()
    nothing = run(tmp_path, "grade", "week9")
    assert nothing.returncode == 1
    assert "no assignment 'week9'" in nothing.stderr


def test_statement_is_plain_markdown():
    for page in assignment.chapters().values():
        for cell in assignment.assignment(page).cells:
            if cell.cell_type == "markdown":
                assert not re.search(r":::|\{term\}|\{cite\}|\.md\)", cell.source), page.name
