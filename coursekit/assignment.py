"""Make assignments of the book's exercises and grade what comes back, with nbgrader.

    python -m coursekit.assignment create NAME CHAPTER…   source/, release/ and NAME.zip;
                          --for-marks leaves the exercises for self-study out
    python -m coursekit.assignment grade NAME             marks.csv and feedback for submitted/

Everything lives in assignments/course (``--course`` names another folder).  A chapter is the
beginning of its file's name: 03-5.  Submissions are submitted/STUDENT/NAME/CHAPTER.ipynb.
"""

from __future__ import annotations

import argparse
import csv
import re
import shutil
import sys
import zipfile
from pathlib import Path

import jupytext
import nbformat
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config, PyFileConfigLoader

from coursekit import BOOK, ROOT, student

COURSE = ROOT / "assignments" / "course"
CONFIGURATION = ROOT / "assignments"
LARGEST = 20_000_000
"""Bytes of a notebook, submitted or graded; one with more holds output by the megabyte."""
MEMORY = 16_000_000_000
"""Bytes of address space for the grader and each kernel; TensorFlow reserves some by itself."""
TOO_LONG = "the cell took longer than is allowed"


def chapters() -> dict[str, Path]:
    """Chapters that have graded exercises, by the stem of their file."""
    pages = sorted(BOOK.glob("*.md"))
    return {page.stem: page for page in pages if "grade_id:" in page.read_text(encoding="utf-8")}


def find(number: str) -> Path:
    """The page of a chapter from the beginning of its name; raises SystemExit."""
    known = chapters()
    for stem, page in known.items():
        if number in (stem, re.match(r"\d\d(-\d)?", stem)[0]):
            return page
    raise SystemExit(f"No chapter {number!r} with exercises; there are: {', '.join(known)}")


def assignment(source: Path, for_marks: bool = False) -> nbformat.NotebookNode:
    """The exercises of a chapter as a notebook that runs alone, solutions and tests included.

    With ``for_marks`` without those whose solution the page shows.
    """
    page = jupytext.read(source)
    pair = source.with_suffix(".ipynb")
    targets = student.printed(nbformat.read(pair, as_version=4)) if pair.is_file() else {}
    title = re.search(r"^# (.*)$", source.read_text(encoding="utf-8"), re.M)[1]
    cells = [nbformat.v4.new_markdown_cell(_START.format(title=title))]
    statement, left_out = None, False
    for cell in page.cells:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "markdown" and "### Exercise" in cell.source:
            statement = cell.source[cell.source.rindex("### Exercise") :]
        elif cell.metadata.get("nbgrader", {}).get("solution"):
            left_out = for_marks and not student.is_for_marks(cell)
            if left_out:
                continue
            text = statement.replace(f"```python\n{student.task(cell)}\n```", "")
            for line in (student.SELF_STUDY_LINE, student.FOR_MARKS_LINE):
                text = text.replace(f"{line}\n\n", "")
            text = re.sub(r"\n{3,}", "\n\n", student.plain(text, student.site(page)))
            if target := targets.get(cell.metadata["nbgrader"]["grade_id"]):
                text += f"\n\nThe right answer prints:\n\n```text\n{target}\n```"
            cells += [nbformat.v4.new_markdown_cell(text), cell]
        elif left_out and "nbgrader" in cell.metadata:
            continue
        elif "nbgrader" in cell.metadata or "exercise-setup" in tags or _installs(cell):
            cells.append(cell)
    for position, cell in enumerate(cells):
        cell.id = f"cell-{position}"
        cell.metadata = {k: v for k, v in cell.metadata.items() if k in ("nbgrader", "tags")}
    page.cells = cells
    page.metadata = {"kernelspec": page.metadata["kernelspec"]}
    return page


def _installs(cell: nbformat.NotebookNode) -> bool:
    return "import ssl_course\nexcept" in cell.source


_START = """# Exercises of chapter {title}

Write your answers where it says `YOUR CODE HERE`, and leave all other cells as they are.
Before you hand in: restart the kernel and run all cells."""


