"""The commands of an instructor, on the submissions that one hopes never to get."""

import json
import re
import zipfile
from types import SimpleNamespace

import pytest
import submissions
from submissions import answered, hand_in, read, run, solutions, with_body

from coursekit import assignment, grading

CHAPTERS = {"01": "01-background", "06": "06-applications"}
BODIES = {
    "loops": ("01-a", "while True: pass"),
    "raises": ("01-a", "raise OSError('no disk')"),
    "hungry": ("01-a", "return np.ones(10**11)"),
    "quits": ("01-a", "quit()"),
    "crashes": ("01-b", "import os; os._exit(1)"),
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A course in which everything has gone wrong, graded once: folder and marks."""
    course = tmp_path_factory.mktemp("course")
    made = run(course, "create", "week1", *CHAPTERS)
    assert made.returncode == 0, made.stderr
    for chapter in CHAPTERS.values():
        source, release = (read(course, stage, "week1", chapter) for stage in ("source", "release"))
        hand_in(course, "good", "week1", chapter, answered(release, source))
        if chapter == "06-applications":
            hand_in(course, "quits", "week1", chapter, answered(release, source))
            continue  # the others do not hand this one in

        def solved(release=release, source=source):
            return answered(release, source)

        for student, (exercise, body) in BODIES.items():
            hand_in(course, student, "week1", chapter, with_body(solved(), exercise, body))
        hand_in(course, "empty", "week1", chapter, release)
        loud = solved()
        cell = solutions(loud)["01-a"]
        noise = r"\1    print('x' * 30_000_000)\n"
        cell.source = re.sub(r'(""".*?"""\n)', noise, cell.source, count=1, flags=re.S)
        hand_in(course, "loud", "week1", chapter, loud)
        hand_in(course, "broken", "week1", chapter, "{not a notebook")
        bloated = solved()
        bloated.metadata["scratch"] = "x" * 21_000_000
        hand_in(course, "bloated", "week1", chapter, bloated)
        deleted = solved()
        deleted.cells = [c for c in deleted.cells if "tests" not in str(c.metadata)]
        hand_in(course, "deleted", "week1", chapter, deleted)
        twice = solved()
        twice.cells += [c for c in twice.cells if "01-a-tests" in str(c.metadata)]
        hand_in(course, "twice", "week1", chapter, twice)
        stranger = solved()
        for cell in stranger.cells:
            if cell.metadata.get("nbgrader", {}).get("grade"):
                cell.source, cell.metadata["nbgrader"]["points"] = "pass", 99
        hand_in(course, "cheats", "week1", chapter, with_body(stranger, "01-a", "return 0.0"))
        other = solved()
        for cell in other.cells:
            if "nbgrader" in cell.metadata:
                cell.metadata["nbgrader"]["grade_id"] += "-of-somebody-else"
        hand_in(course, "stranger", "week1", chapter, other)
    before = {path: path.read_bytes() for path in (course / "submitted").rglob("*.ipynb")}
    done = run(course, "grade", "week1", "--seconds", "60")
    assert done.returncode == 0, done.stderr
    assert before == {path: path.read_bytes() for path in (course / "submitted").rglob("*.ipynb")}
    return course, submissions.marks(course, "week1"), done


def test_release_holds_no_solution_and_is_zipped(graded):
    course, *_ = graded
    with zipfile.ZipFile(course / "week1.zip") as packed:
        assert packed.namelist() == [f"week1/{chapter}.ipynb" for chapter in CHAPTERS.values()]
        for name in packed.namelist():
            text = packed.read(name).decode()
            assert "BEGIN" not in text
            assert "NotImplementedError" in text
            assert "admonition" not in text
            assert json.loads(text)["cells"][0]["source"]


def test_everything_right(graded):
    for chapter in CHAPTERS.values():
        assert set(graded[1]["good", chapter].values()) == {(3.0, "")}


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
    found = graded[1][student, "01-background"]
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
    found = graded[1][student, "01-background"]
    assert set(found) == {"01-a", "01-b"}
    assert all(mark == 0 and reason in told for mark, told in found.values()), found


def test_what_was_not_handed_in_is_zero(graded):
    found = graded[1]["raises", "06-applications"]
    assert set(found.values()) == {(0.0, "This notebook was not handed in.")}


@pytest.mark.parametrize(
    ("student", "expected"),
    [
        ("quits", {"01-a": (0, "the kernel died in 01-a"), "01-b": (0, "the kernel died in 01-a")}),
        ("crashes", {"01-a": (3, ""), "01-b": (0, "the kernel died in 01-b")}),
    ],
)
def test_a_kernel_that_dies_costs_what_comes_after_it_only(graded, student, expected):
    found = graded[1][student, "01-background"]
    assert {name: (mark, reason.rpartition(": ")[2]) for name, (mark, reason) in found.items()} == (
        expected
    )


def test_a_kernel_that_dies_costs_no_other_chapter(graded):
    assert set(graded[1]["quits", "06-applications"].values()) == {(3.0, "")}


def test_a_stub_is_not_answered(graded):
    found = graded[1]["empty", "01-background"]
    assert found == {"01-a": (0, "Not answered."), "01-b": (0, "Not answered.")}


def test_one_line_a_student_and_no_noise(graded):
    *_, done = graded
    students = sorted({student for student, _ in graded[1]})
    lines = done.stdout.splitlines()
    assert [line.split()[1] for line in lines[:-2]] == [f"{student}:" for student in students]
    assert f"[{students.index('good') + 1}/{len(students)}] good: 12 of 12" in lines
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        ("[ERROR] Traceback\n    nb.CellTimeoutError: no output\n[ERROR] See above", "no output"),
        (
            "[INFO] begins\n[ERROR] The kernel became unresponsive\n[ERROR] See above",
            "unresponsive",
        ),
        ("", "no message"),
    ],
)
def test_reason_is_what_happened(log, reason):
    assert reason in grading.why({"log": log})


def test_feedback_that_fails_costs_no_marks(tmp_path, capsys):
    grader = SimpleNamespace(
        generate_feedback=lambda *_: {"success": False, "log": "[ERROR] no template"}
    )
    grading.write_feedback(grader, tmp_path, "week1", "ada", {"01-background": None})
    assert capsys.readouterr().err == "ada gets no feedback pages: no template\n"


def test_feedback_names_the_misconception(graded):
    course, *_ = graded
    page = (course / "feedback" / "cheats" / "week1" / "01-background.html").read_text(
        encoding="utf-8"
    )
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
