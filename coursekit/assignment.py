"""Make assignments of the book's exercises and grade what comes back, with nbgrader.

    python -m coursekit.assignment create NAME CHAPTER…   source/, release/ and NAME.zip;
                          --for-marks leaves the exercises for self-study out
    python -m coursekit.assignment grade NAME             marks.csv and feedback for submitted/

Everything lives in assignments/course (``--course`` names another folder).  A chapter is the
beginning of its file's name: 03-5.  Submissions are submitted/STUDENT/NAME/CHAPTER.ipynb.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import zipfile
from pathlib import Path

import jupytext
import nbformat

from coursekit import BOOK, ROOT, grading, student

COURSE = ROOT / "assignments" / "course"


def chapters() -> dict[str, Path]:
    """Chapters that have graded exercises, by the stem of their file."""
    pages = sorted(BOOK.glob("*.md"))
    return {page.stem: page for page in pages if "grade_id:" in page.read_text(encoding="utf-8")}


def number(stem: str) -> str:
    """The number that the name of a chapter's file begins with: 03-5."""
    return re.sub(r"^(\d\d(?:-\d)?).*", r"\1", stem)


def find(name: str) -> Path:
    """The page of a chapter from its name or number; raises SystemExit."""
    known = chapters()
    for stem, page in known.items():
        if name in (stem, number(stem)):
            return page
    raise SystemExit(f"No chapter {name!r} with exercises; there are: {', '.join(known)}")


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


def create(course: Path, name: str, pages: list[Path], for_marks: bool = False) -> Path:
    """Write source and release notebooks and a ZIP of the release; returns the ZIP."""
    source = course / "source" / name
    if source.exists():
        raise SystemExit(f"{source} exists; choose another name, or remove it first.")
    source.mkdir(parents=True)
    try:
        for page in pages:
            nbformat.write(assignment(page, for_marks), source / f"{page.stem}.ipynb")
        result = grading.api(course).generate_assignment(name)
        if not result["success"]:
            raise SystemExit(result.get("error") or result.get("log") or "nbgrader failed")
    except BaseException:  # half an assignment would keep its name from the next try
        shutil.rmtree(source)
        raise
    release, archive = course / "release" / name, course / f"{name}.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for notebook in sorted(release.glob("*.ipynb")):
            packed.write(notebook, f"{name}/{notebook.name}")
    return archive


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--course", type=Path, default=COURSE, help="default: assignments/course")
    commands = parser.add_subparsers(dest="command", required=True)
    creates = commands.add_parser("create", help="make an assignment")
    creates.add_argument("name")
    creates.add_argument("chapters", nargs="+", metavar="CHAPTER")
    creates.add_argument("--for-marks", action="store_true", help="no exercises for self-study")
    grades = commands.add_parser("grade", help="grade an assignment")
    grades.add_argument("name")
    grades.add_argument("--seconds", type=int, default=120, help="for one cell; default: 120")
    options = parser.parse_args(arguments)
    course = options.course.resolve()
    if not re.fullmatch(r"[A-Za-z0-9_-]+", options.name):
        parser.error(f"{options.name!r} is no name: use letters, digits, - and _")
    if options.command == "create":
        pages = [find(name) for name in options.chapters]
        archive = create(course, options.name, pages, options.for_marks)
        print(f"For students: {_near(archive)}")
        print(f"Their work goes to: {_near(course)}/submitted/STUDENT/{options.name}")
    else:
        grading.limit_memory()
        marks = grading.grade(course, options.name, options.seconds)
        print(f"Marks: {_near(marks)}")
        print(f"Feedback: {_near(course)}/feedback/STUDENT/{options.name}/")
    return 0


def _near(path: Path) -> Path:
    """The path as one types it here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


if __name__ == "__main__":
    sys.exit(main())
