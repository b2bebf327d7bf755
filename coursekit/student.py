"""The student's version of a chapter: what the paired notebook and the page's downloads hold.

No hidden check, no solution of an exercise for marks, and Markdown that every notebook shows in
place of MyST.  An exercise is for marks if its solution cell has the tag ``remove-cell``: then the
page leaves the solution out.  The others are for self-study, their solution is folded.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Mapping
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from coursekit import ROOT
from ssl_course.chapters import bibliography

FOR_MARKS = "remove-cell"
SELF_STUDY_LINE = "*For self-study: the solution is folded below.*"
FOR_MARKS_LINE = "*For marks: the solution is with the instructors.*"
"""Under the heading of every exercise in the page stands one of these."""
FRONT_MATTER = re.compile(r"---\n(.*?)^---$", re.S | re.M)
BODY = re.compile(r"^( *)### BEGIN SOLUTION\n.*?### END SOLUTION$", re.S | re.M)
MARKERS = re.compile(r" *### (?:BEGIN|END) SOLUTION\n?")
TARGET = re.compile(r"```text\n(.*)\n```", re.S)


def version(chapter: NotebookNode, targets: Mapping[str, str] | None = None) -> NotebookNode:
    """A copy of a chapter for students.

    After each task come a stub to fill in, what the right answer prints, the prose between a
    solution and its check, a cell that checks the answer, and for self-study the folded solution.
    ``targets`` is what the right answers print, by grade id; without it, the outputs of
    ``chapter`` tell.
    """
    targets = printed(chapter) if targets is None else targets
    address = site(chapter)
    cells = []
    solution, remarks = None, []
    for cell in copy.deepcopy(chapter).cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("solution"):
            solution = cell
            cells[-1].source = cells[-1].source.replace(f"```python\n{task(cell)}\n```\n\n", "")
            cells.append(_code(stub(cell.source), stub=about["grade_id"]))
        elif about.get("grade"):
            target = targets.get(solution.metadata["nbgrader"]["grade_id"])
            cells += _after(solution, target, remarks)
            solution, remarks = None, []
        elif solution is None:
            cells.append(cell)
        elif cell.cell_type == "markdown":
            remarks.append(cell)
    for position, cell in enumerate(cells):
        cell.id = f"cell-{position:03d}"
        if cell.cell_type == "markdown":
            cell.source = plain(cell.source, address)
    student = copy.deepcopy(chapter)
    student.cells = cells
    student.metadata.pop("jupytext", None)  # nothing that could lead back to the source
    return student


def _after(
    solution: NotebookNode, target: str | None, remarks: list[NotebookNode]
) -> list[NotebookNode]:
    """The cells after a stub; ``remarks`` are on what the right answer prints."""
    grade_id = solution.metadata["nbgrader"]["grade_id"]
    chapter, _, letter = grade_id.rpartition("-")
    names = ", ".join(defined(solution.source))
    cells = []
    if target:
        text = f"The right answer prints:\n\n```text\n{target}\n```"
        cells.append(new_markdown_cell(text, metadata={"target": grade_id}))
    cells += remarks
    cells.append(_code(f'exercises.check("{chapter}.{letter}", {names})', checks=grade_id))
    if not is_for_marks(solution):
        code = MARKERS.sub("", solution.source).strip()
        folded = f"<details><summary>Solution</summary>\n\n```python\n{code}\n```\n\n</details>"
        cells.append(new_markdown_cell(folded))
    return cells


def _code(source: str, **role: str) -> NotebookNode:
    """A cell that only students have; ``role`` says whose stub it is, or which answer it checks."""
    return new_code_cell(source, execution_count=1, metadata=role)


def is_notebook(source: Path) -> bool:
    """Whether a MyST file is a notebook, and so has a pair: its front matter names a kernel."""
    return re.search(r"^kernelspec:", front_matter(source), re.M) is not None


def front_matter(source: Path) -> str:
    """The YAML at the head of a page; "" if there is none."""
    found = FRONT_MATTER.match(source.read_text(encoding="utf-8"))
    return found[1] if found else ""


def is_for_marks(solution: NotebookNode) -> bool:
    """Whether the solution of this cell is kept from students."""
    return FOR_MARKS in solution.metadata.get("tags", [])


def stub(source: str) -> str:
    """The code of a solution cell, with the part that a student writes left open."""
    return BODY.sub(r"\1# YOUR CODE HERE\n\1raise NotImplementedError()", source)


def task(solution: NotebookNode) -> str:
    """Signatures and docstrings of a solution cell, as the page shows them in the task."""
    return re.sub(BODY.pattern + r"\n?", "", solution.source, flags=BODY.flags).strip()


def defined(code: str) -> list[str]:
    """Functions and classes that code defines at its top level, in order."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    return [node.name for node in ast.parse(code).body if isinstance(node, kinds)]


