"""Keep the paired notebooks in step with their MyST sources.

    python -m coursekit.pairs          execute and write every pair that is out of date
    python -m coursekit.pairs --check  only say which are, and fail if any is

Names of chapters, such as 05-project, limit either to these.

The MyST file is the source.  The notebook beside it is what Colab opens and what nbval runs: its
cells as `student` shows them, with the text that they print.  Pictures and widgets are left out,
so that history stays small.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import sys
from pathlib import Path

import jupytext
import nbclient
import nbformat

from coursekit import BOOK, student
from coursekit.hashing import package_hash

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


def stamp(source: Path) -> dict[str, str]:
    """What a pair depends on: source, its code (for the outputs), package, and `student`."""
    code = [cell.source for cell in jupytext.read(source).cells if cell.cell_type == "code"]
    return {
        "source_sha256": _sha256(source),
        "code_sha256": hashlib.sha256("\0".join(code).encode()).hexdigest(),
        "package_sha256": package_hash(source.read_text(encoding="utf-8")),
        "student_sha256": _sha256(Path(student.__file__)),
    }


def _sha256(path: Path) -> str:
    """Of the text, so that line ends, which some editors change, do not count."""
    return hashlib.sha256(path.read_text(encoding="utf-8").encode()).hexdigest()


def is_current(source: Path) -> bool:
    """Whether the pair of a source exists and was made from this source and this package."""
    pair = source.with_suffix(".ipynb")
    if not pair.is_file():
        return False
    written = nbformat.read(pair, as_version=4)
    if written.metadata.get("ssl_course") != stamp(source):
        return False
    wanted = student.version(jupytext.read(source), student.printed(written))
    return [cell.source for cell in written.cells] == [cell.source for cell in wanted.cells]


def only_prose_changed(source: Path, notebook: nbformat.NotebookNode) -> bool:
    """Put the new prose into the pair, which keeps its outputs; False if code changed, too."""
    pair = source.with_suffix(".ipynb")
    if not pair.is_file():
        return False
    written, now = nbformat.read(pair, as_version=4), stamp(source)
    stamped = written.metadata.get("ssl_course", {})
    if any(stamped.get(part) != now[part] for part in ("code_sha256", "package_sha256")):
        return False
    new = student.version(notebook, student.printed(written))
    outputs = [cell.outputs for cell in written.cells if cell.cell_type == "code"]
    for cell in new.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = outputs.pop(0), 1
    save(source, new)
    return True


def write_pair(source: Path) -> None:
    """Execute a source and write the paired notebook."""
    notebook = jupytext.read(source)
    if only_prose_changed(source, notebook):
        return
    nbclient.NotebookClient(
        notebook, timeout=600, resources={"metadata": {"path": str(BOOK)}}, record_timing=False
    ).execute()
    new = student.version(notebook)
    for cell in new.cells:
        if cell.cell_type == "code":
            cell.outputs = [slim(output) for output in cell.outputs if not is_stderr(output)]
            cell.execution_count = 1  # a cell that a student runs has none yet
    save(source, new)


def save(source: Path, notebook: nbformat.NotebookNode) -> None:
    """Write the pair with the stamp of what its outputs depend on."""
    notebook.metadata.pop("widgets", None)
    notebook.metadata["ssl_course"] = stamp(source)
    pair = source.with_suffix(".ipynb")
    nbformat.write(notebook, pair)
    times = source.stat()
    # No newer than its source: jupytext --set-formats takes the newer one of two for the source.
    os.utime(pair, ns=(times.st_atime_ns, times.st_mtime_ns))


def is_stderr(output: dict) -> bool:
    return output.output_type == "stream" and output.name == "stderr"


def slim(output: dict) -> dict:
    """An output without pictures, widgets, long HTML and addresses; its other text stays."""
    if "data" in output:
        if "text/plain" in output.data:
            output.data["text/plain"] = ADDRESS.sub("", output.data["text/plain"])
        output.data = {
            kind: content
            for kind, content in output.data.items()
            if kind in ("text/plain", "text/markdown", "text/latex")
            or (kind == "text/html" and len(content) <= LONGEST_HTML)
        }
    return output


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail if out of date")
    parser.add_argument("names", nargs="*", metavar="NAME", help="chapters; default: all")
    arguments = parser.parse_args()
    check = arguments.check
    chosen = {source.stem: source for source in sources()}
    if unknown := set(arguments.names) - chosen.keys():
        parser.error(f"no chapter {', '.join(sorted(unknown))}; there are: {', '.join(chosen)}")
    names = arguments.names or chosen
    if faults := [found for name in names if (found := fault(chosen[name]))]:
        print(*faults, sep="\n", file=sys.stderr)
        return 1
    outdated = [chosen[name] for name in names if not is_current(chosen[name])]
    for source in outdated:
        print(f"{source.name}: its notebook is out of date" if check else f"running {source.name}")
        if not check:
            write_pair(source)
    if check and outdated:
        print("Write them with: make sync")
    return int(check and bool(outdated))


if __name__ == "__main__":
    sys.exit(main())
