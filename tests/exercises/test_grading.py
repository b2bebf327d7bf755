"""Real nbgrader on the chapters' exercises: right answers earn all, wrong ones are told why."""

import copy
import re
from pathlib import Path

import jupytext
import nbformat
import pytest
from mutants import MUTANTS
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config, PyFileConfigLoader

ROOT = Path(__file__).parents[2]
SOLVED, STUB = "solved", "stub"
MUTANT_NAMES = [f"mutant-{number}" for number in range(len(MUTANTS))]


def exercises(source: Path) -> nbformat.NotebookNode:
    """The graded cells of a chapter and the set-up they need, as a notebook that runs alone."""
    notebook = jupytext.read(source)
    notebook.cells = [
        cell
        for cell in notebook.cells
        if "nbgrader" in cell.metadata or "exercise-setup" in cell.metadata.get("tags", [])
    ]
    for position, cell in enumerate(notebook.cells):
        cell.id = f"cell-{position}"
    return notebook


def graded_cell(notebook, grade_id):
    return next(
        cell
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course folder in which a solved, an untouched and all mutant submissions were graded."""
    root = tmp_path_factory.mktemp("course")
    config = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT / "assignments")).load_config()
    config.merge(Config({"CourseDirectory": {"root": str(root)}}))
    config.CourseDirectory.db_url = f"sqlite:///{root}/gradebook.db"
    api = NbGraderAPI(config=config)

    solution = exercises(ROOT / "book" / "05-project.md")
    (root / "source" / "week1").mkdir(parents=True)
    nbformat.write(solution, root / "source" / "week1" / "05-project.ipynb")
    assert api.generate_assignment("week1")["success"]
    released = nbformat.read(root / "release" / "week1" / "05-project.ipynb", as_version=4)

    submissions = {STUB: released, SOLVED: answered(released, solution)}
    for name, mutant in zip(MUTANT_NAMES, MUTANTS, strict=True):
        wrong = copy.deepcopy(solution)
        cell = graded_cell(wrong, mutant.exercise)
        assert cell.source.count(mutant.old) == 1, f"{mutant.misconception}: solution has changed"
        cell.source = cell.source.replace(mutant.old, mutant.new)
        submissions[name] = answered(released, wrong)
    for student, notebook in submissions.items():
        folder = root / "submitted" / student / "week1"
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / "05-project.ipynb")
        assert api.autograde("week1", student)["success"]
    return root, api, released


def answered(released, solution):
    """The released notebook with a student's answers in place of the stubs."""
    notebook = copy.deepcopy(released)
    for cell in notebook.cells:
        metadata = cell.metadata.get("nbgrader", {})
        if metadata.get("solution"):
            cell.source = graded_cell(solution, metadata["grade_id"]).source
    return notebook


def scores(course, student) -> dict[str, float]:
    _, api, _ = course
    with api.gradebook as gradebook:
        submission = gradebook.find_submission_notebook("05-project", "week1", student)
        return {grade.name: grade.score for grade in submission.grades}


def feedback(course, student) -> str:
    root, _, _ = course
    path = root / "autograded" / student / "week1" / "05-project.ipynb"
    errors = [
        output.evalue
        for cell in nbformat.read(path, as_version=4).cells
        for output in cell.get("outputs", [])
        if output.output_type == "error"
    ]
    return "\n".join(errors)


def test_release_hides_solutions_and_hidden_tests(course):
    _, _, released = course
    text = "\n".join(cell.source for cell in released.cells)
    assert "NotImplementedError" in text
    for secret in ("BEGIN SOLUTION", "BEGIN HIDDEN", "default_rng(seed).normal", "argsort"):
        assert secret not in text


def test_solution_earns_full_marks(course):
    assert scores(course, SOLVED) == {"05-a-tests": 3, "05-b-tests": 3}


def test_stub_earns_nothing(course):
    assert scores(course, STUB) == {"05-a-tests": 0, "05-b-tests": 0}


@pytest.mark.parametrize(
    ("student", "mutant"),
    list(zip(MUTANT_NAMES, MUTANTS, strict=True)),
    ids=[re.sub(r"\W+", "-", mutant.misconception) for mutant in MUTANTS],
)
def test_wrong_answer_is_rejected_with_its_misconception(course, student, mutant):
    marks = scores(course, student)
    assert marks.pop(f"{mutant.exercise}-tests") == 0
    assert set(marks.values()) == {3}, "the other exercise was right"
    assert mutant.message in feedback(course, student)


def test_stub_on_the_page_is_the_head_of_the_solution():
    """What the page shows as the task has the signatures and docstrings of the solution."""
    source = (ROOT / "book" / "05-project.md").read_text()
    notebook = exercises(ROOT / "book" / "05-project.md")
    for grade_id in ("05-a", "05-b"):
        solution = graded_cell(notebook, grade_id).source
        stub = re.sub(r" *### BEGIN SOLUTION.*?### END SOLUTION\n?", "", solution, flags=re.S)
        assert f"```python\n{stub.strip()}\n```" in source