def printing(chapter: NotebookNode) -> dict[str, NotebookNode]:
    """The cells of a chapter that print what the right answers give, by grade id.

    They follow the solutions.
    """
    return {
        before.metadata["nbgrader"]["grade_id"]: cell
        for before, cell in zip(chapter.cells, chapter.cells[1:], strict=False)
        if before.metadata.get("nbgrader", {}).get("solution")
        and cell.cell_type == "code"
        and "nbgrader" not in cell.metadata
    }


def printed(notebook: NotebookNode) -> dict[str, str]:
    """What right answers print, by grade id: of a chapter that ran, or of a student's version."""
    found = {
        cell.metadata["target"]: TARGET.search(cell.source)[1]
        for cell in notebook.cells
        if "target" in cell.metadata
    }
    for grade_id, cell in printing(notebook).items():
        text = "".join(output.get("text", "") for output in cell.get("outputs", [])).strip()
        if text:
            found[grade_id] = text
    return found


def site(chapter: NotebookNode) -> str:
    """Where the chapters open in Colab, from the link at the head of each."""
    heads = (re.search(r"\((https://colab[^)]*/)[^/)]*\.ipynb\)", c.source) for c in chapter.cells)
    return next((found[1] for found in heads if found), "")


def plain(text: str, address: str) -> str:
    """MyST as Markdown that every notebook shows.

    Admonitions become quotations, hints and solutions unfold, terms become words, citations and
    links to other chapters lead to the web; ``address`` is where chapters open.
    """
    text = re.sub(r"^\([\w-]+\)=\n", "", text, flags=re.M)
    text = re.sub(
        r"^:{3,}\{(?:admonition|prf:(\w+))\}(.*?)\n(.*?)^:{3,}$", _box, text, flags=re.S | re.M
    )
    text = re.sub(r"\{term\}`([^`<]*?)(?: <[^`]*>)?`", r"\1", text)
    text = re.sub(r"\{math\}`([^`]*)`", r"$\1$", text)
    text = re.sub(r"\{prf:ref\}`([^`]*)`", r"*\1*", text)
    text = re.sub(r"\{cite\}`([^`]*)`", _citation, text)

    def link(found: re.Match) -> str:
        words, page = found.groups()
        is_chapter = address and is_notebook(ROOT / "book" / f"{page}.md")
        return f"[{words}]({address}{page}.ipynb)" if is_chapter else words

    return re.sub(r"\[([^\]]*)\]\(([\w-]+)\.md(?:#[\w-]*)?\)", link, text).strip()


def _box(found: re.Match) -> str:
    statement, title, body = found[1], found[2].strip(), found[3]
    folded = ":class: dropdown" in body
    body = re.sub(r"^:\w+:.*\n", "", body, flags=re.M).strip()
    if folded:
        return f"<details><summary>{title}</summary>\n\n{body}\n\n</details>"
    if statement:
        title = f"{statement.capitalize()}: {title}" if title else statement.capitalize()
    return "\n".join(f"> {line}".rstrip() for line in [f"**{title}**", "", *body.splitlines()])


_BIBLIOGRAPHY = {entry.key: entry for entry in bibliography.bibliography()}


def _citation(found: re.Match) -> str:
    entries = (_BIBLIOGRAPHY[key.strip()] for key in found[1].split(","))
    return "(" + "; ".join(f"[{_short(entry)}]({entry.address})" for entry in entries) + ")"


def _short(entry: bibliography.Entry) -> str:
    """Authors and year: "Chen and He, 2021"."""
    names = [name.split(",")[0] for name in entry.authors]
    who = f"{names[0]} et al." if len(names) > 2 else " and ".join(names)
    return f"{who}, {entry.year}"
