"""What the tests of the exercises share: chapters, answers, submissions and their grading."""

import copy
import csv
import re
import subprocess
import sys
from pathlib import Path

import nbformat

from coursekit import assignment

CHAPTERS = assignment.chapters()
SECRET = re.compile(r"### BEGIN SOLUTION\n(.*?)\n *### END SOLUTION", re.S)


def solutions(notebook) -> dict[str, nbformat.NotebookNode]:
    """The cells that a student writes, by grade id."""
    graded = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("solution")]
    return {cell.metadata["nbgrader"]["grade_id"]: cell for cell in graded}


def answered(released, answers):
    """A released notebook with a student's answers in place of the stubs."""
    notebook = copy.deepcopy(released)
    for grade_id, cell in solutions(notebook).items():
        cell.source = solutions(answers)[grade_id].source
    return notebook


def with_body(notebook, exercise, body):
    """The notebook with a body of its own in the functions of one answer."""
    cell = solutions(notebook)[exercise]
    cell.source = re.sub(r'(""".*?"""\n).*', rf"\1    {body}\n", cell.source, count=1, flags=re.S)
    return notebook


def run(course: Path, *arguments: str) -> subprocess.CompletedProcess:
    """One of the instructor's commands on a course folder."""
    command = [sys.executable, "-m", "coursekit.assignment", "--course", str(course)]
    return subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)


def read(course: Path, stage: str, name: str, chapter: str):
    """The notebook of a chapter in ``source`` or ``release``."""
    return nbformat.read(course / stage / name / f"{chapter}.ipynb", as_version=4)


def hand_in(course: Path, student: str, name: str, chapter: str, notebook) -> None:
    """Submit a notebook, or a text in its place."""
    path = course / "submitted" / student / name / f"{chapter}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(notebook, str):
        path.write_text(notebook, encoding="utf-8")
    else:
        nbformat.write(notebook, path)


def marks(course: Path, name: str) -> dict[tuple[str, str], dict[str, tuple[float, str]]]:
    """{(student, chapter): {exercise: (mark, reason)}} of a graded assignment."""
    found: dict = {}
    with open(course / f"{name}-marks.csv", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            exercises = found.setdefault((row["student"], row["chapter"]), {})
            exercises[row["exercise"]] = float(row["mark"]), row["reason"]
    return found
