"""Real nbgrader on the chapters' exercises: right answers earn all, wrong ones are told why."""

import copy
import re
from collections import Counter, defaultdict
from pathlib import Path

import nbformat
import pytest
from mutants import MUTANTS
from submissions import CHAPTERS, SECRET, answered, hand_in, solutions

from coursekit import assignment, grading
from coursekit.run.chapter import SECONDS_A_CELL

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # of nbgrader's code
SOLVED, STUB = "solved", "stub"


def points(notebook) -> dict[str, float]:
    """Full marks of each test cell."""
    cells = (cell.metadata.get("nbgrader", {}) for cell in notebook.cells)
    return {metadata["grade_id"]: metadata["points"] for metadata in cells if metadata.get("grade")}


def wrong_students(chapter: str) -> dict[str, list]:
    """Each wrong student gives the first, second, … wrong answer to every exercise."""
    students, given = defaultdict(list), Counter()
    for mutant in MUTANTS:
        if mutant.exercise.rpartition("-")[0] == assignment.number(chapter):
            given[mutant.exercise] += 1
            students[f"mutant-{given[mutant.exercise]}"].append(mutant)
    return students


class Course:
    """A course folder in which every submission for one chapter has been graded."""

    def __init__(self, root: Path, chapter: str):
        self.root, self.chapter = root, chapter
        self.api = grading.api(root, SECONDS_A_CELL)
        self.solution = assignment.assignment(CHAPTERS[chapter])
        source = self.path("source")
        source.parent.mkdir(parents=True)
        nbformat.write(self.solution, source)
        assert self.api.generate_assignment("week1")["success"]
        self.released = nbformat.read(self.path("release"), as_version=4)

        self.submit(STUB, self.released)
        self.submit(SOLVED, self.solution)
        for student, mutants in wrong_students(chapter).items():
            wrong = copy.deepcopy(self.solution)
            for mutant in mutants:
                cell = solutions(wrong)[mutant.exercise]
                found = cell.source.count(mutant.old)
                assert found == 1, f"solution changed: {mutant.misconception}"
                cell.source = cell.source.replace(mutant.old, mutant.new)
            self.submit(student, wrong)
        graded = self.api.autograde("week1", "*")
        assert graded["success"], graded

    def path(self, stage: str) -> Path:
        return self.root / stage / "week1" / f"{self.chapter}.ipynb"

    def submit(self, student: str, answers) -> None:
        hand_in(self.root, student, "week1", self.chapter, answered(self.released, answers))

    def scores(self, student: str) -> dict[str, float]:
        with self.api.gradebook as gradebook:
            submission = gradebook.find_submission_notebook(self.chapter, "week1", student)
            return {grade.name: grade.score for grade in submission.grades}

    def message(self, student: str, exercise: str) -> str:
        """What the failing tests of an exercise told the student."""
        notebook = nbformat.read(self.path(f"autograded/{student}"), as_version=4)
        tests = f"{exercise}-tests"
        cells = (
            c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == tests
        )
        outputs = (output for cell in cells for output in cell.outputs)
        return "\n".join(output.evalue for output in outputs if output.output_type == "error")


@pytest.fixture(scope="module")
def courses(forked, tmp_path_factory):
    graded = {}

    def course(chapter: str) -> Course:
        if chapter not in graded:
            graded[chapter] = Course(tmp_path_factory.mktemp(chapter), chapter)
        return graded[chapter]

    return course


@pytest.mark.parametrize("chapter", CHAPTERS)
class TestChapter:
    def test_release_hides_solutions_and_hidden_tests(self, courses, chapter):
        course = courses(chapter)
        text = "\n".join(cell.source for cell in course.released.cells)
        assert text.count("raise NotImplementedError()") >= len(solutions(course.solution))
        assert "BEGIN SOLUTION" not in text
        assert "BEGIN HIDDEN" not in text
        for cell in solutions(course.solution).values():
            assert SECRET.search(cell.source)[1] not in text

    def test_solution_earns_full_marks(self, courses, chapter):
        course = courses(chapter)
        assert course.scores(SOLVED) == points(course.solution)

    def test_stub_earns_nothing(self, courses, chapter):
        assert set(courses(chapter).scores(STUB).values()) == {0}

    def test_page_shows_the_stub_of_the_solution(self, chapter):
        """The task has the signatures and docstrings of the solution, and nothing else."""
        source = CHAPTERS[chapter].read_text(encoding="utf-8")
        for cell in solutions(assignment.assignment(CHAPTERS[chapter])).values():
            stub = re.sub(
                r" *### BEGIN SOLUTION.*?### END SOLUTION\n?", "", cell.source, flags=re.S
            )
            assert f"```python\n{stub.strip()}\n```" in source

    def test_at_least_two_wrong_answers_for_each_exercise(self, chapter):
        given = wrong_students(chapter).values()
        counted = Counter(mutant.exercise for mutants in given for mutant in mutants)
        assert set(counted) == set(solutions(assignment.assignment(CHAPTERS[chapter])))
        assert min(counted.values()) >= 2


WRONG = [
    pytest.param(
        chapter,
        student,
        mutant,
        id=re.sub(r"\W+", "-", f"{mutant.exercise} {mutant.misconception}"),
    )
    for chapter in CHAPTERS
    for student, mutants in wrong_students(chapter).items()
    for mutant in mutants
]


@pytest.mark.parametrize(("chapter", "student", "mutant"), WRONG)
def test_wrong_answer_is_rejected_with_its_misconception(courses, chapter, student, mutant):
    course = courses(chapter)
    wrong = {f"{other.exercise}-tests": 0 for other in wrong_students(chapter)[student]}
    assert course.scores(student) == points(course.solution) | wrong
    assert mutant.message in course.message(student, mutant.exercise)