def api(course: Path, seconds: int = 120) -> NbGraderAPI:
    """nbgrader with the settings of the course, in a course folder."""
    config = PyFileConfigLoader("nbgrader_config.py", path=str(CONFIGURATION)).load_config()
    config.merge(Config({"CourseDirectory": {"root": str(course)}}))
    config.ExecutePreprocessor.timeout = seconds
    config.CourseDirectory.db_url = f"sqlite:///{course}/gradebook.db"
    return NbGraderAPI(config=config)


def create(course: Path, name: str, pages: list[Path], for_marks: bool = False) -> Path:
    """Write source and release notebooks and a ZIP of the release; returns the ZIP."""
    source = course / "source" / name
    if source.exists():
        raise SystemExit(f"{source} exists; choose another name, or remove it first.")
    source.mkdir(parents=True)
    try:
        for page in pages:
            nbformat.write(assignment(page, for_marks), source / f"{page.stem}.ipynb")
        _succeeded(api(course).generate_assignment(name))
    except BaseException:  # half an assignment would keep its name from the next try
        shutil.rmtree(source)
        raise
    release, archive = course / "release" / name, course / f"{name}.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for notebook in sorted(release.glob("*.ipynb")):
            packed.write(notebook, f"{name}/{notebook.name}")
    return archive


def _succeeded(result: dict) -> None:
    if not result["success"]:
        raise SystemExit(result.get("error") or result.get("log") or "nbgrader failed")


def fault(submitted: Path, released: Path) -> str | None:
    """Why a submitted notebook cannot be graded, in a sentence for the student; or None."""
    if not submitted.is_file():
        return "This notebook was not handed in."
    if submitted.stat().st_size > LARGEST:
        return f"The notebook has more than {LARGEST // 1_000_000} MB: clear its outputs."
    try:
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


def _grade_ids(notebook) -> list[str]:
    cells = (cell.metadata.get("nbgrader") or {} for cell in notebook.cells)
    return [metadata["grade_id"] for metadata in cells if metadata.get("grade_id")]


