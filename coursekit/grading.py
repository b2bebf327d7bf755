"""Grade the notebooks that came back for an assignment, each on its own, with nbgrader."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import nbformat
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from nbgrader import preprocessors
from nbgrader.apps import NbGraderAPI
from nbgrader.converters import Autograde
from nbgrader.utils import rmtree
from sqlalchemy.exc import SAWarning
from traitlets.config import Config, PyFileConfigLoader

from coursekit import ROOT
from coursekit.progress import Bar

CONFIGURATION = ROOT / "assignments"
LARGEST = 20_000_000
"""Bytes of a notebook, submitted or graded; one with more holds output by the megabyte."""
MEMORY = 16_000_000_000
"""Bytes of address space for the grader and each kernel; TensorFlow reserves some by itself."""
BUSY = 600
"""Seconds that a busy machine may need to start a kernel, or to hand over what it printed."""
TOO_LONG = "the cell took longer than is allowed"
NOT_ANSWERED = "Not answered."


class Execute(preprocessors.Execute):
    """Runs a notebook in silence; a kernel that dies costs the exercises from there on alone."""

    def preprocess(self, nb, resources, km=None):
        self.at = None
        try:
            return super().preprocess(nb, resources, km)
        except DeadKernelError:
            if self.at is None:  # it never lived
                raise
            _bury(nb, self.at)
            return nb, resources

    def start_new_kernel(self, **options):
        # Its log says how it talks to the grader; what students print comes another way.
        return super().start_new_kernel(stderr=subprocess.DEVNULL, **options)

    def preprocess_cell(self, cell, resources, index):
        self.at = index
        return super().preprocess_cell(cell, resources, index)

    def on_cell_executed(self, **kwargs):
        super().on_cell_executed(**kwargs)
        payload = kwargs["execute_reply"]["content"].get("payload", [])
        if any(one.get("source") == "ask_exit" for one in payload):
            raise DeadKernelError  # by quit(); it would be noticed only in a later cell


def _bury(notebook: NotebookNode, at: int) -> None:
    """Say in the cell whose kernel died, and in the test cells after it, that it did."""
    names = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
    before = [name for name in names[: at + 1] if name] or ["the first cells"]
    told = f"the kernel died in {before[-1].removesuffix('-tests')}"
    for index, cell in enumerate(notebook.cells[at:], at):
        if index == at or cell.metadata.get("nbgrader", {}).get("grade"):
            error = nbformat.v4.new_output("error", ename="DeadKernelError", evalue=told)
            error.traceback = [f"DeadKernelError: {told}"]
            cell.outputs.insert(0, error)


def api(course: Path, seconds: int = 120) -> NbGraderAPI:
    """nbgrader with the settings of the course, in a course folder."""
    config = PyFileConfigLoader("nbgrader_config.py", path=str(CONFIGURATION)).load_config()
    config.merge(Config({"CourseDirectory": {"root": str(course)}}))
    config.ExecutePreprocessor.timeout = seconds
    config.ExecutePreprocessor.startup_timeout = BUSY
    config.ExecutePreprocessor.iopub_timeout = BUSY
    config.CourseDirectory.db_url = f"sqlite:///{course}/gradebook.db"
    config.Autograde.autograde_preprocessors = [
        Execute if step is preprocessors.Execute else step
        for step in Autograde.autograde_preprocessors.default()
    ]
    return NbGraderAPI(config=config)


def fault(submitted: Path, released: Path) -> str | None:
    """Why a submitted notebook cannot be graded, in a sentence for the student; or None."""
    if not submitted.is_file():
        return "This notebook was not handed in."
    if submitted.stat().st_size > LARGEST:
        return f"The notebook has more than {LARGEST // 1_000_000} MB: clear its outputs."
    try:
        with warnings.catch_warnings():  # a cell that is there twice is told below
            warnings.simplefilter("ignore")
            notebook = nbformat.read(submitted, as_version=4)
            nbformat.validate(notebook)
    except Exception as error:  # whatever a broken file makes nbformat raise
        return f"The file is not a readable notebook ({type(error).__name__})."
    wanted = _grade_ids(nbformat.read(released, as_version=4))
    there = _grade_ids(notebook)
    if missing := sorted(set(wanted) - set(there)):
        return f"Cells are missing: {', '.join(missing)}. Start again from the released notebook."
    if twice := sorted({one for one in there if there.count(one) > 1}):
        return f"Cells are there twice: {', '.join(twice)}. Start again from the released notebook."
    return None


def _grade_ids(notebook: NotebookNode) -> list[str]:
    cells = (cell.metadata.get("nbgrader") or {} for cell in notebook.cells)
    return [metadata["grade_id"] for metadata in cells if metadata.get("grade_id")]


def grade(course: Path, name: str, seconds: int = 120) -> Path:
    """Grade every submission; write feedback pages and NAME-marks.csv, whose path is returned.

    A line is printed for each student.  What cannot be graded earns zero with a reason; the other
    notebooks of the student and the other students are graded all the same.  Nothing in submitted/
    is changed.
    """
    released = {path.stem: path for path in sorted((course / "release" / name).glob("*.ipynb"))}
    if not released:
        raise SystemExit(f"There is no assignment {name!r} in {course / 'release'}.")
    folders = sorted((course / "submitted").glob(f"*/{name}"))
    if not folders:
        raise SystemExit(
            f"Nothing was handed in: {course / 'submitted'}/STUDENT/{name} is not there."
        )
    grader, rows = api(course, seconds), []
    with warnings.catch_warnings(), Bar(len(folders), "grading", stream=sys.stdout) as bar:
        warnings.simplefilter("ignore", SAWarning)  # of nbgrader's own code
        for folder in folders:
            who = folder.parent.name
            faults = _autograde(grader, course, name, who, released)
            own = [
                row
                for stem, path in released.items()
                for row in _marks(grader, name, who, stem, path, faults[stem])
            ]
            rows += own
            bar.step(f"{who}: {sum(r['mark'] for r in own):g} of {sum(r['of'] for r in own):g}")
    marks = course / f"{name}-marks.csv"
    with open(marks, "w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, ("student", "chapter", "exercise", "mark", "of", "reason"))
        writer.writeheader()
        writer.writerows(rows)
    return marks


def _autograde(
    grader: NbGraderAPI, course: Path, name: str, who: str, released: dict[str, Path]
) -> dict[str, str | None]:
    """Grade the notebooks of a student from a copy; why each could not be graded, or None."""
    submitted, desk = course / "submitted" / who / name, course / "desk"
    faults = {stem: fault(submitted / f"{stem}.ipynb", path) for stem, path in released.items()}
    sound = [stem for stem, reason in faults.items() if reason is None]
    for stage in ("autograded", "feedback"):  # of an earlier grading
        if (course / stage / who / name).is_dir():
            rmtree(course / stage / who / name)
    shutil.rmtree(desk, ignore_errors=True)
    try:
        (desk / who / name).mkdir(parents=True)
        for stem in sound:
            shutil.copyfile(submitted / f"{stem}.ipynb", desk / who / name / f"{stem}.ipynb")
        grader.coursedir.submitted_directory = "desk"
        for stem in sound:
            grader.coursedir.notebook_id = stem
            result = grader.autograde(name, who)
            faults[stem] = _silenced(course / "autograded" / who / name / f"{stem}.ipynb")
            if not result["success"]:
                faults[stem] = f"The notebook could not be graded: {why(result)}"
    finally:
        grader.coursedir.notebook_id = "*"
        shutil.rmtree(desk, ignore_errors=True)
    if None in faults.values():
        write_feedback(grader, course, name, who, faults)
    return faults


def write_feedback(
    grader: NbGraderAPI, course: Path, name: str, who: str, faults: dict[str, str | None]
) -> None:
    """Pages for the graded notebooks of a student, except those that printed too much."""
    result = grader.generate_feedback(name, who)
    if not result["success"]:  # the marks stand all the same
        print(f"{who} gets no feedback pages: {why(result)}", file=sys.stderr)
    for stem, reason in faults.items():
        if reason:
            (course / "feedback" / who / name / f"{stem}.html").unlink(missing_ok=True)


def why(result: dict) -> str:
    """What nbgrader says of a failure, in a line."""
    lines = [line.strip() for line in (result.get("log") or result.get("error", "")).splitlines()]
    errors = [line for line in lines if re.match(r"[\w.]+(?:Error|Exception)\b", line)]
    told = [line.removeprefix("[ERROR] ") for line in lines if line.startswith("[ERROR] ")]
    return (errors[-1:] or told or ["no message"])[0]


def _silenced(graded: Path) -> str | None:
    """That a graded notebook printed too much, and then its output is dropped; or None."""
    if not graded.is_file() or graded.stat().st_size <= LARGEST:
        return None
    notebook = nbformat.read(graded, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    graded.unlink()  # nbgrader leaves it read-only
    nbformat.write(notebook, graded)
    return f"When it ran, the notebook printed more than {LARGEST // 1_000_000} MB."


def _marks(
    grader: NbGraderAPI, name: str, who: str, stem: str, released: Path, reason: str | None
) -> list[dict]:
    """One row for each exercise of a notebook."""
    release = nbformat.read(released, as_version=4)
    cells = (cell.metadata.get("nbgrader", {}) for cell in release.cells)
    full = {cell["grade_id"]: cell["points"] for cell in cells if cell.get("grade")}
    earned, failed = ({}, {}) if reason else _earned(grader, name, who, stem, release)
    return [
        {
            "student": who,
            "chapter": stem,
            "exercise": grade_id.removesuffix("-tests"),
            "mark": earned.get(grade_id, 0),
            "of": points,
            "reason": reason or failed.get(grade_id, ""),
        }
        for grade_id, points in full.items()
    ]


def _earned(
    grader: NbGraderAPI, name: str, who: str, stem: str, release: NotebookNode
) -> tuple[dict[str, float], dict[str, str]]:
    """Marks, and the first line of what went wrong, of each test cell."""
    with grader.gradebook as gradebook:
        submission = gradebook.find_submission_notebook(stem, name, who)
        earned = {cell.name: cell.score or 0 for cell in submission.grades}
    graded = nbformat.read(
        Path(grader.coursedir.format_path("autograded", who, name)) / f"{stem}.ipynb", as_version=4
    )
    failed = {}
    for cell in graded.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error" and cell.metadata.get("nbgrader"):
                first = (output.evalue or TOO_LONG).splitlines()[0]
                failed.setdefault(cell.metadata["nbgrader"]["grade_id"], f"{output.ename}: {first}")
    stubs, answers = _solutions(release), _solutions(graded)
    for grade_id in failed:
        exercise = grade_id.removesuffix("-tests")
        if answers.get(exercise, "").strip() == stubs.get(exercise, "").strip():
            failed[grade_id] = NOT_ANSWERED
    return earned, failed


def _solutions(notebook: NotebookNode) -> dict[str, str]:
    """The code of the cells that a student writes, by grade id."""
    cells = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("solution")]
    return {cell.metadata["nbgrader"]["grade_id"]: cell.source for cell in cells}


def limit_memory() -> None:
    """A kernel that asks for more gets a MemoryError, and the machine lives on (Unix only)."""
    try:
        import resource
    except ImportError:
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    soft = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
