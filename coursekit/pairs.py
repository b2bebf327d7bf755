"""The paired notebooks: what Colab opens, derived from the MyST sources and a run.

The MyST file is the source.  The notebook beside it holds the student's version of its cells
(`student`), with the text that they print.  Pictures and widgets are left out, so that history
stays small.
"""

from __future__ import annotations

import argparse
import copy
import difflib
import os
import re
import sys
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from coursekit import BOOK, student

LONGEST_HTML = 2000
ADDRESS = re.compile(r"(?: object)? at 0x[0-9a-f]+")


def sources() -> list[Path]:
    """The MyST files that are notebooks."""
    return [path for path in sorted(BOOK.glob("*.md")) if student.is_notebook(path)]


def fault(source: Path) -> str | None:
    """What another program has taken out of a source, in a sentence with the remedy; or None.

    A notebook that was written back is the student's version: no solutions, no hidden tests.
    """
    cells = jupytext.read(source).cells
    exercises = sum(cell.source.count("### Exercise") for cell in cells)
    answers = [cell for cell in cells if cell.metadata.get("nbgrader", {}).get("solution")]
    checks = [cell for cell in cells if cell.metadata.get("nbgrader", {}).get("grade")]
    there = {
        "nbgrader's metadata": min(len(answers), len(checks)),
        "solutions": sum("### BEGIN SOLUTION" in cell.source for cell in answers),
        "hidden tests": sum("### BEGIN HIDDEN TESTS" in cell.source for cell in checks),
    }
    lost = [part for part, count in there.items() if count < exercises]
    if source.stem[:2].isdigit() and not re.search(r"^course:", student.front_matter(source), re.M):
        lost.append("the front matter under course:")
    if not lost:
        return None
    name = f"{source.parent.name}/{source.name}"
    return (
        f"{name} has lost {' and '.join(lost)}; probably a notebook program wrote the student's "
        f"version over it. Bring the source back: git restore {name}"
    )


def pair_of(source: Path) -> Path:
    """Where the paired notebook of a source lies."""
    return source.with_suffix(".ipynb")


def slim(output: dict) -> dict | None:
    """An output without pictures, widgets, long HTML and addresses; None if no text is left."""
    output = copy.deepcopy(output)
    if output["output_type"] == "stream":
        return None if output["name"] == "stderr" else output
    if "data" in output:
        if "text/plain" in output["data"]:
            output["data"]["text/plain"] = ADDRESS.sub("", output["data"]["text/plain"])
        output["data"] = {
            kind: content
            for kind, content in output["data"].items()
            if kind in ("text/plain", "text/markdown", "text/latex")
            or (kind == "text/html" and len(content) <= LONGEST_HTML)
        }
    return output


def stored_outputs(chapter: NotebookNode, pair: NotebookNode) -> dict[int, list]:
    """What the pair holds of a chapter's outputs, by the number of the code cell.

    Cells belong together if their code is the same, in order; a cell whose code has changed has
    no stored outputs.
    """
    now = [cell.source for cell in _code(chapter)]
    before = _code(pair)
    matcher = difflib.SequenceMatcher(None, [c.source for c in before], now, autojunk=False)
    found = {}
    for block in matcher.get_matching_blocks():
        for step in range(block.size):
            found[block.b + step] = before[block.a + step].outputs
    return found


def stored_answers(pair: NotebookNode) -> dict[str, list]:
    """Outputs of the cells that check an untouched stub, by grade id."""
    return {
        cell.metadata["checks"]: cell.outputs for cell in _code(pair) if "checks" in cell.metadata
    }


def _code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def read(source: Path) -> NotebookNode | None:
    """The paired notebook of a source, or None if there is none that can be read."""
    try:
        return nbformat.read(pair_of(source), as_version=4)
    except (OSError, ValueError, nbformat.reader.NotJSONError):
        return None


def derived(executed: NotebookNode, answers: dict[str, list]) -> NotebookNode:
    """The pair of a chapter that ran: ``answers`` are the outputs of the students' cells."""
    notebook = student.version(executed)
    for cell in _code(notebook):
        outputs = answers.get(cell.metadata.get("checks"), cell.outputs)
        cell.outputs = [nbformat.from_dict(o) for o in map(slim, outputs) if o is not None]
        cell.execution_count = 1  # a cell that a student runs has none yet
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = 1
    for fact in ("widgets", "language_info"):  # of the kernel that ran it
        notebook.metadata.pop(fact, None)
    return notebook


def is_in_step(source: Path) -> bool:
    """Whether the cells of the pair are those that the source gives."""
    pair = read(source)
    if pair is None:
        return False
    wanted = student.version(jupytext.read(source), student.printed(pair))
    return _cells(pair) == _cells(wanted)


def _cells(notebook: NotebookNode) -> list[tuple]:
    return [(cell.cell_type, cell.source, cell.metadata) for cell in notebook.cells]


def write(source: Path, executed: NotebookNode, answers: dict[str, list]) -> bool:
    """Write the pair of a chapter that ran; returns whether that changed it."""
    text = nbformat.writes(derived(executed, answers)) + "\n"
    pair = pair_of(source)
    if pair.is_file() and pair.read_text(encoding="utf-8") == text:
        return False
    pair.write_text(text, encoding="utf-8", newline="\n")
    times = source.stat()
    # No newer than its source: jupytext --set-formats takes the newer one of two for the source.
    os.utime(pair, ns=(times.st_atime_ns, times.st_mtime_ns))
    return True


def main(arguments: list[str] | None = None) -> int:
    """Say which sources have lost something and which pairs are out of step; 1 if any are."""
    argparse.ArgumentParser(description=main.__doc__).parse_args(arguments)
    told = [fault(source) or _out_of_step(source) for source in sources()]
    for sentence in filter(None, told):
        print(sentence, file=sys.stderr)
    return int(any(told))


def _out_of_step(source: Path) -> str | None:
    name = pair_of(source).name
    return None if is_in_step(source) else f"{name} is not that of its source; run: make sync"


if __name__ == "__main__":
    sys.exit(main())