def grade(course: Path, name: str, seconds: int = 120) -> Path:
    """Grade every submission; write feedback pages and NAME-marks.csv, whose path is returned.

    What cannot be graded earns zero with a reason; the other submissions are graded all the same.
    Nothing in submitted/ is changed.
    """
    released = {path.stem: path for path in sorted((course / "release" / name).glob("*.ipynb"))}
    if not released:
        raise SystemExit(f"There is no assignment {name!r} in {course / 'release'}.")
    grader, rows = api(course, seconds), []
    folders = sorted((course / "submitted").glob(f"*/{name}"))
    if not folders:
        raise SystemExit(
            f"Nothing was handed in: {course / 'submitted'}/STUDENT/{name} is not there."
        )
    for folder in folders:
        who = folder.parent.name
        faults = {stem: fault(folder / f"{stem}.ipynb", path) for stem, path in released.items()}
        reason = _autograde(grader, course, name, who, faults)
        for stem, path in released.items():
            rows += _marks(grader, name, who, stem, path, faults[stem] or reason)
    marks = course / f"{name}-marks.csv"
    with open(marks, "w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, ("student", "chapter", "exercise", "mark", "of", "reason"))
        writer.writeheader()
        writer.writerows(rows)
    return marks


def _autograde(grader, course: Path, name: str, student: str, faults: dict) -> str | None:
    """Grade the sound notebooks of a student from a copy; returns why that failed, or None.

    ``faults`` gets a reason for those that print too much.
    """
    sound = [stem for stem, reason in faults.items() if reason is None]
    if not sound:
        return None
    desk = course / "desk"
    shutil.rmtree(desk, ignore_errors=True)
    try:
        for stem in sound:
            copy = desk / student / name / f"{stem}.ipynb"
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(course / "submitted" / student / name / f"{stem}.ipynb", copy)
        grader.coursedir.submitted_directory = "desk"
        result = grader.autograde(name, student)
        loud = _silenced(grader, name, student, sound) if result["success"] else []
        if result["success"]:
            result = grader.generate_feedback(name, student)
    finally:
        shutil.rmtree(desk, ignore_errors=True)
    for stem in loud:
        faults[stem] = f"When it ran, the notebook printed more than {LARGEST // 1_000_000} MB."
        (course / "feedback" / student / name / f"{stem}.html").unlink(missing_ok=True)
    if result["success"]:
        return None
    last = [line for line in (result.get("log") or result.get("error") or "").splitlines() if line]
    return f"The notebook could not be graded: {last[-1] if last else 'no message'}"


def _silenced(grader, name: str, student: str, stems: list[str]) -> list[str]:
    """The graded notebooks that printed too much; their output is dropped."""
    loud = []
    for stem in stems:
        file = Path(grader.coursedir.format_path("autograded", student, name)) / f"{stem}.ipynb"
        if file.stat().st_size > LARGEST:
            loud.append(stem)
            notebook = nbformat.read(file, as_version=4)
            for cell in notebook.cells:
                if cell.cell_type == "code":
                    cell.outputs = []
            file.unlink()  # nbgrader leaves it read-only
            nbformat.write(notebook, file)
    return loud


def _marks(grader, name: str, student: str, stem: str, released: Path, reason: str | None) -> list:
    """One row for each exercise of a notebook."""
    cells = (cell.metadata.get("nbgrader", {}) for cell in nbformat.read(released, 4).cells)
    full = {cell["grade_id"]: cell["points"] for cell in cells if cell.get("grade")}
    earned, failed = ({}, {}) if reason else _earned(grader, name, student, stem)
    return [
        {
            "student": student,
            "chapter": stem,
            "exercise": grade_id.removesuffix("-tests"),
            "mark": earned.get(grade_id, 0),
            "of": points,
            "reason": reason or failed.get(grade_id, ""),
        }
        for grade_id, points in full.items()
    ]


def _earned(grader, name: str, student: str, stem: str) -> tuple[dict, dict]:
    """Marks, and the first line of what went wrong, of each test cell."""
    with grader.gradebook as gradebook:
        submission = gradebook.find_submission_notebook(stem, name, student)
        earned = {cell.name: cell.score or 0 for cell in submission.grades}
    graded = grader.coursedir.format_path("autograded", student, name)
    failed = {}
    for cell in nbformat.read(Path(graded) / f"{stem}.ipynb", 4).cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error" and cell.metadata.get("nbgrader"):
                first = (output.evalue or TOO_LONG).splitlines()[0]
                failed.setdefault(cell.metadata["nbgrader"]["grade_id"], f"{output.ename}: {first}")
    return earned, failed


def _limit_memory() -> None:
    """A kernel that asks for more gets a MemoryError, and the machine lives on (Unix only)."""
    try:
        import resource
    except ImportError:
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    soft = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--course", type=Path, default=COURSE, help="default: assignments/course")
    commands = parser.add_subparsers(dest="command", required=True)
    making = commands.add_parser("create", help="make an assignment")
    making.add_argument("name")
    making.add_argument("chapters", nargs="+", metavar="CHAPTER")
    making.add_argument("--for-marks", action="store_true", help="no exercises for self-study")
    grading = commands.add_parser("grade", help="grade an assignment")
    grading.add_argument("name")
    grading.add_argument("--seconds", type=int, default=120, help="for one cell; default: 120")
    options = parser.parse_args()
    course = options.course.resolve()
    if not re.fullmatch(r"[A-Za-z0-9_-]+", options.name):
        parser.error(f"{options.name!r} is no name: use letters, digits, - and _")
    if options.command == "create":
        pages = [find(number) for number in options.chapters]
        archive = create(course, options.name, pages, options.for_marks)
        print(f"For students: {_near(archive)}")
        print(f"Their work goes to: {_near(course)}/submitted/STUDENT/{options.name}")
    else:
        _limit_memory()
        marks = grade(course, options.name, options.seconds)
        print(f"Marks: {_near(marks)}")
        print(f"Feedback: {_near(course)}/feedback/STUDENT/{options.name}/")
    return 0


def _near(path: Path) -> Path:
    """The path as one types it here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


if __name__ == "__main__":
    sys.exit(main())
